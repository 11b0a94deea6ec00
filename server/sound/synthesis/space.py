"""Where a sound is heard: a diffuse tail around a clip, and a source that moves past."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from scipy import fft

from server.sound.synthesis.circular import RATE_HZ, Signal, sample_count
from server.sound.synthesis.noise import band, noise
from server.sound.synthesis.tone import arch

SPEED_OF_SOUND_M_S = 343.0


def in_space(loop: Signal, rng: Generator, *, t60_s: float, wet: float, bright_hz: float = 4000.0) -> Signal:
    """A clip with a diffuse tail of its own, convolved circularly.

    Args:
        loop: the clip.
        rng: draws the reflections.
        t60_s: time in which the tail falls by 60 dB.
        wet: energy of the tail relative to the direct sound, as an amplitude.
        bright_hz: where the tail begins to lose its highs.
    """
    count = sample_count(t60_s)
    tail = noise(count, rng, band(150.0, bright_hz, order=1))
    tail *= 10.0 ** (-3.0 * np.arange(count) / count) * arch(count, attack_s=0.008, release_s=0.05 * t60_s)
    tail *= wet / np.sqrt(np.sum(tail**2))
    wrapped = np.bincount(np.arange(count) % loop.size, tail, loop.size)
    return np.asarray(loop + fft.irfft(fft.rfft(loop) * fft.rfft(wrapped), loop.size))


def passing(
    emission: Callable[[Signal, Signal], Signal], duration_s: float, *, speed_m_s: float, closest_m: float
) -> Signal:
    """What is heard of something that moves past in a straight line, with its Doppler shift and spreading.

    What arrives at t left at τ with t = τ + r(τ) / c and r² = closest² + (speed τ)²; the earlier root of that
    quadratic is the emission time (P. M. Morse and K. U. Ingard, Theoretical Acoustics, 1968, chapter 11).

    Args:
        emission: the sound at the source, given emission times in seconds and distances in metres.
        duration_s: the source is nearest in the middle of it; both ends are faded out.
        speed_m_s: below the speed of sound.
        closest_m: distance at the nearest point, where the gain is 1.
    """
    count = sample_count(duration_s)
    heard_s = np.arange(count) / RATE_HZ - duration_s / 2
    c = SPEED_OF_SOUND_M_S
    slowness = c**2 - speed_m_s**2
    left_s = (c**2 * heard_s - np.sqrt((c * speed_m_s * heard_s) ** 2 + slowness * closest_m**2)) / slowness
    distance_m = np.sqrt(closest_m**2 + (speed_m_s * left_s) ** 2)
    fade = arch(count, attack_s=0.35 * duration_s, release_s=0.35 * duration_s)
    return np.asarray(emission(left_s, distance_m) * closest_m / distance_m * fade)


def distant_share(distance_m: Signal, *, half_at_m: float) -> Signal:
    """How much of a sound has lost its highs on the way, from 0 near by to 1 far off.

    A one-knob stand-in for air and ground absorption: recipes blend a bright and a dull signal by it.
    """
    return np.asarray(distance_m / (distance_m + half_at_m))
