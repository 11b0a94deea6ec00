"""Animals that are neither birds nor insects."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.circular import RATE_HZ, Signal, lay, sample_count, silence, spaced_times_s, steady_times_s
from server.sound.synthesis.formants import call
from server.sound.synthesis.noise import band, noise
from server.sound.synthesis.space import in_space
from server.sound.synthesis.tone import arch, contour, decay, struck


def dog(duration_s: float, rng: Generator) -> Signal:
    """A dog: barks in bouts; each a burst whose pitch leaps up and falls, rough at its loudest.

    Pitch and length after S. Yin and B. McCowan, "Barking in domestic dogs", Animal Behaviour 68, 2004.
    """
    barks = silence(duration_s)
    pitch_hz, throat = rng.uniform(330, 620), rng.uniform(0.85, 1.25)
    for at_s in spaced_times_s(duration_s, 2.6, rng, evenness=4.0):
        for _ in range(rng.integers(1, 5)):
            length_s = rng.uniform(0.13, 0.21)
            course = contour(pitch_hz * rng.normal(1, 0.04) * np.array([0.6, 1.15, 1.0, 0.55]), length_s)
            bark = call(
                course,
                rng,
                formants_hz=np.array([720.0, 1350.0, 2600.0]) * throat,  # type: ignore[arg-type]
                breath=0.35,
                roughness=0.35,
                tilt=0.7,
                attack_s=0.012,
                release_s=0.09,
                quality=2.5,
            )
            lay(barks, bark, at_s=at_s, gain=rng.uniform(0.7, 1.0))
            at_s += length_s + rng.uniform(0.12, 0.3)
    return in_space(barks, rng, t60_s=0.8, wet=0.25)


def cat(duration_s: float, rng: Generator) -> Signal:
    """A cat: mews that open and close."""
    mews = silence(duration_s)
    pitch_hz = rng.uniform(520, 680)
    for at_s in spaced_times_s(duration_s, 3.0, rng, evenness=5.0):
        length_s = rng.uniform(0.5, 0.95)
        course = contour(pitch_hz * rng.normal(1, 0.05) * np.array([0.85, 1.15, 1.1, 0.8]), length_s)
        opened = call(course, rng, formants_hz=(1000, 1900, 3600), breath=0.03, tilt=1.0, attack_s=0.2, release_s=0.3)
        closed = call(course, rng, formants_hz=(650, 2600, 3900), breath=0.03, tilt=1.2, attack_s=0.08, release_s=0.1)
        lay(mews, opened + 0.6 * closed, at_s=at_s)
    return in_space(mews, rng, t60_s=0.4, wet=0.15)


def cows(duration_s: float, rng: Generator) -> Signal:
    """Cattle: long, low calls."""
    herd = silence(duration_s)
    for nearness in (1.0, 0.45):
        pitch_hz = rng.uniform(95, 140)
        for at_s in spaced_times_s(duration_s, 5.5, rng, evenness=6.0):
            length_s = rng.uniform(1.1, 1.9)
            course = contour(pitch_hz * np.array([0.75, 1.0, 1.15, 1.1, 0.8]), length_s)
            low = call(
                course,
                rng,
                formants_hz=(260, 620, 1150),
                breath=0.08,
                roughness=0.12,
                tilt=0.9,
                attack_s=0.25,
                release_s=0.4,
                quality=3.5,
            )
            lay(herd, low, at_s=at_s, gain=nearness)
    return in_space(herd, rng, t60_s=1.3, wet=0.25, bright_hz=2000)


def sheep(duration_s: float, rng: Generator) -> Signal:
    """Sheep: bleats that tremble about eight times a second."""
    flock = silence(duration_s)
    for nearness in (1.0, 0.6, 0.35):
        pitch_hz = rng.uniform(170, 290)
        for at_s in spaced_times_s(duration_s, 3.8, rng, evenness=4.0):
            length_s = rng.uniform(0.6, 1.1)
            time_s = np.arange(sample_count(length_s)) / RATE_HZ
            tremble = np.sin(2 * np.pi * rng.uniform(7, 9.5) * time_s)
            course = contour(pitch_hz * np.array([0.95, 1.05, 0.9]), length_s) * (1 + 0.05 * tremble)
            baa = call(course, rng, formants_hz=(700, 1500, 2700), breath=0.15, roughness=0.1, tilt=0.5)
            lay(flock, baa * (1 + 0.5 * tremble), at_s=at_s, gain=nearness)
    return in_space(flock, rng, t60_s=0.8, wet=0.2)


def frogs(duration_s: float, rng: Generator) -> Signal:
    """Frogs at a pond: croaks, each a row of pulses that ring in the vocal sac."""
    pond = silence(duration_s)
    for nearness in (1.0, *rng.uniform(0.2, 0.7, size=4)):
        sac_hz, pulse_hz = rng.uniform(700, 1500), rng.uniform(28, 48)
        pulse = struck((sac_hz, 2.1 * sac_hz), (0.05, 0.03), (1.0, 0.45), rng, attack_s=0.002)
        for at_s in spaced_times_s(duration_s, rng.uniform(0.9, 2.2), rng, evenness=6.0):
            pulses = int(rng.integers(9, 18))
            for step in range(pulses):
                lay(pond, pulse, at_s=at_s + step / pulse_hz, gain=nearness * (0.35 + 0.65 * step / pulses))
    return in_space(pond, rng, t60_s=0.9, wet=0.2)


def horse(duration_s: float, rng: Generator) -> Signal:
    """A horse that walks on a hard road: four beats to a stride, each hoof with its own ring, and a snort."""
    road = silence(duration_s)
    hooves_hz = rng.uniform(900, 1150) * np.array([1.0, 0.86, 1.07, 0.92])
    for at_s in steady_times_s(duration_s, 0.95, rng, jitter=0.01):
        for hoof, hoof_hz in enumerate(hooves_hz):
            clop = struck(
                hoof_hz * np.array([0.42, 1.0, 1.9, 3.1]), (0.06, 0.06, 0.035, 0.02), (0.6, 1.0, 0.5, 0.3), rng
            )
            lay(road, clop, at_s=at_s + 0.263 * hoof * rng.normal(1, 0.02), gain=rng.uniform(0.7, 1.0))
    snort = noise(sample_count(0.6), rng, band(300, 3000, order=1))
    snort *= arch(snort.size, attack_s=0.05, release_s=0.45) * (
        1 + 0.6 * np.sin(2 * np.pi * 22 * np.arange(snort.size) / RATE_HZ)
    )
    lay(road, snort * decay(0.6, 1.5), at_s=rng.uniform(0, duration_s), gain=0.12)
    return in_space(road, rng, t60_s=0.8, wet=0.2)
