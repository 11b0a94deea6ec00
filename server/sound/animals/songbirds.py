"""Birds that sing: whistled notes of nearly pure tone whose pitch is drawn as a contour.

Most song lies between 2 and 8 kHz, with one strong partial, since the vocal tract is tuned to the syrinx
(T. Riede et al., "Songbirds tune their vocal tract to the fundamental frequency of their song", PNAS 103, 2006).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.circular import RATE_HZ, Signal, lay, silence, spaced_times_s
from server.sound.synthesis.noise import unit
from server.sound.synthesis.space import in_space
from server.sound.synthesis.tone import arch, contour, cycles, sine


def note(
    pitch_hz: Signal | Sequence[float],
    duration_s: float,
    *,
    overtone: float = 0.06,
    flutter_hz: float = 0.0,
    flutter: float = 0.0,
    attack_s: float = 0.012,
    release_s: float = 0.025,
) -> Signal:
    """One whistled note.

    Args:
        pitch_hz: points of its contour, evenly spread.
        duration_s: its length.
        overtone: amplitude of the second partial.
        flutter_hz: rate of a trembling of pitch and level, as two muscles make it.
        flutter: its depth, as a share of the pitch.
        attack_s: rise.
        release_s: fall.
    """
    course = contour(pitch_hz, duration_s)
    tremble = np.sin(2 * np.pi * flutter_hz / RATE_HZ * np.arange(course.size))
    phase = cycles(course * (1.0 + flutter * tremble))
    tone = sine(phase) + overtone * sine(2.0 * phase)
    level = arch(course.size, attack_s=attack_s, release_s=release_s) * (1.0 - min(0.8, 6.0 * flutter) * tremble**2)
    return np.asarray(tone * level)


def blackbird(duration_s: float, rng: Generator) -> Signal:
    """A blackbird: a few slow, fluted notes low in the range, then a thin twitter, then a rest."""
    song = silence(duration_s)
    for at_s in spaced_times_s(duration_s, 3.6, rng, evenness=12.0):
        key_hz = rng.uniform(1800, 2200)
        for _ in range(rng.integers(3, 6)):
            steps = key_hz * 2.0 ** (rng.choice([-3, 0, 2, 4, 5, 7], size=int(rng.integers(2, 4))) / 12.0)
            length_s = rng.uniform(0.14, 0.36)
            trembling = rng.uniform() < 0.3
            lay(
                song,
                note(steps, length_s, flutter_hz=24.0, flutter=0.03 * trembling, attack_s=0.03, release_s=0.05),
                at_s=at_s,
                gain=rng.uniform(0.7, 1.0),
            )
            at_s += length_s + rng.uniform(0.02, 0.1)
        for _ in range(rng.integers(3, 8)):
            points = rng.uniform(3800, 7200, size=3)
            length_s = rng.uniform(0.03, 0.09)
            lay(song, note(points, length_s, attack_s=0.006, release_s=0.012), at_s=at_s, gain=rng.uniform(0.1, 0.3))
            at_s += length_s + rng.uniform(0.005, 0.03)
    return _outdoors(song, rng)


def sparrows(duration_s: float, rng: Generator) -> Signal:
    """House sparrows: short chirps that leap up and fall, from a few birds that talk across each other."""
    flock = silence(duration_s)
    for _ in range(rng.integers(3, 6)):
        top_hz, nearness = rng.uniform(4600, 6200), rng.uniform(0.3, 1.0)
        shape = rng.uniform(0.5, 0.75, size=2)
        for at_s in spaced_times_s(duration_s, rng.uniform(0.5, 1.1), rng, evenness=3.0):
            points = top_hz * rng.normal(1.0, 0.03) * np.array([shape[0], 1.0, 0.8, shape[1]])
            chirp = note(points, rng.uniform(0.06, 0.11), overtone=0.2, flutter_hz=90.0, flutter=0.02, attack_s=0.008)
            lay(flock, chirp, at_s=at_s, gain=nearness * rng.uniform(0.6, 1.0))
    return _outdoors(flock, rng)


def great_tit(duration_s: float, rng: Generator) -> Signal:
    """A great tit: two notes, high and low, see-sawed in bouts."""
    song = silence(duration_s)
    high_hz, low_hz = rng.uniform(4600, 5400), rng.uniform(3300, 3900)
    for at_s in spaced_times_s(duration_s, 4.5, rng, evenness=12.0):
        beat_s = rng.uniform(0.34, 0.42)
        for _ in range(rng.integers(4, 8)):
            lay(song, note([high_hz * 0.98, high_hz, high_hz * 0.99], 0.11, attack_s=0.015), at_s=at_s, gain=0.9)
            lay(song, note([low_hz * 1.03, low_hz, low_hz], 0.17, attack_s=0.02), at_s=at_s + 0.4 * beat_s)
            at_s += beat_s
    return _outdoors(song, rng)


def chaffinch(duration_s: float, rng: Generator) -> Signal:
    """A chaffinch: a rattle that falls and quickens, and ends in a flourish."""
    song = silence(duration_s)
    for at_s in spaced_times_s(duration_s, 5.0, rng, evenness=12.0):
        top_hz = rng.uniform(5200, 6000)
        for step in range(rng.integers(11, 16)):
            pitch_hz = top_hz * 0.955**step
            length_s = 0.09 - 0.003 * step
            lay(
                song,
                note([pitch_hz * 1.15, pitch_hz * 0.8], length_s, release_s=0.03),
                at_s=at_s,
                gain=0.5 + 0.03 * step,
            )
            at_s += length_s + 0.025
        flourish = top_hz * np.array([0.5, 0.95, 0.6, 0.85, 0.5])
        lay(song, note(flourish, 0.28, flutter_hz=45.0, flutter=0.04), at_s=at_s)
    return _outdoors(song, rng)


def robin(duration_s: float, rng: Generator) -> Signal:
    """A robin: liquid runs that change register, thin high notes beside rippling trills."""
    song = silence(duration_s)
    for at_s in spaced_times_s(duration_s, 3.4, rng, evenness=10.0):
        for _ in range(rng.integers(3, 6)):
            centre_hz = rng.choice([2600.0, 3400.0, 4600.0, 6400.0]) * rng.normal(1.0, 0.05)
            if rng.uniform() < 0.5:
                for _ in range(rng.integers(4, 9)):
                    lay(song, note(centre_hz * rng.uniform(0.85, 1.15, 3), 0.05, attack_s=0.008), at_s=at_s, gain=0.6)
                    at_s += 0.062
            else:
                length_s = rng.uniform(0.15, 0.4)
                lay(song, note(centre_hz * rng.uniform(0.9, 1.12, 4), length_s), at_s=at_s, gain=0.75)
                at_s += length_s
            at_s += rng.uniform(0.02, 0.09)
    return _outdoors(song, rng)


def songbirds(duration_s: float, rng: Generator) -> Signal:
    """A morning with several singers, one of them near."""
    singers = rng.permutation([blackbird, great_tit, chaffinch, robin, sparrows])[:3]  # type: ignore[arg-type]
    chorus = silence(duration_s)
    for singer, gain in zip(singers, (1.0, 0.5, 0.3), strict=True):
        chorus += gain * unit(singer(duration_s, rng))
    return chorus


def _outdoors(song: Signal, rng: Generator) -> Signal:
    """Song among trees: a faint diffuse tail."""
    return in_space(song, rng, t60_s=0.9, wet=0.22, bright_hz=6000)
