"""From depths without scale or shift to metres: ``python -m benchmarks.models.calibration``.

Drawn streets whose truth is known. Each view's log depth is mapped to a range of its own by a random slope and shift,
after noise in every pixel and pixels that show anything at all. The first table is of every pixel nearer than 100 m;
the second of boxed things, by different statistics of the pixels in their boxes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import numpy as np

from server.models.calibrate.depth_estimator import CalibratedDepthEstimator, MetricDepthEstimator
from server.models.calibrate.surfaces import SurfaceFinder, horizon_surfaces
from server.pipeline.boxes.footprint import footprint
from server.pipeline.distance.lookup import distances_towards
from server.pipeline.distance.scale import in_metres, known_distances
from server.pipeline.locate.location import located
from server.pipeline.stages import Box, DistanceMap, Proposal, Stages
from server.pipeline.views import Picture
from tests.oracle.depths import AffineDepth, no_ground, true_surfaces
from tests.oracle.stubs import Noise, Oracle, blank_views, truthful_stages
from tests.oracle.worlds import street_world

SEEDS = range(100, 104)
FARTHEST_M = 100.0

SURFACE_FINDERS: dict[str, Callable[[Oracle], SurfaceFinder]] = {
    "true": true_surfaces,
    "20 % wrong": lambda oracle: true_surfaces(oracle, wrong=0.2),
    "40 % wrong": lambda oracle: true_surfaces(oracle, wrong=0.4),
    "below the horizon": lambda _: horizon_surfaces,
    "no ground": lambda oracle: no_ground(true_surfaces(oracle)),
    "none, but people and cars": lambda oracle: no_ground(true_surfaces(oracle)),
}

STATISTICS: dict[str, Callable[[np.ndarray], float]] = {
    "mean": lambda values: float(np.mean(values)),
    "median": lambda values: float(np.median(values)),
    "25th percentile": lambda values: float(np.quantile(values, 0.25)),
    "10th percentile": lambda values: float(np.quantile(values, 0.10)),
}


def mapped(
    oracle: Oracle, *, views: int, noise: float, outliers: float, surfaces: str, seed: int, is_metric: bool = False
) -> list[DistanceMap]:
    """A world's distance maps."""
    model = AffineDepth(oracle=oracle, noise=noise, outliers=outliers, off=0.3, seed=seed)
    estimator = (MetricDepthEstimator if is_metric else CalibratedDepthEstimator)(
        model, find_surfaces=SURFACE_FINDERS[surfaces](oracle)
    )
    windows = blank_views(views, hfov_deg=max(90.0, 360.0 / views + 30.0))
    stages = truthful_stages(oracle, noise=Noise(box_jitter_deg=0.2))
    known = (
        known_distances(chain.from_iterable(found(stages, windows))) if surfaces == "none, but people and cars" else []
    )
    return list(in_metres(estimator.estimate_depth(windows, oracle.camera_height_m), known))


def found(stages: Stages, windows: Sequence[Picture]) -> Iterator[Sequence[Proposal]]:
    """What a world's stages box in each view."""
    proposals = [proposal for impression in stages.propose.propose(windows) for proposal in impression.proposals]
    return stages.ground.ground(windows, proposals) if stages.ground else iter(())


def pixels(oracles: list[Oracle]) -> Iterator[str]:
    """Rows of the first table."""
    yield "| depth | ground known | views | noise | outliers | median | 95 % | bias | within 2 sigma |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|---:|"
    settings = [("relative", "20 % wrong", views, 0.05, 0.05) for views in (6, 8, 12)]
    settings += [("relative", "20 % wrong", 8, noise, noise) for noise in (0.0, 0.1, 0.2, 0.3)]
    settings += [("relative", surfaces, 8, 0.05, 0.05) for surfaces in SURFACE_FINDERS if surfaces != "20 % wrong"]
    settings += [("metric, 35 % too far", surfaces, 8, 0.05, 0.05) for surfaces in ("20 % wrong", "no ground")]
    for kind, surfaces, views, noise, outliers in settings:
        errors, within = [], []
        for seed, oracle in enumerate(oracles):
            maps = mapped(
                oracle,
                views=views,
                noise=noise,
                outliers=outliers,
                surfaces=surfaces,
                seed=seed,
                is_metric=kind != "relative",
            )
            for distances in maps:
                true_m = oracle.far(distances.view)
                there = np.isfinite(true_m) & (true_m < FARTHEST_M) & np.isfinite(distances.distance_m)
                errors.append(np.log(distances.distance_m[there] / true_m[there]))
                within.append(np.abs(distances.distance_m[there] - true_m[there]) < 2.0 * distances.sigma_m[there])
        error, sure = np.concatenate(errors), np.concatenate(within)
        yield (
            f"| {kind} | {surfaces} | {views} | {noise:.0%} | {outliers:.0%} | {np.median(np.abs(error)):.3f} "
            f"| {np.quantile(np.abs(error), 0.95):.2f} | {np.median(error):+.3f} | {sure.mean():.0%} |"
        )


def boxed(oracles: list[Oracle]) -> Iterator[str]:
    """Rows of the second table."""
    yield "| of a box | median | 95 % | beyond 20 % |"
    yield "|---|---:|---:|---:|"
    off = defaultdict(list)
    for seed, oracle in enumerate(oracles):
        maps = mapped(oracle, views=8, noise=0.05, outliers=0.05, surfaces="20 % wrong", seed=seed)
        for number, boxes in enumerate(found(truthful_stages(oracle), blank_views(8))):
            for proposal in boxes:
                if proposal.kind != "point" or proposal.box is None:
                    continue
                there = [sight.distance_m for sight in oracle.sights if sight.label == proposal.label]
                values = inside(proposal.box, maps[number])
                answers = {name: statistic(values) for name, statistic in STATISTICS.items()}
                answers["near mode (ours)"] = located(proposal, maps).distance_m or np.nan
                for name, metres in answers.items():
                    off[name].append(min(abs(np.log(metres / true_m)) for true_m in there))
    for name, errors in off.items():
        yield (
            f"| {name} | {np.median(errors):.3f} | {np.quantile(errors, 0.95):.2f} "
            f"| {np.mean(np.array(errors) > 0.2):.0%} |"
        )


def inside(box: Box, distances: DistanceMap) -> np.ndarray:
    """The distances in a box that aren't sky."""
    part = footprint(box)
    values, _ = distances_towards([distances], part.azimuth_deg, part.elevation_deg)
    return values[np.isfinite(values)]


def main() -> None:
    """Print both tables; errors are |ln(found / true)|."""
    oracles = [Oracle.of(street_world(seed), 1024) for seed in SEEDS]
    print("\n".join(pixels(oracles)), end="\n\n")
    print("\n".join(boxed(oracles)))


if __name__ == "__main__":
    main()
