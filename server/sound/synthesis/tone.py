"""Pitched sound: contours of frequency, phases, waveforms, envelopes and struck modes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy import signal
from scipy.interpolate import PchipInterpolator

from server.sound.synthesis.circular import RATE_HZ, Signal, sample_count

_TABLE_SIZE = 4096
# A mode is followed until it has fallen by 60 dB: exp(-6.91) = 0.001.
_T60_NEPERS = 6.91


def contour(points: Sequence[float] | Signal, duration_s: float, *, at: Sequence[float] | None = None) -> Signal:
    """A smooth course through positive values, on a logarithmic scale.

    Args:
        points: at least two values, in hertz say.
        duration_s: of the course.
        at: where on the course each lies, from 0 to 1; None: evenly.
    """
    where = np.linspace(0.0, 1.0, len(points)) if at is None else np.asarray(at)
    course = PchipInterpolator(where, np.log(points))(np.linspace(0.0, 1.0, sample_count(duration_s)))
    return np.asarray(np.exp(course))


def cycles(frequency_hz: Signal, *, start: float = 0.0) -> Signal:
    """Phase in cycles of an oscillator that follows a course of frequency."""
    return start + np.cumsum(frequency_hz) / RATE_HZ


def closed_cycles(frequency_hz: Signal) -> Signal:
    """Phase in cycles that comes round to a whole number at the end, so that the oscillator loops.

    The course of frequency is scaled by the little that this takes.
    """
    phase = np.cumsum(frequency_hz) / RATE_HZ
    return np.asarray(phase * (max(1.0, round(phase[-1])) / phase[-1]))


def sine(phase_cycles: Signal) -> Signal:
    """A sine of a phase in cycles."""
    return np.asarray(np.sin(2.0 * np.pi * phase_cycles))


def waveform(amplitudes: ArrayLike, rng: Generator | None = None) -> Signal:
    """One period of a sum of harmonics, as a table of shape (4096,).

    ``amplitudes`` are of the harmonics from the first on, shape (N,). Their phases are random where a generator is
    given.
    """
    strength = np.asarray(amplitudes, dtype=np.float64)
    spectrum = np.zeros(_TABLE_SIZE // 2 + 1, dtype=np.complex128)
    turn = rng.uniform(0.0, 1.0, strength.size) if rng is not None else np.full(strength.size, -0.25)
    spectrum[1 : strength.size + 1] = strength * np.exp(2j * np.pi * turn) * _TABLE_SIZE / 2
    return np.fft.irfft(spectrum, _TABLE_SIZE)


def played(table: Signal, phase_cycles: Signal) -> Signal:
    """A periodic waveform read at a phase in cycles."""
    place = np.mod(phase_cycles, 1.0) * table.size
    left = place.astype(np.int64)
    share = place - left
    return np.asarray(table[left % table.size] * (1.0 - share) + table[(left + 1) % table.size] * share)


def glottis(harmonics: int = 40, *, tilt: float = 1.0) -> Signal:
    """One period of a voice's source: harmonics that fall as 1 / k ** tilt, as a train of soft pulses."""
    return waveform(1.0 / np.arange(1, harmonics + 1) ** tilt)


def arch(count: int, *, attack_s: float, release_s: float) -> Signal:
    """An envelope that rises and falls as half cosines and is 1 between.

    Args:
        count: samples of the event.
        attack_s: how long it rises.
        release_s: how long it falls. Where the event is too short for both, both are shortened alike.
    """
    attack, release = attack_s * RATE_HZ, release_s * RATE_HZ
    squeeze = min(1.0, count / max(attack + release, 1.0))
    ramp_up = np.clip(np.arange(count) / max(attack * squeeze, 1.0), 0.0, 1.0)
    ramp_down = np.clip((count - 1 - np.arange(count)) / max(release * squeeze, 1.0), 0.0, 1.0)
    return np.asarray(np.sin(np.pi / 2 * ramp_up) ** 2 * np.sin(np.pi / 2 * ramp_down) ** 2)


def decay(duration_s: float, t60_s: float, *, attack_s: float = 0.0005) -> Signal:
    """An exponential decay with a soft start and a faded end.

    Args:
        duration_s: of the event.
        t60_s: in which it falls by 60 dB.
        attack_s: of the start.
    """
    count = sample_count(duration_s)
    fall = np.exp(-_T60_NEPERS * np.arange(count) / (t60_s * RATE_HZ))
    return np.asarray(fall * arch(count, attack_s=attack_s, release_s=0.1 * duration_s))


def struck(
    frequencies_hz: Sequence[float] | Signal,
    t60s_s: Sequence[float] | Signal,
    gains: Sequence[float] | Signal,
    rng: Generator,
    *,
    attack_s: float = 0.0005,
) -> Signal:
    """A struck body: a sum of modes, each ringing away at its own pace, from random phases.

    Args:
        frequencies_hz: of the modes.
        t60s_s: in which each falls by 60 dB.
        gains: of each.
        rng: draws the phases.
        attack_s: of the start.
    """
    total = np.zeros(sample_count(max(t60s_s)))
    for frequency_hz, t60_s, gain in zip(frequencies_hz, t60s_s, gains, strict=True):
        count = sample_count(t60_s)
        angle, start = 2.0 * np.pi * frequency_hz / RATE_HZ, 2.0 * np.pi * rng.uniform()
        fall = np.exp(-_T60_NEPERS / count)
        # A two-pole filter's answer to one impulse is fall ** n * sin(angle * n + start), and cheaper than sines.
        impulse = np.zeros(count)
        impulse[0] = gain
        ring = signal.lfilter(
            [np.sin(start), fall * np.sin(angle - start)], [1.0, -2.0 * fall * np.cos(angle), fall**2], impulse
        )
        edge = min(count // 2, round(attack_s * RATE_HZ))
        ring[:edge] *= np.sin(np.pi / 2 * np.arange(edge) / max(1, edge)) ** 2
        ring[-(count // 10 + 1) :] *= np.linspace(1.0, 0.0, count // 10 + 1)
        total[:count] += ring
    return total
