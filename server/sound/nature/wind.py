"""Wind, and what it moves.

Level grows with the square of the wind's speed and the spectrum grows brighter with it (A. Farnell, Designing Sound,
2010, "Wind"); the gusts that ears follow are slower than 1 Hz.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.circular import Signal, lay, sample_count, silence, spaced_times_s
from server.sound.synthesis.noise import Gain, band, drift, filtered, grains, noise, swell, unit
from server.sound.synthesis.tone import arch, closed_cycles, decay, sine


def _speed(count: int, rng: Generator, depth: float) -> Signal:
    """A wind's speed relative to its median: long gusts, and flurries that grow with them."""
    gust = swell(count, rng, 0.2, depth)
    return np.asarray(gust * np.exp(0.25 * depth * gust.clip(0, 2) * drift(count, rng, 1.5)))


def _blown(speed: Signal, rng: Generator, *, bands: list[Gain], gains: list[float], powers: list[float]) -> Signal:
    """Bands of noise, each of which grows with its own power of the speed."""
    total = np.zeros(speed.size)
    for gain_of, gain, power in zip(bands, gains, powers, strict=True):
        total += gain * noise(speed.size, rng, gain_of) * speed**power
    return total


def wind(duration_s: float, rng: Generator) -> Signal:
    """Wind past the ears and round corners, outdoors."""
    speed = _speed(sample_count(duration_s), rng, 0.27)
    return _blown(
        speed,
        rng,
        bands=[band(45, 140), band(120, 380), band(330, 900), band(800, 2200), band(2000, 6000, order=1)],
        gains=[1.0, 0.75, 0.42, 0.18, 0.06],
        powers=[1.5, 1.7, 2.0, 2.4, 2.8],
    )


def howling_wind(duration_s: float, rng: Generator) -> Signal:
    """A gale that whistles round edges: Aeolian tones whose pitch is proportional to the speed (Strouhal)."""
    count = sample_count(duration_s)
    speed = _speed(count, rng, 0.32)
    total = unit(wind(duration_s, rng)) * 0.6
    for median_hz, gain in ((310.0, 1.0), (490.0, 0.7), (820.0, 0.35)):
        course = closed_cycles(median_hz * (0.45 + 0.55 * speed.clip(0.3, 2.2)))
        in_phase, quadrature = (noise(count, rng, lambda hz: np.exp(-0.5 * (hz / 14.0) ** 2)) for _ in range(2))
        whistle = in_phase * sine(course) + quadrature * sine(course + 0.25)
        total += gain * whistle * np.clip(speed - 0.5, 0, 2.0) ** 2
    return total


def leaves(duration_s: float, rng: Generator) -> Signal:
    """Wind in leaves: a hiss of countless collisions, single ones standing out as a gust comes."""
    count = sample_count(duration_s)
    speed = _speed(count, rng, 0.26)
    hiss = _blown(
        speed,
        rng,
        bands=[band(200, 700), band(700, 2500), band(1800, 6500), band(5000, 12000)],
        gains=[0.28, 0.5, 0.75, 0.35],
        powers=[1.3, 1.6, 2.0, 2.6],
    )
    return hiss + _rustle(count, rng, speed, rate_hz=900.0, kernel_s=0.006, low_hz=1800, high_hz=9000) * 0.6


def grass(duration_s: float, rng: Generator) -> Signal:
    """Wind in grass: a soft, dry swish, duller and lower than leaves, that runs in waves."""
    count = sample_count(duration_s)
    speed = _speed(count, rng, 0.2)
    waves = speed * (1.0 + 0.25 * drift(count, rng, 0.7)).clip(0.2)
    hiss = _blown(
        waves,
        rng,
        bands=[band(120, 500), band(900, 3200), band(2500, 7000)],
        gains=[0.55, 0.8, 0.4],
        powers=[0.8, 1.2, 1.6],
    )
    return hiss + _rustle(count, rng, waves, rate_hz=350.0, kernel_s=0.016, low_hz=900, high_hz=5000) * 0.3


def _rustle(
    count: int, rng: Generator, speed: Signal, *, rate_hz: float, kernel_s: float, low_hz: float, high_hz: float
) -> Signal:
    """Single collisions, likelier and louder as the wind rises; an RMS of about 1."""
    kernel = noise(sample_count(kernel_s), rng, band(low_hz, high_hz)) * decay(kernel_s, kernel_s)
    return unit(grains(count, rng, rate_hz=rate_hz, kernel=kernel, density=speed**2) * speed)


def flag(duration_s: float, rng: Generator) -> Signal:
    """A flag in the wind: cloth that snaps a few times a second, in spells, over the wind itself."""
    count = sample_count(duration_s)
    speed = _speed(count, rng, 0.4)
    total = 0.25 * unit(wind(duration_s, rng))
    for at_s in spaced_times_s(duration_s, 0.17, rng, evenness=5.0):
        vigour = speed[int(at_s % duration_s * 48_000) % count]
        length_s = rng.uniform(0.07, 0.16)
        cloth = noise(sample_count(length_s), rng, band(90, 900 + 900 * vigour, order=1))
        cloth *= arch(cloth.size, attack_s=0.012, release_s=length_s - 0.012) ** 1.5
        snap = noise(sample_count(0.02), rng, band(700, 5000, order=1)) * decay(0.02, 0.02)
        lay(total, cloth, at_s=at_s, gain=vigour**1.5 * rng.uniform(0.5, 1.3))
        lay(total, snap, at_s=at_s + 0.01, gain=0.5 * vigour**2 * rng.exponential())
    return total


def fire(duration_s: float, rng: Generator) -> Signal:
    """A fire: flames that lap as low noise, hiss, and crackles (Farnell, "Fire")."""
    count = sample_count(duration_s)
    lapping = noise(count, rng, band(30, 160, order=1)) * swell(count, rng, 3.0, 0.45)
    hiss = noise(count, rng, band(1200, 7000, order=1)) * swell(count, rng, 2.0, 0.6) ** 2
    crackle = silence(duration_s)
    # Embers crack in bursts, so the density of crackles swings widely.
    activity = swell(count, rng, 1.2, 0.8)
    for centre_hz, rate_hz, gain in ((1100.0, 7.0, 1.0), (2600.0, 14.0, 0.8), (5200.0, 22.0, 0.6)):
        kernel = noise(sample_count(0.012), rng, band(centre_hz / 1.7, centre_hz * 1.7, order=1))
        crackle += gain * grains(
            count, rng, rate_hz=rate_hz, kernel=kernel * decay(0.012, 0.012, attack_s=0.0002), density=activity
        )
    return 0.55 * lapping + 0.12 * hiss + 1.2 * filtered(crackle, lambda hz: np.asarray(hz > 60, dtype=np.float64))
