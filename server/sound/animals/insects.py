"""Insects: wings and files that beat steadily, each animal at its own pace."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.circular import RATE_HZ, Signal, lay, sample_count, silence, steady_times_s, whole_rate_hz
from server.sound.synthesis.noise import band, drift, noise, swell, unit
from server.sound.synthesis.tone import arch, closed_cycles, played, sine, waveform


def crickets(duration_s: float, rng: Generator) -> Signal:
    """Field crickets: chirps of three to five pulses of a nearly pure 4 to 5 kHz.

    Pulses follow each other at about 30 a second, chirps at two to three a second (F. Huber, T. E. Moore and
    W. Loher, Cricket Behavior and Neurobiology, 1989).
    """
    choir = silence(duration_s)
    for nearness in (1.0, *rng.uniform(0.08, 0.4, size=5)):
        carrier_hz, pulse_s = rng.uniform(4300, 4950), rng.uniform(0.031, 0.036)
        pulses = int(rng.integers(3, 6))
        for at_s in steady_times_s(duration_s, rng.uniform(2.0, 2.9), rng, jitter=0.025):
            for step in range(pulses):
                count = sample_count(0.021)
                glide = carrier_hz * (1.0 - 0.02 * np.linspace(0, 1, count))
                tone = np.sin(2 * np.pi * (np.cumsum(glide) / RATE_HZ + rng.uniform()))
                pulse = tone * arch(count, attack_s=0.009, release_s=0.01)
                lay(choir, pulse, at_s=at_s + step * pulse_s, gain=nearness * (0.55 + 0.45 * step / pulses))
    return choir


def cicadas(duration_s: float, rng: Generator) -> Signal:
    """Cicadas: ribs that buckle hundreds of times a second, heard as a rasp between 4 and 10 kHz that swells."""
    count = sample_count(duration_s)
    choir = silence(duration_s)
    for nearness in (1.0, 0.6, 0.4, 0.3):
        centre_hz = rng.uniform(5200, 7600)
        rasp = noise(count, rng, band(centre_hz / 1.25, centre_hz * 1.25))
        clicks = closed_cycles(rng.uniform(140, 210) * swell(count, rng, 1.0, 0.02))
        swing = np.sin(2 * np.pi * (whole_rate_hz(rng.uniform(0.2, 0.5), duration_s) * _time_s(count) + rng.uniform()))
        choir += nearness * rasp * (0.5 + 0.5 * sine(clicks)) ** 3 * (0.6 + 0.4 * swing)
    return choir


def grasshoppers(duration_s: float, rng: Generator) -> Signal:
    """Grasshoppers: dry, bright scrapes in rows."""
    meadow = silence(duration_s)
    for nearness in (1.0, *rng.uniform(0.15, 0.5, size=3)):
        low_hz, scrape_s = rng.uniform(5000, 7500), rng.uniform(0.045, 0.065)
        for at_s in steady_times_s(duration_s, rng.uniform(0.35, 0.7), rng, jitter=0.12):
            strokes = int(rng.integers(8, 18))
            for step in range(strokes):
                scrape = noise(sample_count(scrape_s * 0.75), rng, band(low_hz, 15000))
                scrape *= arch(scrape.size, attack_s=0.02, release_s=0.008)
                lay(meadow, scrape, at_s=at_s + step * scrape_s, gain=nearness * (0.3 + 0.7 * (step + 1) / strokes))
    return meadow


def bees(duration_s: float, rng: Generator) -> Signal:
    """Bees at flowers: wings that beat some 230 times a second, coming close and going."""
    count = sample_count(duration_s)
    hive = silence(duration_s)
    for gain in (1.0, 0.8, 0.6, 0.45):
        beat_hz = rng.uniform(195, 255) * np.exp(0.05 * drift(count, rng, 0.7) + 0.012 * drift(count, rng, 12.0))
        table = waveform(1.0 / np.arange(1, 19) ** rng.uniform(0.9, 1.3), rng)
        hive += gain * unit(played(table, closed_cycles(beat_hz))) * swell(count, rng, 0.35, 0.5)
    return hive


def flies(duration_s: float, rng: Generator) -> Signal:
    """Flies: a thin whine that darts past."""
    count = sample_count(duration_s)
    whine = silence(duration_s)
    for gain in (1.0, 0.6):
        beat_hz = rng.uniform(170, 200) * np.exp(0.09 * drift(count, rng, 1.1))
        table = waveform(1.0 / np.arange(1, 26) ** 0.8, rng)
        whine += gain * unit(played(table, closed_cycles(beat_hz))) * swell(count, rng, 0.5, 0.9)
    return whine


def _time_s(count: int) -> Signal:
    return np.asarray(np.arange(count) / RATE_HZ)
