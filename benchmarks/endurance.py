"""Ten minutes of eight sources that circle, twice: ``python -m benchmarks.endurance``.

Memory must stay as it is, both times must give the same bytes, and the end must sound as if it had just begun.
"""

from __future__ import annotations

import hashlib
import time

import numpy as np
import psutil

from binaural.hrtf.interpolated_head import live_head
from binaural.listener import Listener
from binaural.live.renderer import BinauralRenderer

RATE_HZ, BLOCK, SOURCES = 48_000, 256, 8
MINUTES = 10
BLOCKS = MINUTES * 60 * RATE_HZ // BLOCK


def renderer() -> BinauralRenderer:
    """Sound takes its time here, so that nothing of the renderer is left out."""
    return BinauralRenderer(live_head(), ["point"] * SOURCES, block_samples=BLOCK, doppler=True)


def block(engine: BinauralRenderer, noise: np.ndarray, number: int) -> np.ndarray:
    """One block; places follow from its number alone."""
    begin = number * BLOCK % (noise.shape[1] - BLOCK)
    angle = 2.0 * np.pi * (number * BLOCK / RATE_HZ / np.arange(3, 3 + SOURCES) + np.arange(SOURCES) / SOURCES)
    metres = 3.0 + 2.0 * np.sin(0.7 * angle)
    places = np.stack([metres * np.cos(angle), metres * np.sin(angle), np.linspace(-1.0, 2.0, SOURCES)], axis=1)
    listener = Listener.turned(10.0 * np.sin(number * BLOCK / RATE_HZ))
    return engine.process(noise[:, begin : begin + BLOCK], places, listener)


def main() -> None:
    """Print what was found."""
    noise = np.random.default_rng(0).standard_normal((SOURCES, 10 * RATE_HZ)).astype(np.float32) * np.float32(0.05)
    process, digests, engine = psutil.Process(), [], renderer()
    for turn in (1, 2):
        engine, digest, memory_mb, began = renderer(), hashlib.sha256(), [], time.perf_counter()
        for number in range(BLOCKS):
            digest.update(block(engine, noise, number))
            if number % (BLOCKS // 10) == BLOCKS // 100:
                memory_mb.append(process.memory_info().rss / 2**20)
        digests.append(digest.hexdigest())
        seconds = time.perf_counter() - began
        print(f"Turn {turn}: {MINUTES} minutes in {seconds:.1f} s; memory went from {memory_mb[0]:.1f} to ", end="")
        print(f"{memory_mb[-1]:.1f} MB.")
    print(f"The same bytes: {digests[0] == digests[1]}.")
    fresh = renderer()
    error = power = 0.0
    for number in range(BLOCKS, BLOCKS + 500):
        old, new = block(engine, noise, number).astype(np.float64), block(fresh, noise, number)
        if number >= BLOCKS + 200:
            error, power = error + float(np.sum((old - new) ** 2)), power + float(np.sum(old**2))
    print(f"The last second against a renderer that has just begun: {10.0 * np.log10(error / power + 1e-30):.0f} dB.")


if __name__ == "__main__":
    main()
