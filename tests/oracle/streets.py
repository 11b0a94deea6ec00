"""Streets to walk along: one world, looked at from any place in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.perception.land_cover.classes import Cover
from server.synthetic.materials import Material
from server.synthetic.things.buildings import house
from server.synthetic.things.people import dog, person
from server.synthetic.things.plants import tree
from server.synthetic.things.street import fountain, lamp, road
from server.synthetic.things.vehicles import car
from server.synthetic.world import Strip, Thing, World

CAMERA_HEIGHT_M = 2.5


class Camera(NamedTuple):
    """Where a panorama is taken: x to the east, y to the north, and the yaw of its centre, to the left from east."""

    x_m: float
    y_m: float
    yaw_deg: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Street:
    """A street from x = 0 to ``length_m`` along the x axis.

    Attributes:
        length_m: of the street.
        things: how each is made, at an offset, in the order of ``World.things``.
        cameras: on the road.
    """

    length_m: float
    things: tuple[Callable[[float, float], Thing], ...]
    strips: Callable[[float, float], tuple[Strip, ...]]
    cameras: tuple[Camera, ...]

    def seen_from(self, camera: Camera) -> World:
        """The world with that camera in its origin."""
        return World(
            things=tuple(make(-camera.x_m, -camera.y_m) for make in self.things),
            strips=self.strips(-camera.x_m, -camera.y_m),
            camera_height_m=CAMERA_HEIGHT_M,
            yaw_deg=-camera.yaw_deg,
        )

    def middles_m(self) -> NDArray[np.float64]:
        """The middle of each thing, (N, 3)."""
        middles = []
        for make in self.things:
            corners = np.concatenate([part.shape.corners() for part in make(0.0, 0.0).parts])
            middles.append((corners.min(axis=0) + corners.max(axis=0)) / 2.0)
        return np.array(middles)

    def labels(self) -> list[str | None]:
        """What each thing is called; None for what makes no sound."""
        return [made.label if made.kind is not None else None for made in (make(0.0, 0.0) for make in self.things)]


def street(seed: int, *, cameras: int, spacing_m: float = 10.0) -> Street:
    """A street with houses on both sides, a road, grass, trees, cars, people, dogs and a fountain.

    Args:
        seed: another street.
        cameras: how many panoramas, along the road.
        spacing_m: from one to the next.
    """
    random = np.random.default_rng(seed)
    length_m = spacing_m * (cameras - 1) + 30.0
    things: list[Callable[[float, float], Thing]] = []
    for side in (1.0, -1.0):
        at = -20.0
        while at < length_m + 20.0:
            width, height = float(random.uniform(7.0, 12.0)), float(random.uniform(6.0, 13.0))
            near = side * float(random.uniform(15.0, 18.0))
            things.append(_house(at, width, near, near + side * 9.0, height, len(things)))
            at += width + float(random.choice([0.0, 4.0]))
    taken: list[tuple[float, float]] = []

    def free(low: float, high: float, apart_m: float) -> tuple[float, float]:
        for _ in range(200):
            place = float(random.uniform(0.0, length_m)), float(random.choice([-1, 1]) * random.uniform(low, high))
            if all(np.hypot(place[0] - x, place[1] - y) >= apart_m for x, y in taken):
                break
        taken.append(place)
        return place

    for number in range(int(length_m / 15.0) + 1):
        things.append(_at(fountain, free(8.0, 11.0, 4.0)) if number % 5 == 2 else _at(lamp, free(5.5, 6.5, 2.0)))
        things.append(_car(free(3.2, 4.4, 6.0)))
        things.append(_tree(free(8.0, 13.0, 5.0), seed * 31 + number))
        things.append(_person(free(5.5, 9.0, 2.0), number))
        things.append(_person(free(5.5, 9.0, 2.0), number + 100))
        if number % 2:
            things.append(_at(dog, free(5.5, 9.0, 2.0)))

    def strips(dx: float, dy: float) -> tuple[Strip, ...]:
        grass = Strip(
            label="grass",
            kind="area",
            cover=Cover.GRASS,
            material=Material.GRASS,
            x_m=(5.0 + dx, 25.0 + dx),
            y_m=(6.0 + dy, 14.0 + dy),
        )
        return (grass, road((-3.0 + dy, 3.0 + dy), (-200.0 + dx, length_m + 200.0 + dx)))

    return Street(
        length_m=length_m,
        things=tuple(things),
        strips=strips,
        cameras=tuple(
            Camera(15.0 + spacing_m * n, float(random.uniform(-1.0, 1.0)), float(random.uniform(-180.0, 180.0)))
            for n in range(cameras)
        ),
    )


def _at(make: Callable[..., Thing], place: tuple[float, float]) -> Callable[[float, float], Thing]:
    return lambda dx, dy: make(place[0] + dx, place[1] + dy)


def _house(at: float, width: float, near: float, far: float, height: float, seed: int) -> Callable[..., Thing]:
    low, high = sorted((near, far))
    return lambda dx, dy: house((at + dx, at + width + dx), (low + dy, high + dy), height_m=height, seed=seed)


def _car(place: tuple[float, float]) -> Callable[[float, float], Thing]:
    return lambda dx, dy: car(place[0] + dx, place[1] + dy)


def _tree(place: tuple[float, float], seed: int) -> Callable[[float, float], Thing]:
    return lambda dx, dy: tree(place[0] + dx, place[1] + dy, height_m=6.0, seed=seed)


def _person(place: tuple[float, float], seed: int) -> Callable[[float, float], Thing]:
    return lambda dx, dy: person(place[0] + dx, place[1] + dy, seed=seed)
