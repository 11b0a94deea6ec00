"""How far off the distances of the ground plane are, in worlds whose truth is known.

Run with ``python -m benchmarks.distance [WORLDS]`` from the root of the repository. Worlds 100, 101, ... are others
than those of the tests, and than those that the ground plane's constants were chosen on. It prints Markdown tables:
of pixels by what they show, with the true and with the estimated land cover; and of people, cars and dogs, which the
detector doesn't know as drawn, in their true boxes, jittered like a detector's.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.perception.ground_plane.depth_estimator import ground_plane_distance
from server.perception.ground_plane.horizon import estimated_horizon
from server.perception.ground_plane.stems import with_stems
from server.perception.land_cover.classes import Cover, land_cover
from server.pipeline.stages import DistanceMap
from server.synthetic.painting import rendered
from tests.oracle.detections import Boxed, boxed
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


def thing_errors(found: DistanceMap, things: Sequence[Boxed]) -> dict[str, list[tuple[float, float]]]:
    """By name: |ln(found / true)| and |found − true| / sigma of each thing, as the journey places it."""
    off = defaultdict(list)
    for thing in things:
        place = thing.placed(found)
        metres, sigma_m = place.distance_m or np.inf, place.distance_sigma_m or np.inf
        off[thing.detection.name].append(
            (abs(float(np.log(metres / thing.distance_m))), abs(metres - thing.distance_m) / sigma_m)
        )
    return off


def row(name: str, what: str, log: NDArray[np.float64], sigmas: NDArray[np.float64]) -> str:
    """A line of a table."""
    return (
        f"| {name} | {what} | {np.median(log):.3f} | {np.percentile(log, 95):.2f} "
        f"| {np.mean(sigmas < 1):.0%} | {np.mean(sigmas < 2):.0%} |"
    )


def rows(name: str, found: Sequence[Errors]) -> str:
    """Lines of a table, one for each cover."""
    cover, log, sigmas = (np.concatenate([getattr(one, key) for one in found]) for key in ("cover", "log", "sigmas"))
    return "\n".join(
        row(name, one.name.lower(), log[cover == one], sigmas[cover == one]) for one in Cover if one in cover
    )


def main(worlds: int) -> None:
    """Print all tables."""
    off: list[tuple[float, float]] = []
    by_cover: defaultdict[str, list[Errors]] = defaultdict(list)
    by_name: defaultdict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for number in range(worlds):
        world = street_world(100 + number)
        pitch_deg, roll_deg = TILTS_DEG[number % len(TILTS_DEG)]
        seen = glimpse(rendered(world, WIDTH_PX), panorama(WIDTH_PX), held(pitch_deg=pitch_deg, roll_deg=roll_deg))
        things = list(boxed(world, seen, seed=number))
        horizon = estimated_horizon(seen.picture)
        off.append((off_deg(horizon, seen.horizon), horizon.sigma_deg))
        covers = {
            "true": (seen.cover, seen.horizon),
            "estimated": (with_stems(land_cover(seen.picture), seen.picture), horizon),
        }
        for name, looked in covers.items():
            bare = ground_plane_distance(*looked, world.camera_height_m)
            by_cover[name].append(errors(bare, seen))
            detected = ground_plane_distance(
                *looked, world.camera_height_m, detections=[each.detection for each in things]
            )
            for boxes, found in (("unseen", bare), ("detected", detected)):
                for label, each in thing_errors(found, things).items():
                    by_name[f"{name}, {boxes}", label].extend(each)
    print("| land cover and horizon | what | log distance, median | 95 % | within 1 sigma | within 2 sigma |")
    print("|---|---|---|---|---|---|")
    for name, found_covers in by_cover.items():
        print(rows(name, found_covers))
    for (name, label), each in sorted(by_name.items()):
        print(row(name, label, *np.array(each).T))
    apart, sigma_deg = np.array(off).T
    print("\n| horizon | median | worst | sigma | within 1 sigma |\n|---|---|---|---|---|")
    print(
        f"| off by | {np.median(apart):.2f}° | {apart.max():.2f}° | {np.median(sigma_deg):.2f}° "
        f"| {np.mean(apart < sigma_deg):.0%} |"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
