"""Rooms and their machines."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.circular import (
    Signal,
    chance_times_s,
    lay,
    sample_count,
    silence,
    spaced_times_s,
    steady_times_s,
    whole_rate_hz,
)
from server.sound.synthesis.noise import band, drift, hump, noise, swell, unit
from server.sound.synthesis.space import in_space
from server.sound.synthesis.tone import arch, closed_cycles, decay, played, sine, struck, waveform


def room_tone(duration_s: float, rng: Generator) -> Signal:
    """A quiet room: air that falls by some 5 dB an octave, as room criterion curves do, and a trace of mains hum.

    The slope is that of the RC contours (ASHRAE Handbook, HVAC Applications, "Noise and vibration control").
    """
    count = sample_count(duration_s)
    air = noise(count, rng, band(40, 5000, order=1, tilt_db_per_octave=-5.0)) * swell(count, rng, 0.2, 0.05)
    return air + 0.06 * _hum(duration_s, count, (1.0, 0.5, 0.25))


def ventilation(duration_s: float, rng: Generator) -> Signal:
    """A ventilator: broad noise of air in a duct, with the faint tone of its blades."""
    count = sample_count(duration_s)
    air = noise(count, rng, band(60, 1800, order=1, tilt_db_per_octave=-2.0))
    grille = noise(count, rng, hump(1100, 0.8))
    blades = closed_cycles(rng.uniform(130, 190) * swell(count, rng, 0.4, 0.002))
    return (air + 0.25 * grille) * swell(count, rng, 0.5, 0.04) + 0.13 * sine(blades) + 0.05 * sine(2 * blades)


def refrigerator(duration_s: float, rng: Generator) -> Signal:
    """A compressor's hum: harmonics of twice the mains, a slow beat, a little gurgle of noise."""
    count = sample_count(duration_s)
    motor_hz = whole_rate_hz(48.6, duration_s)
    time_s = np.arange(count) / 48_000
    motor = played(waveform([0.5, 1.0, 0.25, 0.4, 0.12, 0.2], rng), motor_hz * time_s)
    coolant = noise(count, rng, hump(700, 0.7)) * swell(count, rng, 2.0, 0.35)
    return unit(0.4 * motor + _hum(duration_s, count, (1.0, 0.4, 0.3, 0.1))) + 0.12 * coolant


def electric_hum(duration_s: float, rng: Generator) -> Signal:
    """A transformer or a lamp: twice the mains frequency and its harmonics, with a faint fizz."""
    count = sample_count(duration_s)
    fizz = noise(count, rng, band(2500, 9000, order=1)) * swell(count, rng, 4.0, 0.2)
    return unit(_hum(duration_s, count, (1.0, 0.7, 0.45, 0.35, 0.2, 0.15, 0.1))) + 0.04 * fizz


def _hum(duration_s: float, count: int, amplitudes: tuple[float, ...]) -> Signal:
    """Twice the mains' 50 Hz, at the nearest rate that closes round the clip."""
    return played(waveform(amplitudes), whole_rate_hz(100.0, duration_s) * np.arange(count) / 48_000)


def escalator(duration_s: float, rng: Generator) -> Signal:
    """An escalator: a rolling rumble, the click of each step at the comb, a motor's whine."""
    count = sample_count(duration_s)
    total = noise(count, rng, band(70, 700, order=1)) * (1 + 0.2 * drift(count, rng, 2.0)).clip(0.2)
    step = struck((240.0, 610.0, 1400.0, 2600.0), (0.08, 0.06, 0.04, 0.02), (1.0, 0.8, 0.5, 0.3), rng)
    for at_s in steady_times_s(duration_s, 1.25, rng, jitter=0.01):
        lay(total, step, at_s=at_s, gain=rng.uniform(0.7, 1.1))
    whine = played(waveform([1.0, 0.4, 0.3, 0.2]), closed_cycles(np.full(count, rng.uniform(280, 340))))
    return in_space(total + 0.12 * whine, rng, t60_s=1.0, wet=0.3, bright_hz=2500)


