"""How well sources are placed in worlds whose truth is known, and how the errors grow with the stages' noise.

Run with ``python -m benchmarks.oracle [WORLDS]`` from the root of the repository. Worlds 100, 101, ... are others than
those of the tests. It prints Markdown tables.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import numpy as np

from server.pipeline.stages import Sees
from server.pipeline.views import Picture
from tests.oracle.journey import score_of, sources_found
from tests.oracle.scoring import Score, pooled
from tests.oracle.stubs import Noise, Oracle, blank_picture, blank_views
from tests.oracle.worlds import street_world

SWEEPS: dict[str, tuple[str, dict[str, Noise]]] = {
    "box jitter": (
        "each side of each box, one standard deviation",
        {f"{deg:g}°": Noise(box_jitter_deg=deg) for deg in (0.0, 0.25, 0.5, 1.0, 2.0)},
    ),
    "misses": (
        "share of boxes not drawn, in each view by itself",
        {f"{rate:.0%}": Noise(miss_rate=rate) for rate in (0.0, 0.1, 0.25, 0.5)},
    ),
    "duplicates": (
        "share of boxes drawn twice",
        {f"{rate:.0%}": Noise(duplicate_rate=rate) for rate in (0.0, 0.1, 0.25, 0.5)},
    ),
    "depth scale": (
        "every distance times this",
        {f"× {scale:g}": Noise(depth_scale=scale) for scale in (0.8, 1.0, 1.1, 1.25)},
    ),
    "depth shift": (
        "added to every distance",
        {f"{shift:+g} m": Noise(depth_shift_m=shift) for shift in (-1.0, 0.0, 1.0, 2.0)},
    ),
    "depth noise": (
        "standard deviation of the log-distance of every pixel, and again of each view's map",
        {f"{noise:.0%}": Noise(depth_noise=noise) for noise in (0.0, 0.05, 0.1, 0.2, 0.3)},
    ),
    "all at once": (
        "box jitter, misses, duplicates, depth noise",
        {
            "little (0.25°, 5 %, 5 %, 5 %)": Noise(
                box_jitter_deg=0.25, miss_rate=0.05, duplicate_rate=0.05, depth_noise=0.05
            ),
            "much (1°, 20 %, 20 %, 20 %)": Noise(
                box_jitter_deg=1.0, miss_rate=0.2, duplicate_rate=0.2, depth_noise=0.2
            ),
        },
    ),
}


def row(name: str, scores: Iterable[Score]) -> str:
    """One line of a table."""
    whole = pooled(list(scores))
    worst_deg = np.percentile(whole.great_circle_deg, 95)
    worst_log = np.percentile(whole.log_distance, 95)
    return (
        f"| {name} | {whole.median_deg:.2f}° | {worst_deg:.2f}° | {np.expm1(whole.median_log):.1%} "
        f"| {np.expm1(worst_log):.1%} | {whole.precision:.3f} | {whole.recall:.3f} | {whole.f1:.3f} "
        f"| {whole.duplicate_rate:.1%} |"
    )


def table(name: str) -> str:
    """The head of a table."""
    return (
        f"\n| {name} | great circle, median | 95 % | distance, median | 95 % | precision | recall | F1 | duplicates |\n"
        "|---|---|---|---|---|---|---|---|---|"
    )


def score(oracle: Oracle, windows: Sequence[Picture], *, sees: Sees = "views", noise: Noise | None = None) -> Score:
    """How well one world's things are found."""
    return score_of(oracle, windows, sources_found(oracle, windows, sees=sees, noise=noise))


def main(worlds: int) -> None:
    """Print all tables."""
    oracles = [Oracle.of(street_world(100 + number)) for number in range(worlds)]
    print(f"{worlds} worlds, {sum(len(oracle.sights) for oracle in oracles)} things that sound")
    print(table("perfect stages"))
    for count in (6, 8, 12):
        print(row(f"{count} views", [score(oracle, blank_views(count)) for oracle in oracles]))
    print(row("whole picture", [score(oracle, blank_picture(), sees="picture") for oracle in oracles]))
    views: tuple[Picture, ...] = blank_views(8)
    for name, (meaning, noises) in SWEEPS.items():
        print(f"\n{name}: {meaning}")
        print(table(name))
        for value, noise in noises.items():
            print(row(value, [score(oracle, views, noise=noise) for oracle in oracles]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
