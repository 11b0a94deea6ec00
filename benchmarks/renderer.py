"""The block renderer beside OpenAL Soft with HRTF and beside the bare forward FFTs, all on one core.

    uv run --all-extras --group bench python -m benchmarks.renderer

All sources circle at 1 turn/s and get a new place in every block of 256 samples at 48 kHz.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import scipy.fft

from benchmarks.openal import OpenAl
from binaural.hrtf.interpolated_head import live_head
from binaural.listener import Listener
from binaural.live import kernels
from binaural.live.renderer import BinauralRenderer

RATE_HZ = 48_000
SECONDS = 1.5


def paths(sources: int, block: int) -> np.ndarray:
    """Places of all sources in every block of a second, shape (blocks, N, 3)."""
    turn = 2.0 * np.pi * np.arange(RATE_HZ // block)[:, None] * block / RATE_HZ
    angle = turn + np.random.default_rng(1).uniform(0.0, 2.0 * np.pi, sources)
    up = np.broadcast_to(np.linspace(-0.7, 0.7, sources), angle.shape)
    return 3.0 * np.stack([np.cos(angle), np.sin(angle), up], axis=2)


def block_times_s(work: Callable[[int], object]) -> np.ndarray:
    """How long each of the blocks took, for a while, after some to warm up."""
    for number in range(10):
        work(number)
    times: list[float] = []
    while sum(times) < SECONDS:
        began = time.perf_counter()
        work(len(times))
        times.append(time.perf_counter() - began)
    return np.array(times)


def ours(sources: int, block: int) -> Callable[[int], object]:
    """A block of the renderer."""
    renderer = BinauralRenderer(live_head(), ["point"] * sources, block_samples=block)
    signals = np.random.default_rng(0).standard_normal((sources, block)).astype(np.float32)
    where = paths(sources, block)
    listener = Listener()
    return lambda number: renderer.process(signals, where[number % len(where)], listener)


def openal(sources: int, block: int) -> Callable[[int], object]:
    """A block of OpenAL Soft."""
    engine = OpenAl(sources)
    where, out = paths(sources, block), np.zeros((block, 2), dtype=np.float32)
    return lambda number: engine.process(where[number % len(where)], out)


def bare(sources: int, block: int) -> Callable[[int], object]:
    """The forward FFTs of a block, and nothing else."""
    frame = np.random.default_rng(0).standard_normal((sources, 2 * block)).astype(np.float32)
    return lambda _: scipy.fft.rfft(frame, axis=1)


@contextmanager
def without_compiler() -> Iterator[None]:
    """As if the extra weren't installed."""
    kernels.kernels.cache_clear()
    with patch.object(kernels, "find_spec", return_value=None):
        yield
        kernels.kernels.cache_clear()


def main() -> None:
    """Print the tables."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print("| moving sources, block 256 | source-seconds per second | of OpenAL's | times the bare FFTs |")
    print("|---|---:|---:|---:|")
    for sources in (32, 128):
        rates = {}
        for name, made in (("Sonorama", ours), ("OpenAL Soft, HRTF", openal), ("bare FFTs", bare)):
            rates[name] = sources * 256 / RATE_HZ / np.median(block_times_s(made(sources, 256)))
        with without_compiler():
            rates["Sonorama without numba"] = sources * 256 / RATE_HZ / np.median(block_times_s(ours(sources, 256)))
        for name, rate in rates.items():
            of_openal, of_bare = rate / rates["OpenAL Soft, HRTF"], rates["bare FFTs"] / rate
            print(f"| {sources}: {name} | {rate:.0f} | {of_openal:.1f} | {of_bare:.1f} |")
    print("\n| block | sources | p50 | p99 | worst | of the time there is, p50 |\n|---|---:|---:|---:|---:|---:|")
    for block in (64, 256, 512, 1024):
        for sources in (32, 128, 1000):
            times_ms = 1000.0 * block_times_s(ours(sources, block))
            middle, late, worst = np.median(times_ms), np.quantile(times_ms, 0.99), times_ms.max()
            share = middle / (1000.0 * block / RATE_HZ)
            print(f"| {block} | {sources} | {middle:.2f} ms | {late:.2f} ms | {worst:.2f} ms | {share:.0%} |")


if __name__ == "__main__":
    main()
