"""Birds that call, coo or drum."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.animals.songbirds import note
from server.sound.synthesis.circular import RATE_HZ, Signal, lay, sample_count, silence, spaced_times_s
from server.sound.synthesis.formants import call
from server.sound.synthesis.noise import band, noise
from server.sound.synthesis.space import in_space
from server.sound.synthesis.tone import arch, contour, struck


def pigeon(duration_s: float, rng: Generator) -> Signal:
    """Street pigeons: rolling coos near 400 Hz, closed-beaked and so almost without overtones."""
    coos = silence(duration_s)
    for _ in range(2):
        pitch_hz, nearness = rng.uniform(360, 440), rng.uniform(0.5, 1.0)
        for at_s in spaced_times_s(duration_s, 2.6, rng, evenness=8.0):
            for shape, length_s, gain in (((0.9, 1.0, 0.95), 0.35, 0.5), ((0.92, 1.12, 1.05, 0.85), 0.9, 1.0)):
                lay(coos, _coo(pitch_hz * np.array(shape), length_s, rng, roll=0.45), at_s=at_s, gain=gain * nearness)
                at_s += length_s + 0.06
    return in_space(coos, rng, t60_s=0.5, wet=0.25, bright_hz=1500)


def collared_dove(duration_s: float, rng: Generator) -> Signal:
    """A collared dove: three clear coos, the middle one long."""
    coos = silence(duration_s)
    pitch_hz = rng.uniform(490, 560)
    for at_s in spaced_times_s(duration_s, 2.4, rng, evenness=30.0):
        for shape, length_s in (((0.95, 1.0), 0.28), ((1.0, 1.1, 1.08), 0.62), ((0.95, 0.92), 0.3)):
            lay(coos, _coo(pitch_hz * np.array(shape), length_s, rng, roll=0.05), at_s=at_s)
            at_s += length_s + 0.13
    return in_space(coos, rng, t60_s=0.7, wet=0.3, bright_hz=2000)


def _coo(points_hz: Signal, length_s: float, rng: Generator, *, roll: float) -> Signal:
    tone = note(points_hz, length_s, overtone=0.12, attack_s=0.06, release_s=0.12)
    time_s = np.arange(tone.size) / RATE_HZ
    tone *= 1.0 - roll * (0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(23, 28) * time_s))
    breath = noise(tone.size, rng, band(300, 900)) * arch(tone.size, attack_s=0.05, release_s=0.1)
    return np.asarray(tone + 0.04 * breath)


def gulls(duration_s: float, rng: Generator) -> Signal:
    """Gulls: wails that fall, rich in harmonics, now and then a laughing run."""
    cries = silence(duration_s)
    for _ in range(3):
        pitch_hz, nearness = rng.uniform(800, 1050), rng.uniform(0.25, 1.0)
        for at_s in spaced_times_s(duration_s, 3.6, rng, evenness=2.0):
            run = rng.uniform() < 0.4
            for _ in range(rng.integers(4, 8) if run else rng.integers(1, 3)):
                length_s = rng.uniform(0.14, 0.2) if run else rng.uniform(0.4, 0.75)
                course = contour(pitch_hz * rng.normal(1, 0.03) * np.array([0.75, 1.15, 1.0, 0.72]), length_s)
                cry = call(
                    course, rng, formants_hz=(1500, 2600, 4300), breath=0.02, roughness=0.07, tilt=0.6, quality=3.0
                )
                lay(cries, cry, at_s=at_s, gain=nearness)
                at_s += length_s + rng.uniform(0.03, 0.12)
    return in_space(cries, rng, t60_s=1.2, wet=0.2)


def crows(duration_s: float, rng: Generator) -> Signal:
    """Crows: hoarse caws in twos and threes, broken by chaos in the syrinx."""
    caws = silence(duration_s)
    for _ in range(2):
        pitch_hz, nearness = rng.uniform(440, 560), rng.uniform(0.4, 1.0)
        for at_s in spaced_times_s(duration_s, 4.0, rng, evenness=4.0):
            length_s = rng.uniform(0.26, 0.4)
            for _ in range(rng.integers(2, 5)):
                course = contour(pitch_hz * rng.normal(1, 0.02) * np.array([0.85, 1.05, 1.0, 0.8]), length_s)
                caw = call(
                    course, rng, formants_hz=(1050, 1650, 2700), breath=0.5, roughness=0.6, tilt=0.5, quality=4.0
                )
                lay(caws, caw, at_s=at_s, gain=nearness)
                at_s += length_s + rng.uniform(0.18, 0.26)
    return in_space(caws, rng, t60_s=1.1, wet=0.2, bright_hz=3000)


def cuckoo(duration_s: float, rng: Generator) -> Signal:
    """A cuckoo: two hollow notes about a minor third apart, falling, over and over."""
    song = silence(duration_s)
    high_hz = rng.uniform(640, 700)
    for at_s in spaced_times_s(duration_s, 1.5, rng, evenness=80.0):
        lay(song, note([high_hz * 0.97, high_hz, high_hz * 0.97], 0.15, overtone=0.1, attack_s=0.03), at_s=at_s)
        low_hz = high_hz * 2 ** (-3.3 / 12)
        lay(
            song,
            note([low_hz, low_hz, low_hz * 0.97], 0.3, overtone=0.1, attack_s=0.04, release_s=0.1),
            at_s=at_s + 0.3,
        )
    return in_space(song, rng, t60_s=1.5, wet=0.4, bright_hz=2500)


def woodpecker(duration_s: float, rng: Generator) -> Signal:
    """A great spotted woodpecker: a drum of about twenty strikes a second that quickens as it dies away."""
    drums = silence(duration_s)
    modes_hz = rng.uniform(0.9, 1.1) * np.array([780.0, 1340.0, 1980.0, 3100.0])
    for at_s in spaced_times_s(duration_s, 4.5, rng, evenness=10.0):
        strikes = int(rng.integers(11, 16))
        for step in range(strikes):
            knock = struck(modes_hz * rng.normal(1, 0.01), (0.12, 0.08, 0.05, 0.03), (1.0, 0.8, 0.5, 0.3), rng)
            lay(drums, knock, at_s=at_s, gain=1.0 - 0.75 * step / strikes)
            at_s += 0.057 - 0.0012 * step
    return in_space(drums, rng, t60_s=1.1, wet=0.35, bright_hz=3500)


def owl(duration_s: float, rng: Generator) -> Signal:
    """A tawny owl: a long hoot, a pause, and a quavering one."""
    hoots = silence(duration_s)
    pitch_hz = rng.uniform(760, 860)
    for at_s in spaced_times_s(duration_s, 6.0, rng, evenness=20.0):
        lay(hoots, note([pitch_hz * 0.94, pitch_hz, pitch_hz * 0.92], 0.75, attack_s=0.15, release_s=0.3), at_s=at_s)
        quaver = note(
            [pitch_hz * 0.96, pitch_hz * 1.02, pitch_hz, pitch_hz * 0.9],
            1.3,
            flutter_hz=9.0,
            flutter=0.025,
            attack_s=0.2,
            release_s=0.5,
        )
        lay(hoots, quaver, at_s=at_s + 1.9)
    return in_space(hoots, rng, t60_s=1.8, wet=0.4, bright_hz=2000)


def ducks(duration_s: float, rng: Generator) -> Signal:
    """Mallards: nasal quacks in falling series."""
    quacks = silence(duration_s)
    for _ in range(2):
        pitch_hz, nearness = rng.uniform(210, 270), rng.uniform(0.4, 1.0)
        for at_s in spaced_times_s(duration_s, 3.2, rng, evenness=4.0):
            for step in range(rng.integers(2, 7)):
                length_s = max(0.1, 0.19 - 0.015 * step)
                course = contour(pitch_hz * 0.97**step * np.array([0.95, 1.08, 0.9]), length_s)
                quack = call(course, rng, formants_hz=(1150, 2250, 3300), breath=0.15, roughness=0.35, tilt=0.3)
                lay(quacks, quack, at_s=at_s, gain=nearness * 0.88**step)
                at_s += length_s + 0.11
    return in_space(quacks, rng, t60_s=0.4, wet=0.15)


def rooster(duration_s: float, rng: Generator) -> Signal:
    """A cock: four notes, the third leaping, the last long and falling."""
    crow = silence(duration_s)
    pitch_hz = rng.uniform(480, 560)
    for at_s in spaced_times_s(duration_s, 6.0, rng, evenness=20.0):
        for shape, length_s in (
            ((0.8, 1.0), 0.16),
            ((1.1, 1.0), 0.22),
            ((1.2, 1.75, 1.7), 0.4),
            ((1.5, 1.6, 1.3, 0.9), 0.85),
        ):
            course = contour(pitch_hz * np.array(shape), length_s)
            sound = call(
                course, rng, formants_hz=(1300, 2300, 3600), breath=0.08, roughness=0.12, tilt=0.5, quality=3.0
            )
            lay(crow, sound, at_s=at_s)
            at_s += length_s + 0.04
    return in_space(crow, rng, t60_s=1.2, wet=0.25)


def wings(duration_s: float, rng: Generator) -> Signal:
    """A flock that takes off: claps of wings, fast at first, fading as they go."""
    flight = silence(duration_s)
    for at_s in spaced_times_s(duration_s, 5.0, rng, evenness=10.0):
        for _ in range(rng.integers(4, 8)):
            beat_s, start_s = rng.uniform(0.095, 0.125), at_s + rng.uniform(0, 0.5)
            for step in range(rng.integers(10, 20)):
                clap = noise(sample_count(0.05), rng, band(350, 2600, order=1))
                clap *= arch(clap.size, attack_s=0.01, release_s=0.04)
                lay(flight, clap, at_s=start_s + step * beat_s, gain=rng.uniform(0.5, 1.0) * 0.87**step)
    return in_space(flight, rng, t60_s=0.6, wet=0.2)
