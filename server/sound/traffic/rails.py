"""Trams and trains: rolling noise, joints, motors, and the squeal of a curve."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.circular import Signal, lay, sample_count, silence, spaced_times_s, steady_times_s
from server.sound.synthesis.noise import band, drift, hump, noise, swell, unit
from server.sound.synthesis.space import in_space
from server.sound.synthesis.tone import arch, closed_cycles, played, sine, struck, waveform

# Rails radiate most between 0.5 and 2 kHz, sleepers below, wheels above (D. J. Thompson, Railway Noise and Vibration,
# 2009, chapter 2).
_RAIL = hump(950, 0.7)
_SLEEPERS = band(90, 420, order=1)


def tram(duration_s: float, rng: Generator) -> Signal:
    """A tram that goes by at street pace: rolling, the whine of its gears, a bell, a curve that squeals a little."""
    count = sample_count(duration_s)
    speed = swell(count, rng, 0.25, 0.16)
    rolling = 0.6 * (0.7 * noise(count, rng, _SLEEPERS) + 0.45 * noise(count, rng, _RAIL)) * speed**1.5
    whine_hz = 310.0 * speed
    whine = played(waveform([1.0, 0.5, 0.6, 0.2, 0.25]), closed_cycles(whine_hz)) * speed
    total = rolling + 0.22 * whine
    joint = struck((95.0, 230.0, 540.0, 1150.0), (0.2, 0.15, 0.08, 0.04), (1.0, 0.9, 0.6, 0.4), rng)
    for at_s in spaced_times_s(duration_s, 1.3, rng, evenness=20.0):
        for axle_s in (0.0, 0.17):
            lay(total, joint, at_s=at_s + axle_s, gain=rng.uniform(0.8, 1.3))
    squeal_hz = rng.uniform(2300, 3100) * np.exp(0.004 * drift(count, rng, 4.0))
    total += 0.07 * sine(closed_cycles(squeal_hz)) * np.clip(drift(count, rng, 0.6) - 0.5, 0, 2)
    gong = struck(
        rng.uniform(820, 980) * np.array([1, 1.004, 2.1, 3.3, 4.7]),
        (1.1, 1.0, 0.6, 0.3, 0.2),
        (1, 0.5, 0.7, 0.4, 0.3),
        rng,
    )
    for at_s in spaced_times_s(duration_s, 7.0, rng, evenness=15.0):
        for stroke in range(int(rng.integers(2, 4))):
            lay(total, gong, at_s=at_s + 0.24 * stroke, gain=1.5)
    return in_space(total, rng, t60_s=0.7, wet=0.2, bright_hz=3000)


def train(duration_s: float, rng: Generator) -> Signal:
    """A train that runs by: a steady roar, and bogies that beat the joints in pairs of pairs."""
    count = sample_count(duration_s)
    roar = (
        0.9 * noise(count, rng, _SLEEPERS) + 0.8 * noise(count, rng, _RAIL) + 0.15 * noise(count, rng, band(2000, 7000))
    )
    total = roar * swell(count, rng, 0.8, 0.12)
    # Two axles of a bogie, and two bogies that meet at the coupling, pass a joint within half a second.
    for at_s in steady_times_s(duration_s, 0.95, rng, jitter=0.01):
        for axle, axle_s in enumerate((0.0, 0.11, 0.29, 0.40)):
            joint = struck(
                np.array([70.0, 160.0, 390.0, 860.0, 1700.0]) * rng.normal(1, 0.03),
                (0.22, 0.2, 0.13, 0.07, 0.04),
                (1.0, 1.0, 0.8, 0.6, 0.4),
                rng,
            )
            lay(total, joint, at_s=at_s + axle_s, gain=3.6 if axle % 2 == 0 else 2.6)
    return in_space(total, rng, t60_s=0.8, wet=0.2, bright_hz=3000)


def metro(duration_s: float, rng: Generator) -> Signal:
    """An underground train in its tunnel: rumble, the rising and falling song of its inverters, rushing air."""
    count = sample_count(duration_s)
    speed = swell(count, rng, 0.2, 0.35)
    rumble = noise(count, rng, band(35, 260, order=1)) * speed + 0.4 * noise(count, rng, _RAIL) * speed**2
    motor = played(waveform([1.0, 0.2, 0.5, 0.1, 0.35]), closed_cycles(240.0 * speed))
    air = noise(count, rng, band(300, 3000, order=1)) * speed**2
    return in_space(rumble + 0.3 * motor + 0.25 * air, rng, t60_s=1.6, wet=0.5, bright_hz=2000)


def level_crossing(duration_s: float, rng: Generator) -> Signal:
    """The bell of a level crossing: an even, bright ding."""
    ding = silence(duration_s)
    bell = struck(
        rng.uniform(700, 820) * np.array([1.0, 1.007, 2.4, 2.41, 4.2, 6.0]),
        (1.0, 0.9, 0.6, 0.5, 0.3, 0.15),
        (1.0, 0.4, 0.8, 0.4, 0.5, 0.3),
        rng,
    )
    for at_s in steady_times_s(duration_s, 1.9, rng, jitter=0.004):
        lay(ding, bell, at_s=at_s, gain=rng.uniform(0.9, 1.0))
    return in_space(ding, rng, t60_s=0.8, wet=0.2)


def steam_train(duration_s: float, rng: Generator) -> Signal:
    """A steam engine: four puffs to a turn of its wheels, hiss, and a whistle now and then."""
    count = sample_count(duration_s)
    total = 0.12 * noise(count, rng, band(1200, 8000, order=1)) + 0.3 * noise(count, rng, _SLEEPERS)
    for number, at_s in enumerate(np.sort(steady_times_s(duration_s, 4.0, rng, jitter=0.02))):
        puff = noise(sample_count(0.26), rng, band(160, 2400, order=1))
        puff *= arch(puff.size, attack_s=0.015, release_s=0.23) ** 1.5
        lay(total, puff, at_s=at_s, gain=1.25 if number % 4 == 0 else 0.95)
    whistle = np.zeros(sample_count(1.3))
    for pitch_hz in rng.uniform(0.95, 1.05) * np.array([523.0, 622.0, 784.0, 932.0]):
        phase = np.cumsum(np.full(whistle.size, pitch_hz)) / 48_000
        whistle += sine(phase) + 0.25 * sine(2 * phase)
    whistle = 0.3 * unit(whistle) + 0.06 * noise(whistle.size, rng, band(900, 4000))
    lay(total, whistle * arch(whistle.size, attack_s=0.09, release_s=0.25), at_s=rng.uniform(0, duration_s), gain=1.5)
    return in_space(total, rng, t60_s=1.1, wet=0.25)
