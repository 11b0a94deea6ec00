"""Cutting a panorama into perspective views, against py360convert and a plain NumPy gather.

    uv run --group bench python -m benchmarks.views

Eight views of 896 px from a panorama of 4096 × 2048. Medians of seven runs, one thread; the ratio is to ours, warm.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import cv2
import numpy as np
import py360convert

from server.pipeline.views import Picture, View, split

RUNS = 7
COUNT, SIZE_PX, HFOV_DEG = 8, 896, 90.0
WIDTH_PX, HEIGHT_PX = 4096, 2048


def gathered(pixels: np.ndarray, maps: list[tuple[np.ndarray, np.ndarray]]) -> list[np.ndarray]:
    """The nearest pixel by NumPy indexing, its maps made once."""
    return [pixels[row, column] for column, row in maps]


def gather_maps() -> list[tuple[np.ndarray, np.ndarray]]:
    """Column and row indices for every view."""
    panorama = View(name="p", projection="equirectangular", width_px=WIDTH_PX, height_px=HEIGHT_PX)
    grid = np.meshgrid(np.arange(SIZE_PX) + 0.5, np.arange(SIZE_PX) + 0.5)
    maps = []
    for number in range(COUNT):
        view = View(
            name="v",
            projection="perspective",
            width_px=SIZE_PX,
            height_px=SIZE_PX,
            hfov_deg=HFOV_DEG,
            yaw_deg=number * 360.0 / COUNT,
        )
        column, row = panorama.pixel(*view.direction(*grid))
        maps.append((column.astype(np.int64), row.astype(np.int64)))
    return maps


def milliseconds(work: Callable[[], object]) -> float:
    """Median time of a call."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return 1000.0 * statistics.median(times)


def main() -> None:
    """Print the table."""
    cv2.setNumThreads(1)
    pixels = np.random.default_rng(0).integers(0, 255, (HEIGHT_PX, WIDTH_PX, 3)).astype(np.uint8)
    panorama = Picture(
        pixels=pixels, view=View(name="picture", projection="equirectangular", width_px=WIDTH_PX, height_px=HEIGHT_PX)
    )
    began = time.perf_counter()
    split(panorama, COUNT)
    cold = 1000.0 * (time.perf_counter() - began)

    def theirs() -> None:
        for number in range(COUNT):
            py360convert.e2p(pixels, HFOV_DEG, -number * 360.0 / COUNT, 0, (SIZE_PX, SIZE_PX), mode="bilinear")

    maps = gather_maps()
    rows = {
        "Sonorama, maps made once": milliseconds(lambda: split(panorama, COUNT)),
        "Sonorama, first call": cold,
        "py360convert.e2p, bilinear": milliseconds(theirs),
        "NumPy gather, nearest, maps made once": milliseconds(lambda: gathered(pixels, maps)),
    }
    ours = rows["Sonorama, maps made once"]
    print("| 8 views of 896 px from 4096 × 2048 | ms | ratio |\n|---|---:|---:|")
    for name, took in rows.items():
        print(f"| {name} | {took:.0f} | {took / ours:.1f} |")


if __name__ == "__main__":
    main()
