"""Drawn streets for learning: few panoramas in the public domain show a road, and hardly one a shore."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from server.perception.land_cover.classes import Cover
from server.synthetic.materials import Material
from server.synthetic.shapes import Triple, block
from server.synthetic.textures import Sun
from server.synthetic.things.buildings import house
from server.synthetic.things.people import person
from server.synthetic.things.plants import hill, tree
from server.synthetic.things.street import lamp, road
from server.synthetic.things.vehicles import boat, car
from server.synthetic.world import Part, Strip, Thing, World

_FAR_M = 300.0


def street(seed: int) -> World:
    """A street that a seed makes: a road with pavements, houses or gardens along it, cars, trees, perhaps a lake.

    It is seen from the middle of the road, where a survey car drives, or from a pavement.
    """
    chance = np.random.default_rng(seed)
    width_m = float(chance.uniform(5.0, 12.0))
    driven = bool(chance.random() < 0.6)
    middle_m = 0.0 if driven else float(chance.choice([-1.0, 1.0]) * (width_m / 2 + chance.uniform(0.6, 2.0)))
    left_m, right_m = middle_m + width_m / 2, middle_m - width_m / 2
    things: list[Thing] = []
    strips: list[Strip] = []
    for side, edge_m in ((1.0, left_m), (-1.0, right_m)):
        more_strips, more_things = _side(side, edge_m, chance)
        strips += more_strips
        things += more_things
    strips.append(road((right_m, left_m), (-_FAR_M, _FAR_M)))
    if chance.random() < 0.5:
        x_m = float(chance.choice([-1.0, 1.0]) * chance.uniform(8.0, 30.0))
        across = Strip(
            label="road traffic",
            kind="line",
            cover=Cover.ROAD,
            material=Material.ASPHALT,
            x_m=(x_m - 3.5, x_m + 3.5),
            y_m=(-_FAR_M, _FAR_M),
        )
        strips.append(across)
        things = [thing for thing in things if not _stands_on(thing, x_m)]
    for _ in range(int(chance.integers(2, 8))):
        x_m = float(chance.choice([-1.0, 1.0]) * chance.uniform(6.0, 50.0))
        lane_m = float(chance.choice([right_m + 1.2, middle_m + 1.6, middle_m - 1.6, left_m - 1.2]))
        things.append(car(x_m, lane_m, tint=_paint(chance), length_m=float(chance.uniform(3.6, 5.0))))
    roof = [_own_roof(chance)] if driven and chance.random() < 0.7 else []
    return World(
        strips=tuple(strips),
        things=(*things, *roof),
        camera_height_m=2.6 if roof else float(chance.uniform(1.5, 2.4)),
        yaw_deg=float(chance.uniform(-180.0, 180.0)),
        sun=Sun(azimuth_deg=float(chance.uniform(-180.0, 180.0)), elevation_deg=float(chance.uniform(15.0, 60.0))),
    )


def quay(seed: int) -> World:
    """A quay that a seed makes: pavement under the eye, water to one side under a low sun, a street's side behind."""
    chance = np.random.default_rng(seed)
    side = float(chance.choice([-1.0, 1.0]))
    edge_m, back_m = side * float(chance.uniform(1.0, 6.0)), -side * float(chance.uniform(2.0, 12.0))
    strips, things = _side(-side, back_m, chance)
    strips += [
        _ground(Cover.PAVED, Material.PAVING, back_m, edge_m),
        _ground(Cover.WATER, Material.WATER, edge_m, side * 6000.0, x_m=6000.0),
    ]
    things += [
        boat(float(x_m), edge_m + side * float(chance.uniform(4.0, 40.0)))
        for x_m in chance.uniform(-50, 50, int(chance.integers(0, 3)))
    ]
    for _ in range(int(chance.integers(0, 3))):
        things.append(
            hill(
                float(chance.uniform(-400, 400)),
                side * float(chance.uniform(400.0, 900.0)),
                radius_m=float(chance.uniform(80.0, 250.0)),
                height_m=float(chance.uniform(10.0, 40.0)),
                seed=int(chance.integers(99)),
            )
        )
    return World(
        strips=tuple(strips),
        things=tuple(things),
        camera_height_m=float(chance.uniform(1.5, 2.5)),
        yaw_deg=float(chance.uniform(-180.0, 180.0)),
        sun=Sun(azimuth_deg=side * float(chance.uniform(30.0, 150.0)), elevation_deg=float(chance.uniform(3.0, 25.0))),
    )


