"""Rain and thunder."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.bubbles import bubbles
from server.sound.synthesis.circular import Signal, lay, sample_count, silence
from server.sound.synthesis.noise import band, filtered, grains, noise, swell, unit
from server.sound.synthesis.tone import arch, decay


def rain(duration_s: float, rng: Generator) -> Signal:
    """Steady rain: the far field is noise, flat over most of hearing; near drops stand out one by one."""
    return _fallen(duration_s, rng, drops_hz=260.0, near=0.8, puddles_hz=30.0, low_hz=350.0)


def heavy_rain(duration_s: float, rng: Generator) -> Signal:
    """A downpour: so dense that single drops drown."""
    return _fallen(duration_s, rng, drops_hz=1500.0, near=0.5, puddles_hz=90.0, low_hz=150.0)


def _fallen(
    duration_s: float, rng: Generator, *, drops_hz: float, near: float, puddles_hz: float, low_hz: float
) -> Signal:
    count = sample_count(duration_s)
    bed = noise(count, rng, band(low_hz, 15000, order=1)) * swell(count, rng, 0.3, 0.08)
    total = bed
    for centre_hz, share in ((1500.0, 0.5), (3500.0, 0.8), (7000.0, 0.6)):
        kernel = noise(sample_count(0.006), rng, band(centre_hz / 1.6, centre_hz * 1.6, order=1))
        kernel *= decay(0.006, 0.006, attack_s=0.0002)
        total = total + near * share * unit(grains(count, rng, rate_hz=drops_hz, kernel=kernel))
    return total + 0.35 * near * unit(bubbles(count, rng, rate_hz=puddles_hz, radius_mm=(0.7, 2.2), rising=0.2))


def thunder(duration_s: float, rng: Generator) -> Signal:
    """Thunder over rain: arrivals from along the channel, the nearest first and brightest, then a long roll.

    A lightning channel is kilometres long, so its claps arrive over seconds (A. A. Few, "Power spectrum of thunder",
    J. Geophys. Res. 74, 1969, puts the peak below 200 Hz).
    """
    total = 0.12 * unit(rain(duration_s, rng))
    roll = silence(duration_s)
    length_s = min(9.0, 0.9 * duration_s)
    start_s = rng.uniform(0, duration_s)
    for _ in range(60):
        late = rng.beta(1.0, 2.6)
        kernel_s = 0.25 + 1.2 * late
        bright_hz = 2200.0 * (1 - late) ** 3 + 90.0
        clap = noise(sample_count(kernel_s), rng, band(28, bright_hz, order=1, tilt_db_per_octave=-3.0))
        clap *= arch(clap.size, attack_s=0.012 + 0.2 * late, release_s=0.85 * kernel_s) ** 2
        lay(roll, clap, at_s=start_s + late * (length_s - kernel_s), gain=float(rng.exponential() * (1 - late) ** 1.3))
    roll = filtered(roll, lambda hz: np.asarray(1.0 / np.sqrt(1.0 + (25.0 / np.maximum(hz, 1.0)) ** 4)))
    return total + unit(roll)


def drizzle_on_leaves(duration_s: float, rng: Generator) -> Signal:
    """Rain heard under trees: pats on leaves, each a small drum, uneven."""
    count = sample_count(duration_s)
    total = 0.3 * noise(count, rng, band(500, 9000, order=1)) * swell(count, rng, 0.3, 0.1)
    for centre_hz, rate_hz, gain in ((700.0, 40.0, 0.8), (1600.0, 110.0, 1.0), (3800.0, 200.0, 0.7)):
        kernel = noise(sample_count(0.014), rng, band(centre_hz / 1.3, centre_hz * 1.3))
        kernel *= decay(0.014, 0.014, attack_s=0.0003)
        total += gain * unit(grains(count, rng, rate_hz=rate_hz, kernel=kernel))
    return total
