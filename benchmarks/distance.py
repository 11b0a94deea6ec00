"""How far off the distances of the ground plane are, in worlds whose truth is known.

Run with ``python -m benchmarks.distance [WORLDS]`` from the root of the repository. Worlds 100, 101, ... are others
than those of the tests. It prints Markdown tables.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.embedded.distance.ground_plane import ground_plane_distance
from server.embedded.distance.horizon import estimated_horizon
from server.embedded.eyes.landcover import Cover, land_cover
from server.embedded.street.painting import drawn
from server.pipeline.stages import DistanceMap
from tests.oracle.glimpses import Glimpse, glimpse, held, off_deg, panorama
from tests.oracle.worlds import street_world

WIDTH_PX = 2048
TILTS_DEG = ((0.0, 0.0), (2.0, -1.0), (-3.0, 4.0))
"""Pitch and roll of the camera, one after another."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Errors:
    """Of pixels that are neither sky nor said to be: what they show, |ln(found / true)|, and |found − true| / sigma."""

    cover: NDArray[np.uint8] = field(repr=False)
    log: NDArray[np.float64] = field(repr=False)
    sigmas: NDArray[np.float64] = field(repr=False)


def errors(found: DistanceMap, seen: Glimpse) -> Errors:
    """How far a map of distances is off, which may be coarser than what was seen."""
    every = seen.distance_m.shape[0] // found.distance_m.shape[0]
    true_m, cover = (one[every // 2 :: every, every // 2 :: every] for one in (seen.distance_m, seen.cover.classes))
    told = np.isfinite(true_m) & np.isfinite(found.distance_m)
    metres, true_m = found.distance_m[told].astype(np.float64), true_m[told].astype(np.float64)
    return Errors(
        cover=cover[told],
        log=np.abs(np.log(metres / true_m)),
        sigmas=np.abs(metres - true_m) / found.sigma_m[told],
    )


def rows(name: str, found: Sequence[Errors]) -> str:
    """Lines of a table, one for each cover."""
    cover, log, sigmas = (np.concatenate([getattr(one, key) for one in found]) for key in ("cover", "log", "sigmas"))
    lines = []
    for one in Cover:
        mine = cover == one
        if mine.any():
            lines.append(
                f"| {name} | {one.name.lower()} | {np.median(log[mine]):.3f} | {np.percentile(log[mine], 95):.2f} "
                f"| {np.mean(sigmas[mine] < 1):.0%} | {np.mean(sigmas[mine] < 2):.0%} |"
            )
    return "\n".join(lines)


def main(worlds: int) -> None:
    """Print all tables."""
    given, estimated, off = [], [], []
    for number in range(worlds):
        world = street_world(100 + number)
        pitch_deg, roll_deg = TILTS_DEG[number % len(TILTS_DEG)]
        seen = glimpse(drawn(world, WIDTH_PX), panorama(WIDTH_PX), held(pitch_deg=pitch_deg, roll_deg=roll_deg))
        horizon = estimated_horizon(seen.picture)
        off.append((off_deg(horizon, seen.horizon), horizon.sigma_deg))
        given.append(errors(ground_plane_distance(seen.cover, seen.horizon, world.camera_height_m), seen))
        cover = land_cover(seen.picture)
        estimated.append(errors(ground_plane_distance(cover, horizon, world.camera_height_m), seen))
    print("| land cover and horizon | what | log distance, median | 95 % | within 1 sigma | within 2 sigma |")
    print("|---|---|---|---|---|---|")
    print(rows("true", given))
    print(rows("estimated", estimated))
    apart, sigma_deg = np.array(off).T
    print("\n| horizon | median | worst | sigma | within 1 sigma |\n|---|---|---|---|---|")
    print(
        f"| off by | {np.median(apart):.2f}° | {apart.max():.2f}° | {np.median(sigma_deg):.2f}° "
        f"| {np.mean(apart < sigma_deg):.0%} |"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
