"""Footsteps on several grounds: a heel, then a toe, at a walker's pace.

People walk freely at about 1.9 steps a second (F. Danion et al., "Stride variability in human gait", Gait & Posture
18, 2003); grounds follow P. R. Cook, "Modeling Bill's gait: analysis and parametric synthesis of walking sounds", AES
22nd Conference, 2002: solid ones ring as modes, loose ones are made of grains.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.circular import Signal, lay, sample_count, silence, steady_times_s
from server.sound.synthesis.noise import band, noise, unit
from server.sound.synthesis.space import in_space
from server.sound.synthesis.tone import arch, decay, struck

PACE_HZ = (1.75, 2.05)


def _walked(duration_s: float, rng: Generator, step: Callable[[float], Signal]) -> Signal:
    """A walker's steps, left and right a little unlike; ``step`` is given the force of each."""
    walk = silence(duration_s)
    limp = rng.uniform(0.8, 1.0)
    for number, at_s in enumerate(np.sort(steady_times_s(duration_s, rng.uniform(*PACE_HZ), rng, jitter=0.02))):
        force = (limp if number % 2 else 1.0) * rng.uniform(0.8, 1.1)
        lay(walk, step(force), at_s=at_s, gain=force)
    return walk


def _heel_and_toe(heel: Signal, toe: Signal, rng: Generator, *, toe_gain: float) -> Signal:
    delay = sample_count(rng.uniform(0.09, 0.13))
    step = np.zeros(max(heel.size, delay + toe.size))
    step[: heel.size] += heel
    step[delay : delay + toe.size] += toe_gain * toe
    return step


def on_stone(duration_s: float, rng: Generator) -> Signal:
    """Hard soles on stone or asphalt: clicks with a short, dull thump under them."""
    sole_hz = rng.uniform(0.85, 1.15) * np.array([170.0, 620.0, 1350.0, 2600.0, 4300.0])

    def knock(force: float) -> Signal:
        modes_hz = sole_hz * rng.normal(1.0, 0.03, sole_hz.size)
        body = struck(modes_hz, (0.09, 0.05, 0.035, 0.02, 0.014), (0.55, 0.7, 1.0, 0.6 * force, 0.4 * force), rng)
        scuff = noise(sample_count(0.05), rng, band(1500, 7000, order=1)) * decay(0.05, 0.05, attack_s=0.003)
        body[: scuff.size] += 0.18 * scuff[: body.size]
        return body

    walk = _walked(duration_s, rng, lambda force: _heel_and_toe(knock(force), knock(0.4), rng, toe_gain=0.35))
    return in_space(walk, rng, t60_s=0.7, wet=0.25)


def on_wood(duration_s: float, rng: Generator) -> Signal:
    """Shoes on boards: a hollow knock, and now and then a creak."""
    boards_hz = rng.uniform(0.85, 1.15) * np.array([95.0, 185.0, 290.0, 540.0, 1150.0])

    def knock(force: float) -> Signal:
        modes_hz = boards_hz * rng.normal(1.0, 0.05, boards_hz.size)
        return struck(modes_hz, (0.22, 0.18, 0.12, 0.07, 0.03), (0.8, 1.0, 0.8, 0.5, 0.5 * force), rng, attack_s=0.001)

    walk = _walked(duration_s, rng, lambda force: _heel_and_toe(knock(force), knock(0.4), rng, toe_gain=0.4))
    return in_space(walk, rng, t60_s=0.5, wet=0.25, bright_hz=2500)


def on_gravel(duration_s: float, rng: Generator) -> Signal:
    """Gravel: pebbles that grind while the foot rolls over them."""
    return _walked(
        duration_s,
        rng,
        lambda force: _crunch(rng, length_s=0.36, pebbles=int(110 * force), low_hz=900, high_hz=7000, thump=0.5),
    )


def on_grass(duration_s: float, rng: Generator) -> Signal:
    """Grass: blades that brush the shoe, over a soft, low thud."""

    def swish(force: float) -> Signal:
        brush = noise(sample_count(0.32), rng, band(600, 4500))
        brush *= arch(brush.size, attack_s=0.09, release_s=0.22) ** 1.5
        thud = noise(sample_count(0.1), rng, band(60, 220)) * decay(0.1, 0.1, attack_s=0.008)
        brush[: thud.size] += 1.1 * force * thud
        return brush + 0.7 * _crunch(rng, length_s=0.32, pebbles=25, low_hz=1500, high_hz=5000, thump=0.0)[: brush.size]

    return _walked(duration_s, rng, swish)


def on_snow(duration_s: float, rng: Generator) -> Signal:
    """Snow: a dense, creaking crunch."""
    return _walked(
        duration_s,
        rng,
        lambda force: _crunch(rng, length_s=0.42, pebbles=int(420 * force), low_hz=350, high_hz=2600, thump=0.3),
    )


def _crunch(rng: Generator, *, length_s: float, pebbles: int, low_hz: float, high_hz: float, thump: float) -> Signal:
    """Grains that give way under heel and toe, with an RMS of 1 before the thump."""
    count = sample_count(length_s)
    heel = rng.normal(0.18, 0.07, pebbles // 2)
    toe = rng.normal(0.55, 0.14, pebbles - pebbles // 2)
    where = (np.concatenate([heel, toe]).clip(0.0, 0.93) * count).astype(np.int64)
    strikes = np.bincount(where, rng.exponential(size=pebbles) * rng.choice((-1.0, 1.0), pebbles), count)
    kernel = noise(sample_count(0.011), rng, band(low_hz, high_hz, order=1)) * decay(0.011, 0.011, attack_s=0.0003)
    step = unit(np.convolve(strikes, kernel)[:count]) * arch(count, attack_s=0.004, release_s=0.12)
    thud = noise(sample_count(0.09), rng, band(55, 190)) * decay(0.09, 0.09, attack_s=0.006)
    step[: thud.size] += thump * thud
    return step


def running(duration_s: float, rng: Generator) -> Signal:
    """A jogger: soft soles that slap the ground, and breath."""
    run = silence(duration_s)
    for at_s in steady_times_s(duration_s, rng.uniform(2.6, 2.9), rng, jitter=0.015):
        slap = noise(sample_count(0.09), rng, band(180, 1800, order=1)) * decay(0.09, 0.09, attack_s=0.003)
        thud = noise(sample_count(0.11), rng, band(60, 180)) * decay(0.11, 0.11, attack_s=0.006)
        thud[: slap.size] += slap
        lay(run, thud, at_s=at_s, gain=rng.uniform(0.8, 1.0))
    for number, at_s in enumerate(np.sort(steady_times_s(duration_s, 1.4, rng, jitter=0.04))):
        breath = noise(sample_count(0.34), rng, band(900, 3200 if number % 2 else 2200, order=1))
        lay(run, breath * arch(breath.size, attack_s=0.12, release_s=0.2), at_s=at_s, gain=0.12)
    return in_space(run, rng, t60_s=0.5, wet=0.12)
