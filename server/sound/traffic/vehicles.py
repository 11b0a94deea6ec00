"""Vehicles that stand or stay near: idling engines, two wheels, boats, garden machines."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.bubbles import bubbles
from server.sound.synthesis.circular import Signal, chance_times_s, lay, sample_count, silence, spaced_times_s
from server.sound.synthesis.engines import exhaust, with_mechanism
from server.sound.synthesis.noise import band, drift, noise, swell, unit
from server.sound.synthesis.space import in_space
from server.sound.synthesis.tone import arch, closed_cycles, sine, struck
from server.sound.town.bells import bicycle_bell


def _cycle(count: int, rng: Generator, rpm: Signal | float, *, wander: float) -> Signal:
    """Phase in engine cycles at a speed that hunts a little."""
    hunting = np.exp(wander * (drift(count, rng, 0.6) + 0.6 * drift(count, rng, 6.0)))
    return closed_cycles(np.broadcast_to(np.asarray(rpm) / 120.0, (count,)) * hunting)


def engine(duration_s: float, rng: Generator) -> Signal:
    """A car that stands with its engine idling."""
    count = sample_count(duration_s)
    pulses = exhaust(
        _cycle(count, rng, rng.uniform(720, 850), wander=0.008), rng, cylinders=4, unevenness=0.22, sharpness=80.0
    )
    return with_mechanism(pulses, rng, low_hz=55, high_hz=340, noise_share=0.22, clatter=0.03)


def bus(duration_s: float, rng: Generator) -> Signal:
    """A bus or lorry that stands: a slow diesel with its knock, and the hiss of its brakes."""
    count = sample_count(duration_s)
    pulses = exhaust(
        _cycle(count, rng, rng.uniform(560, 640), wander=0.006), rng, cylinders=6, unevenness=0.25, sharpness=130.0
    )
    diesel = with_mechanism(pulses, rng, low_hz=50, high_hz=400, noise_share=0.22, clatter=0.06)
    hiss = noise(sample_count(0.7), rng, band(1500, 11000, order=1))
    hiss *= arch(hiss.size, attack_s=0.01, release_s=0.65) ** 2
    for at_s in spaced_times_s(duration_s, 7.0, rng, evenness=8.0):
        lay(diesel, hiss, at_s=at_s, gain=0.7)
    return diesel


def motorcycle(duration_s: float, rng: Generator) -> Signal:
    """A motorcycle with two cylinders that fire unevenly, blipped by its rider."""
    count = sample_count(duration_s)
    twist = silence(duration_s)
    for at_s in spaced_times_s(duration_s, 2.6, rng, evenness=4.0):
        lay(twist, arch(sample_count(1.1), attack_s=0.25, release_s=0.8), at_s=at_s, gain=rng.uniform(0.4, 1.1))
    phase = _cycle(count, rng, 1050.0 * (1.0 + 1.9 * twist), wander=0.01)
    # A V-twin's pulses come 315 and 405 degrees apart, here as the beat of two engines of one cylinder.
    pulses = exhaust(phase, rng, cylinders=1, unevenness=0.1, sharpness=60.0)
    pulses += 0.85 * exhaust(phase + 315 / 720, rng, cylinders=1, unevenness=0.1, sharpness=60.0)
    sound = with_mechanism(pulses, rng, low_hz=60, high_hz=700, noise_share=0.2, clatter=0.03)
    return in_space(sound * (0.55 + 0.6 * twist), rng, t60_s=0.6, wet=0.15)


def boat(duration_s: float, rng: Generator) -> Signal:
    """A motor boat that chugs by: a slow engine, the gurgle of its wake."""
    count = sample_count(duration_s)
    pulses = exhaust(
        _cycle(count, rng, rng.uniform(750, 950), wander=0.006), rng, cylinders=2, unevenness=0.15, sharpness=50.0
    )
    chug = with_mechanism(pulses, rng, low_hz=40, high_hz=380, noise_share=0.25, clatter=0.02)
    wake = bubbles(count, rng, rate_hz=60.0, radius_mm=(1.5, 8.0), rising=0.2, density=swell(count, rng, 1.5, 0.6))
    return chug * swell(count, rng, 0.2, 0.12) + 0.35 * unit(wake) + 0.2 * noise(count, rng, band(200, 2500, order=1))


def lawn_mower(duration_s: float, rng: Generator) -> Signal:
    """A lawn mower: one cylinder at speed, a whirling blade, grass that loads it now and then."""
    count = sample_count(duration_s)
    load = swell(count, rng, 0.5, 0.035)
    phase = _cycle(count, rng, 2900.0 / load, wander=0.004)
    sound = with_mechanism(
        exhaust(phase, rng, cylinders=1, unevenness=0.0, sharpness=40.0),
        rng,
        low_hz=70,
        high_hz=1100,
        noise_share=0.3,
        clatter=0.05,
    )
    blade = noise(count, rng, band(600, 4500, order=1)) * (1.0 + 0.7 * sine(4.0 * phase)) * load**4
    return sound + 0.55 * blade


def bicycle(duration_s: float, rng: Generator) -> Signal:
    """Bicycles: the ticking of a freewheel that slows and speeds, tyres, a bell now and then."""
    count = sample_count(duration_s)
    ride = 0.2 * noise(count, rng, band(350, 3200, order=1)) * swell(count, rng, 0.6, 0.25)
    rate_hz = 17.0 * swell(count, rng, 0.35, 0.25)
    ticks = np.flatnonzero(np.diff(np.floor(closed_cycles(rate_hz)), prepend=0.0) > 0)
    pawl = struck((2300.0, 3900.0, 6200.0), (0.022, 0.014, 0.01), (1.0, 0.8, 0.6), rng)
    # Coasting, the freewheel ticks; pedalling, it is silent and the chain purrs.
    coasting = np.clip(0.5 + 1.2 * drift(count, rng, 0.25), 0.0, 1.0)
    for tick in ticks:
        lay(ride, pawl, at_s=tick / 48_000, gain=coasting[tick] * rng.uniform(1.2, 1.8))
    chain = noise(count, rng, band(1800, 5500, order=1)) * (
        0.5 + 0.5 * sine(closed_cycles(1.3 * swell(count, rng, 0.3, 0.05)))
    )
    ride += 0.12 * chain * (1.0 - coasting)
    return ride + 0.15 * unit(bicycle_bell(duration_s, rng))


def helicopter(duration_s: float, rng: Generator) -> Signal:
    """A helicopter: blades that slap about a dozen times a second, a turbine's whine above."""
    count = sample_count(duration_s)
    beat = closed_cycles(rng.uniform(11.5, 13.5) * swell(count, rng, 0.3, 0.006))
    slap = np.mod(beat, 1.0)
    pulse = np.exp(-9.0 * slap) * (1.0 - np.exp(-90.0 * slap))
    rotor = noise(count, rng, band(35, 420, order=1)) * (0.12 + pulse)
    thump = sine(beat) + 0.8 * sine(2 * beat) + 0.6 * sine(3 * beat + 0.2) + 0.4 * sine(4 * beat + 0.1)
    hiss = noise(count, rng, band(500, 3500, order=1)) * (0.3 + pulse)
    whine = sine(closed_cycles(np.full(count, rng.uniform(1150, 1450)) * swell(count, rng, 0.4, 0.003)))
    distance = swell(count, rng, 0.15, 0.3)
    return distance * (3.2 * rotor + 0.35 * thump + 0.35 * hiss) + 0.035 * whine * distance


def skateboard(duration_s: float, rng: Generator) -> Signal:
    """A skateboard: hard wheels that roar on asphalt, joints that clack, a pop."""
    count = sample_count(duration_s)
    speed = swell(count, rng, 0.35, 0.4)
    roll = (noise(count, rng, band(180, 900)) + 0.6 * noise(count, rng, band(900, 3500, order=1))) * speed**1.3
    for at_s in chance_times_s(duration_s, 1.2, rng):
        clack = struck((310.0, 760.0, 1500.0, 2700.0), (0.07, 0.05, 0.03, 0.02), (0.8, 1.0, 0.8, 0.5), rng)
        for axle_s in (0.0, 0.12):
            lay(roll, clack, at_s=at_s + axle_s, gain=rng.uniform(0.6, 1.6))
    return roll
