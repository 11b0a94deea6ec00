"""Aircraft overhead."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.circular import RATE_HZ, Signal, sample_count, whole_rate_hz
from server.sound.synthesis.engines import exhaust
from server.sound.synthesis.noise import band, filtered, noise, swell, unit
from server.sound.synthesis.tone import closed_cycles, sine


def aeroplane(duration_s: float, rng: Generator) -> Signal:
    """A jet high overhead: a deep roar that tears and swells, its highs lost on the long way down.

    The ground's echo, which comes a little later as the jet sinks, combs the spectrum with slowly moving notches.
    """
    count = sample_count(duration_s)
    roar = noise(count, rng, band(45, 420, order=1)) * swell(count, rng, 1.2, 0.2)
    tear = noise(count, rng, band(200, 1400, order=1)) * swell(count, rng, 3.0, 0.25)
    fan = sine(closed_cycles(np.full(count, rng.uniform(1600, 2300)) * swell(count, rng, 0.2, 0.004)))
    sound = roar + 0.5 * tear + 0.012 * fan
    swing = np.sin(2 * np.pi * (whole_rate_hz(0.05, duration_s) * np.arange(count) / RATE_HZ + rng.uniform()))
    delay_samples = RATE_HZ * (0.0035 + 0.0016 * swing)
    echo = (
        np.interp(np.arange(count) - delay_samples, np.arange(-1000, count), np.concatenate([sound[-1000:], sound]))
        if count > 1000
        else sound
    )
    return (sound + 0.5 * echo) * (1.0 + 0.35 * swing)


def propeller_plane(duration_s: float, rng: Generator) -> Signal:
    """A light aeroplane: the drone of its propeller, with a slow beat."""
    count = sample_count(duration_s)
    phase = closed_cycles(rng.uniform(2200, 2450) / 120.0 * swell(count, rng, 0.3, 0.006))
    drone = filtered(exhaust(phase, rng, cylinders=4, unevenness=0.15, sharpness=60.0), band(60, 700, order=1))
    air = noise(count, rng, band(150, 1500, order=1))
    return (unit(drone) + 0.3 * air) * swell(count, rng, 0.25, 0.3)
