"""Bells, clocks and signals."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.circular import (
    Signal,
    lay,
    sample_count,
    silence,
    spaced_times_s,
    steady_times_s,
    whole_rate_hz,
)
from server.sound.synthesis.noise import band, drift, noise, swell
from server.sound.synthesis.space import in_space
from server.sound.synthesis.tone import arch, closed_cycles, played, struck, waveform

# Partials of a minor-third bell relative to its prime: hum, prime, tierce, quint, nominal, then deciem, undeciem,
# duodeciem, upper octave (T. D. Rossing, Science of Percussion Instruments, 2000, chapter 11), with decay times in
# seconds for a bell of middle size and gains of a clapper stroke.
_PARTIALS = np.array([0.5, 1.0, 1.2, 1.5, 2.0, 2.5, 2.67, 3.0, 4.0])
_T60_S = np.array([9.0, 6.0, 5.0, 3.5, 3.2, 1.8, 1.6, 1.5, 0.9])
_GAINS = np.array([0.55, 0.6, 0.8, 0.3, 1.0, 0.4, 0.3, 0.5, 0.35])


def rung(prime_hz: float, rng: Generator) -> Signal:
    """One stroke of a bell; each partial is a pair that beats, since no cast bell is quite round."""
    split = 1.0 + rng.uniform(0.0003, 0.0012, _PARTIALS.size)
    detune = rng.normal(1.0, 0.002, _PARTIALS.size)
    frequencies_hz = prime_hz * _PARTIALS * detune
    pace = (520.0 / prime_hz) ** 0.5
    return struck(
        np.concatenate([frequencies_hz, frequencies_hz * split]),
        np.concatenate([_T60_S, _T60_S]) * pace,
        np.concatenate([_GAINS, _GAINS * rng.uniform(0.2, 0.5, _GAINS.size)]),
        rng,
        attack_s=0.002,
    )


def church_bell(duration_s: float, rng: Generator) -> Signal:
    """One bell of a church, tolled slowly."""
    toll = silence(duration_s)
    stroke = rung(rng.uniform(380, 520), rng)
    for at_s in steady_times_s(duration_s, 0.45, rng, jitter=0.01):
        lay(toll, stroke, at_s=at_s, gain=rng.uniform(0.85, 1.0))
    return in_space(toll, rng, t60_s=1.8, wet=0.25, bright_hz=3000)


def bells(duration_s: float, rng: Generator) -> Signal:
    """A peal: several bells of one tower, rung in rounds that come a little out of order."""
    peal = silence(duration_s)
    key_hz = rng.uniform(420, 560)
    strokes = [rung(key_hz * 2 ** (step / 12), rng) for step in (9, 7, 5, 4, 2, 0)]
    for number, at_s in enumerate(steady_times_s(duration_s, 3.0, rng, jitter=0.06)):
        lay(peal, strokes[number % len(strokes)], at_s=at_s, gain=rng.uniform(0.7, 1.0))
    return in_space(peal, rng, t60_s=1.8, wet=0.25, bright_hz=3500)


def clock(duration_s: float, rng: Generator) -> Signal:
    """A pendulum clock: tick and tock, twice a second, in a wooden case."""
    beat = silence(duration_s)
    case_hz = rng.uniform(0.9, 1.1) * np.array([420.0, 980.0, 2350.0, 4100.0, 6300.0])
    # Counted in pairs, so that tick follows tock across the seam too.
    half_s = 0.5 / whole_rate_hz(1.0, duration_s)
    for at_s in steady_times_s(duration_s, 1.0, rng):
        for tock in (0, 1):
            sound = struck(
                case_hz * (0.86 if tock else 1.0), (0.09, 0.06, 0.04, 0.025, 0.02), (0.5, 0.7, 1.0, 0.8, 0.5), rng
            )
            lay(beat, sound, at_s=at_s + tock * half_s, gain=0.8 if tock else 1.0)
            lay(beat, sound, at_s=at_s + tock * half_s - 0.022, gain=0.12)
    return in_space(beat, rng, t60_s=0.35, wet=0.12)


def wind_chimes(duration_s: float, rng: Generator) -> Signal:
    """Chimes of metal tubes: modes of a free bar (1, 2.76, 5.40, 8.93), struck as gusts come."""
    count = sample_count(duration_s)
    chimes = 0.015 * noise(count, rng, band(200, 3000, order=1)) * swell(count, rng, 0.3, 0.4)
    key_hz = rng.uniform(900, 1200)
    tubes = key_hz * 2.0 ** (np.array([0, 2, 4, 7, 9, 12]) / 12)
    gust = swell(count, rng, 0.25, 0.8)
    for at_s in spaced_times_s(duration_s, 0.35, rng, evenness=1.0):
        tube_hz = rng.choice(tubes)
        strike = struck(
            tube_hz * np.array([1.0, 2.757, 5.404, 8.933]), (3.2, 1.6, 0.7, 0.3), (1.0, 0.5, 0.25, 0.1), rng
        )
        vigour = gust[int(at_s / duration_s * count) % count]
        lay(chimes, strike, at_s=at_s, gain=min(2.0, vigour) * rng.uniform(0.2, 1.0))
    return chimes


def siren(duration_s: float, rng: Generator) -> Signal:
    """A two-tone siren, the higher tone a fourth above the lower as in DIN 14610, each tone held some 0.75 s."""
    count = sample_count(duration_s)
    pairs = max(1, round(duration_s / 1.5))
    side = np.sin(2 * np.pi * (pairs * np.arange(count) / count + rng.uniform())) > 0
    low_hz = rng.uniform(410, 450)
    course = np.where(side, low_hz * 4.0 / 3.0, low_hz)
    # A horn changes over in some 10 ms, not at once.
    kernel = np.hanning(482) / np.hanning(482).sum()
    course = np.fft.irfft(np.fft.rfft(course) * np.fft.rfft(np.bincount(np.arange(482) % count, kernel, count)), count)
    table = waveform([1.0, 0.8, 0.9, 0.7, 0.5, 0.4, 0.25, 0.2, 0.12, 0.1, 0.06, 0.05])
    return in_space(played(table, closed_cycles(course)), rng, t60_s=1.4, wet=0.35, bright_hz=2500)


def horn(duration_s: float, rng: Generator) -> Signal:
    """A car's horn: two buzzing notes about a third apart, now short, now long."""
    honks = silence(duration_s)
    low_hz = rng.uniform(395, 430)
    for at_s in spaced_times_s(duration_s, 3.2, rng, evenness=3.0):
        for _ in range(rng.integers(1, 4)):
            length_s = float(rng.choice([0.16, 0.22, 0.65]))
            count = sample_count(length_s)
            wobble = 1.0 + 0.001 * drift(count, rng, 8.0)
            both = np.zeros(count)
            for pitch_hz in (low_hz, low_hz * 1.24):
                table = waveform([1.0, 0.9, 1.1, 0.9, 0.9, 0.6, 0.6, 0.35, 0.3, 0.2, 0.15, 0.1])
                both += played(table, np.cumsum(pitch_hz * wobble) / 48_000)
            lay(honks, both * arch(count, attack_s=0.015, release_s=0.04), at_s=at_s)
            at_s += length_s + 0.15
    return in_space(honks, rng, t60_s=1.0, wet=0.3, bright_hz=3500)


def bicycle_bell(duration_s: float, rng: Generator) -> Signal:
    """A bicycle's bell: a quick run of strokes on a small, bright dome."""
    rings = silence(duration_s)
    dome_hz = rng.uniform(2050, 2500)
    for at_s in spaced_times_s(duration_s, 3.0, rng, evenness=5.0):
        for _ in range(rng.integers(1, 3)):
            for step in range(rng.integers(4, 7)):
                modes_hz = dome_hz * np.array([1.0, 1.003, 2.32, 3.85, 5.1])
                stroke = struck(modes_hz, (1.5, 1.4, 0.7, 0.35, 0.2), (1.0, 0.5, 0.6, 0.35, 0.2), rng)
                lay(rings, stroke, at_s=at_s + 0.055 * step, gain=rng.uniform(0.4, 1.0))
            at_s += 0.5
    return in_space(rings, rng, t60_s=0.6, wet=0.1)