def typing(duration_s: float, rng: Generator) -> Signal:
    """Keys of a keyboard, in bursts."""
    desk = silence(duration_s)
    for burst_s in spaced_times_s(duration_s, 2.0, rng, evenness=4.0):
        at_s = burst_s
        for _ in range(rng.integers(5, 13)):
            key_hz = rng.uniform(0.9, 1.15)
            down = struck(
                key_hz * np.array([320.0, 1500.0, 3100.0, 5200.0]), (0.04, 0.02, 0.015, 0.01), (0.6, 0.8, 1.0, 0.6), rng
            )
            lay(desk, down, at_s=at_s, gain=rng.uniform(0.6, 1.0))
            lay(desk, down, at_s=at_s + 0.07, gain=0.25)
            at_s += rng.uniform(0.09, 0.2)
    return in_space(desk, rng, t60_s=0.3, wet=0.12)


def kitchen(duration_s: float, rng: Generator) -> Signal:
    """A kitchen: something that sizzles in a pan, dishes, a fan."""
    count = sample_count(duration_s)
    sizzle = noise(count, rng, band(2500, 12000, order=1)) * swell(count, rng, 6.0, 0.3)
    total = 0.5 * sizzle + 0.25 * unit(ventilation(duration_s, rng))
    for at_s in chance_times_s(duration_s, 1.0, rng):
        dish_hz = rng.uniform(700, 2600)
        dish = struck(
            dish_hz * np.array([1.0, 1.58, 2.3, 3.4, 5.1]), (0.3, 0.22, 0.16, 0.1, 0.05), (0.9, 1.0, 0.8, 0.5, 0.4), rng
        )
        lay(total, dish, at_s=at_s, gain=float(3.5 * rng.exponential()))
    return in_space(total, rng, t60_s=0.5, wet=0.3)


def telephone(duration_s: float, rng: Generator) -> Signal:
    """An old telephone: two small gongs, struck twenty times a second, in rings of a second or so."""
    ringing = silence(duration_s)
    low_hz = rng.uniform(1350, 1500)
    gongs = [
        struck(pitch_hz * np.array([1.0, 2.42, 4.1]), (0.8, 0.4, 0.2), (1.0, 0.6, 0.4), rng)
        for pitch_hz in (low_hz, 1.26 * low_hz)
    ]
    for at_s in spaced_times_s(duration_s, 3.4, rng, evenness=200.0):
        for stroke in range(26):
            lay(ringing, gongs[stroke % 2], at_s=at_s + 0.05 * stroke, gain=rng.uniform(0.8, 1.0))
    return in_space(ringing, rng, t60_s=0.4, wet=0.15)


def door(duration_s: float, rng: Generator) -> Signal:
    """A door that opens with a creak and falls shut."""
    hall = silence(duration_s)
    for at_s in spaced_times_s(duration_s, 5.0, rng, evenness=10.0):
        creak_s = rng.uniform(0.5, 0.9)
        creak_hz = np.linspace(rng.uniform(60, 90), rng.uniform(110, 160), sample_count(creak_s))
        # A hinge sticks and slips: a train of short knocks whose rate rises.
        slips = np.flatnonzero(np.diff(np.floor(np.cumsum(creak_hz) / 48_000), prepend=0.0) > 0)
        hinge = struck((640.0, 1180.0, 2050.0), (0.03, 0.02, 0.012), (1.0, 0.8, 0.5), rng)
        for slip in slips:
            lay(hall, hinge, at_s=at_s + slip / 48_000, gain=0.16 * rng.uniform(0.5, 1.0))
        slam = struck((68.0, 130.0, 240.0, 460.0, 900.0), (0.35, 0.3, 0.2, 0.12, 0.06), (1.0, 1.0, 0.7, 0.5, 0.35), rng)
        latch = noise(sample_count(0.03), rng, band(1200, 6000)) * decay(0.03, 0.03)
        lay(hall, slam, at_s=at_s + creak_s + 0.35, gain=1.1)
        lay(hall, latch * arch(latch.size, attack_s=0.001, release_s=0.01), at_s=at_s + creak_s + 0.38, gain=0.4)
    return in_space(hall, rng, t60_s=0.9, wet=0.3)
