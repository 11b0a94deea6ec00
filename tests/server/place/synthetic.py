"""Sightings of made-up things from made-up viewpoints, with as much noise as one likes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.place.sightings import Sightings
from server.place.viewpoints import Viewpoints


@dataclass(frozen=True, kw_only=True)
class Noise:
    bearing_deg: float = 0.0
    log_distance: float = 0.0
    wrong: float = 0.0
    """How many distances are wrong by 2.5 times."""
    missed: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Walk:
    """Cameras along a street, and what they see."""

    things_m: NDArray[np.float64]
    labels: NDArray[np.int64]
    viewpoints: Viewpoints
    sightings: Sightings
    thing: NDArray[np.int64]
    """Which thing each sighting is of."""


def walk(seed: int, *, cameras: int = 4, spacing_m: float = 10.0, kinds: int = 4, noise: Noise | None = None) -> Walk:
    noise = noise or Noise()
    random = np.random.default_rng(seed)
    length_m = spacing_m * (cameras - 1) + 20.0
    things: list[tuple[float, float, float]] = []
    labels: list[int] = []
    for _ in range(int(length_m)):
        place = (random.uniform(-10, length_m), random.choice([-1, 1]) * random.uniform(4, 15), random.uniform(0.3, 4))
        label = int(random.integers(kinds))
        # Two alike side by side can be told apart by nobody.
        alike = [known for known, name in zip(things, labels, strict=True) if name == label]
        if all(np.hypot(place[0] - x, place[1] - y) > 3.0 for x, y, _ in alike):
            things.append(place)
            labels.append(label)
    places, names = np.array(things), np.array(labels)
    eyes = np.column_stack([spacing_m * np.arange(cameras), random.uniform(-1, 1, cameras), np.full(cameras, 2.5)])
    yaw = random.uniform(-3, 3, cameras)
    viewpoints = exact(eyes, yaw)
    rows = []
    for number, (eye, turn) in enumerate(zip(eyes, yaw, strict=True)):
        offset = places - eye
        distance = np.linalg.norm(offset, axis=1)
        for index in np.flatnonzero((distance < 25.0) & (random.random(len(places)) >= noise.missed)):
            x, y, z = offset[index]
            wrong = 2.5 if random.random() < noise.wrong else 1.0
            rows.append(
                (
                    number,
                    names[index],
                    index,
                    np.arctan2(y, x) - turn + np.radians(noise.bearing_deg) * random.normal(),
                    np.arctan2(z, np.hypot(x, y)) + np.radians(noise.bearing_deg) * random.normal(),
                    distance[index] * wrong * np.exp(noise.log_distance * random.normal()),
                )
            )
    number, label, thing, azimuth, elevation, distance = (np.array(column) for column in zip(*rows, strict=True))
    return Walk(
        things_m=places,
        labels=names,
        viewpoints=viewpoints,
        sightings=Sightings(
            viewpoint=number.astype(np.int64),
            label=label.astype(np.int64),
            azimuth_rad=np.arctan2(np.sin(azimuth), np.cos(azimuth)),
            elevation_rad=elevation,
            distance_m=distance,
            distance_sigma_m=max(noise.log_distance, 0.1) * distance,
            width_rad=np.full(len(rows), 0.03),
            height_rad=np.full(len(rows), 0.03),
            confidence=np.full(len(rows), 0.8),
        ),
        thing=thing.astype(np.int64),
    )


def exact(position_m: NDArray[np.float64], yaw_rad: NDArray[np.float64]) -> Viewpoints:
    count = len(position_m)
    return Viewpoints(
        position_m=position_m,
        position_sigma_m=np.full((count, 3), 0.01),
        yaw_rad=yaw_rad,
        yaw_sigma_rad=np.full(count, 1e-3),
        camera_height_m=np.full(count, 2.5),
    )


def disturbed(viewpoints: Viewpoints, seed: int, *, metres: float = 3.0, degrees: float = 5.0) -> Viewpoints:
    """Poses as a phone has them."""
    random = np.random.default_rng(seed)
    count = len(viewpoints)
    off = np.column_stack([metres * random.normal(size=(count, 2)), np.zeros(count)])
    return Viewpoints(
        position_m=viewpoints.position_m + off,
        position_sigma_m=np.column_stack([np.full((count, 2), metres), np.full(count, 0.1)]),
        yaw_rad=viewpoints.yaw_rad + np.radians(degrees) * random.normal(size=count),
        yaw_sigma_rad=np.full(count, np.radians(degrees)),
        camera_height_m=viewpoints.camera_height_m,
    )


def apart_m(found_m: NDArray[np.float64], things_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each thing found is from the nearest true one, on the ground."""
    return np.linalg.norm(found_m[:, None, :2] - things_m[None, :, :2], axis=2).min(axis=1)


def onto(found_m: NDArray[np.float64], true_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The rotation and the shift that bring points on the ground, (N, 2), nearest to true ones (Kabsch 1976)."""
    middle, true_middle = found_m.mean(axis=0), true_m.mean(axis=0)
    u, _, vt = np.linalg.svd((found_m - middle).T @ (true_m - true_middle))
    rotation = (u @ np.diag([1.0, np.linalg.det(u @ vt)]) @ vt).T
    return rotation, true_middle - rotation @ middle