def _side(side: float, edge_m: float, chance: np.random.Generator) -> tuple[list[Strip], list[Thing]]:
    """One side of a road, from its edge on; ``side`` is 1 to the left of the front and −1 to its right."""
    things: list[Thing] = []
    at_m = edge_m + side * float(chance.uniform(1.5, 5.0))
    strips = [_ground(Cover.PAVED, Material.PAVING, edge_m, at_m)]
    things += [lamp(x_m, edge_m + side * 0.5) for x_m in np.arange(-45.0, 50.0, float(chance.uniform(14.0, 30.0)))]
    things += [
        person(float(x_m), (edge_m + at_m) / 2, seed=int(chance.integers(1000)))
        for x_m in chance.uniform(-30.0, 30.0, int(chance.integers(0, 5)))
    ]
    kind = chance.choice(["houses", "gardens", "park", "shore"], p=[0.4, 0.25, 0.2, 0.15])
    if kind == "shore":
        far_m = side * 6000.0
        strips.append(_ground(Cover.WATER, Material.WATER, at_m, far_m, x_m=6000.0))
        things += [
            boat(float(x_m), at_m + side * float(chance.uniform(4.0, 30.0))) for x_m in chance.uniform(-40, 40, 2)
        ]
        return strips, things
    if chance.random() < 0.5 or kind == "park":
        things += list(_trees(at_m + side * 1.0, side, chance, many=kind == "park"))
    if kind == "park":
        things.append(
            hill(
                float(chance.uniform(-100, 100)),
                side * 320.0,
                radius_m=150.0,
                height_m=26.0,
                seed=int(chance.integers(99)),
            )
        )
        return strips, things
    if kind == "gardens":
        at_m += side * float(chance.uniform(3.0, 8.0))
    else:
        strips[0] = _ground(Cover.PAVED, Material.PAVING, edge_m, at_m + side)
    things += list(_houses(at_m + side * 0.1, side, chance, gap=kind == "gardens"))
    return strips, things


def _ground(cover: Cover, material: Material, one_m: float, other_m: float, *, x_m: float = _FAR_M) -> Strip:
    low_m, high_m = sorted((one_m, other_m))
    kind = "area"
    return Strip(
        label=cover.name.lower(), kind=kind, cover=cover, material=material, x_m=(-x_m, x_m), y_m=(low_m, high_m)
    )


def _houses(front_m: float, side: float, chance: np.random.Generator, *, gap: bool) -> Iterator[Thing]:
    at_m = -70.0
    while at_m < 70.0:
        width_m = float(chance.uniform(7.0, 16.0))
        low_m, high_m = sorted((front_m, front_m + side * 9.0))
        height_m = float(chance.uniform(4.0, 8.0) if gap else chance.uniform(6.0, 20.0))
        yield house(
            (at_m, at_m + width_m),
            (low_m, high_m),
            height_m=height_m,
            tint=_paint(chance),
            bricks=bool(chance.random() < 0.4),
            seed=int(chance.integers(1000)),
        )
        at_m += width_m + (float(chance.uniform(3.0, 10.0)) if gap else float(chance.choice([0.0, 0.0, 4.0])))


def _trees(near_m: float, side: float, chance: np.random.Generator, *, many: bool) -> Iterator[Thing]:
    for _ in range(int(chance.integers(8, 16) if many else chance.integers(3, 8))):
        away_m = near_m + side * float(chance.uniform(0.0, 25.0 if many else 0.5))
        yield tree(
            float(chance.uniform(-45.0, 45.0)),
            away_m,
            height_m=float(chance.uniform(4.0, 12.0)),
            seed=int(chance.integers(1000)),
        )


def _paint(chance: np.random.Generator) -> Triple:
    """Any colour that is not very vivid."""
    grey = float(chance.uniform(0.15, 0.9))
    red, green, blue = np.clip(grey + chance.normal(0.0, 0.1, 3) * grey, 0.02, 1.0)
    return float(red), float(green), float(blue)


def _own_roof(chance: np.random.Generator) -> Thing:
    """The roof and the bonnet of the car that carries the camera."""
    size_m = (float(chance.uniform(2.0, 4.0)), 1.7, 1.5)
    part = Part(shape=block((0.0, 0.0, 0.3), size_m), material=Material.PAINT, tint=_paint(chance))
    return Thing(label="own car", kind=None, cover=Cover.OTHER, parts=(part,))


def _stands_on(thing: Thing, x_m: float) -> bool:
    """Whether something stands on a road across, that passes the front at ``x_m``."""
    along = np.concatenate([part.shape.corners()[:, 0] for part in thing.parts])
    return bool(along.min() < x_m + 3.5 and along.max() > x_m - 3.5)
