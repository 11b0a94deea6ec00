"""Work: building sites and tools."""

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
)
from server.sound.synthesis.engines import exhaust, with_mechanism
from server.sound.synthesis.noise import band, noise, swell, unit
from server.sound.synthesis.space import in_space
from server.sound.synthesis.tone import arch, closed_cycles, played, sine, struck, waveform


def hammering(duration_s: float, rng: Generator) -> Signal:
    """Somebody hammers a nail into wood: a few blows, each ringing higher, then a pause."""
    blows = silence(duration_s)
    for at_s in spaced_times_s(duration_s, 3.3, rng, evenness=8.0):
        nail_hz = rng.uniform(1700, 2200)
        for step in range(rng.integers(4, 7)):
            nail = struck(
                nail_hz * (1 + 0.05 * step) * np.array([0.12, 0.31, 1.0, 1.9, 3.1]),
                (0.12, 0.1, 0.09, 0.06, 0.04),
                (0.7, 0.9, 1.0, 0.7, 0.5),
                rng,
            )
            lay(blows, nail, at_s=at_s, gain=rng.uniform(0.7, 1.0))
            at_s += rng.uniform(0.36, 0.44)
    return in_space(blows, rng, t60_s=0.9, wet=0.3)


def jackhammer(duration_s: float, rng: Generator) -> Signal:
    """A pneumatic drill: some twenty blows a second in long bursts, air and rubble about it."""
    count = sample_count(duration_s)
    at_work = silence(duration_s)
    for at_s in spaced_times_s(duration_s, 4.2, rng, evenness=10.0):
        lay(at_work, arch(sample_count(3.0), attack_s=0.08, release_s=0.08), at_s=at_s)
    at_work = at_work.clip(0, 1)
    drill = silence(duration_s)
    blow = struck(
        (85.0, 210.0, 640.0, 1300.0, 2700.0, 4400.0),
        (0.08, 0.07, 0.05, 0.04, 0.03, 0.02),
        (1, 0.9, 0.8, 1.0, 0.8, 0.5),
        rng,
    )
    for at_s in steady_times_s(duration_s, rng.uniform(19, 24), rng, jitter=0.03):
        lay(drill, blow, at_s=at_s, gain=at_work[int(at_s * 48_000) % count] * rng.uniform(0.8, 1.0))
    rubble = noise(count, rng, band(700, 6000, order=1)) * at_work
    compressor = with_mechanism(
        exhaust(closed_cycles(np.full(count, 13.0)), rng, cylinders=4, unevenness=0.2, sharpness=80.0),
        rng,
        low_hz=35,
        high_hz=280,
        noise_share=0.3,
        clatter=0.02,
    )
    return in_space(unit(drill) + 0.4 * rubble + 0.18 * compressor, rng, t60_s=0.8, wet=0.25)


def saw(duration_s: float, rng: Generator) -> Signal:
    """A circular saw: it spins up, bites, drops in pitch under load, and runs free again."""
    count = sample_count(duration_s)
    load = silence(duration_s)
    for at_s in spaced_times_s(duration_s, 4.5, rng, evenness=12.0):
        lay(load, arch(sample_count(2.2), attack_s=0.3, release_s=0.25), at_s=at_s)
    load = load.clip(0, 1)
    turn = closed_cycles(74.0 * (1 - 0.13 * load) * swell(count, rng, 2.0, 0.008))
    motor = unit(
        played(waveform([0.1, 0.3, 0.6, 0.9, 1.0, 0.9, 1.0, 0.8, 0.7, 0.6, 0.6, 0.5, 0.4, 0.4, 0.3, 0.2], rng), turn)
    )
    teeth = 0.6 * sine(24 * turn) + 0.3 * sine(48 * turn)
    bite = noise(count, rng, band(1500, 9000, order=1)) * load
    return in_space(0.35 * motor + (0.25 + 0.5 * load) * teeth + 0.75 * bite, rng, t60_s=0.6, wet=0.2)


def construction(duration_s: float, rng: Generator) -> Signal:
    """A building site: an excavator's engine, hammering, metal that clangs, a reversing beeper far off."""
    count = sample_count(duration_s)
    pull = swell(count, rng, 0.5, 0.12)
    digger = with_mechanism(
        exhaust(closed_cycles(11.0 * pull), rng, cylinders=6, unevenness=0.2, sharpness=120.0),
        rng,
        low_hz=35,
        high_hz=300,
        noise_share=0.3,
        clatter=0.05,
    )
    site = 0.6 * unit(digger) + 0.3 * unit(hammering(duration_s, rng))
    for at_s in spaced_times_s(duration_s, 2.2, rng, evenness=1.5):
        beam_hz = rng.uniform(280, 900)
        clang = struck(
            beam_hz * np.array([1.0, 2.76, 5.4, 8.9, 11.3]), (0.9, 0.7, 0.45, 0.25, 0.15), (0.7, 1, 0.8, 0.5, 0.4), rng
        )
        lay(site, clang, at_s=at_s, gain=float(0.4 * rng.exponential()))
    beep = sine(np.cumsum(np.full(sample_count(0.4), 1250.0)) / 48_000) * arch(
        sample_count(0.4), attack_s=0.01, release_s=0.01
    )
    start_s = rng.uniform(0, duration_s)
    for step in range(4):
        lay(site, beep, at_s=start_s + 0.9 * step, gain=0.16)
    return in_space(site, rng, t60_s=1.2, wet=0.35)


def sweeping(duration_s: float, rng: Generator) -> Signal:
    """A broom: stroke after stroke of bristles, each brightening as it speeds."""
    strokes = silence(duration_s)
    for at_s in steady_times_s(duration_s, 0.95, rng, jitter=0.05):
        length_s = rng.uniform(0.5, 0.65)
        for low_hz, high_hz, lead, gain in ((700, 2500, 0.0, 0.8), (2200, 8000, 0.12, 1.0)):
            bristles = noise(sample_count(length_s - lead), rng, band(low_hz, high_hz, order=1))
            bristles *= arch(bristles.size, attack_s=0.18, release_s=0.3) ** 1.5
            lay(strokes, bristles, at_s=at_s + lead, gain=gain * rng.uniform(0.8, 1.0))
    return in_space(strokes, rng, t60_s=0.5, wet=0.15)
