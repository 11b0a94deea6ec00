"""The throat: resonances that turn a buzz into a voice or a call, for short events that do not loop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import signal

from server.sound.synthesis.circular import RATE_HZ, Signal
from server.sound.synthesis.tone import arch, cycles, glottis, played

Sections = NDArray[np.float64]
"""Second-order sections of a filter, shape (n, 6)."""


def resonators(formants_hz: Sequence[float] | Signal, bandwidths_hz: Sequence[float], *, rate_hz: float) -> Sections:
    """A cascade of two-pole resonators, each with a gain of 1 at 0 Hz, as second-order sections.

    D. H. Klatt, "Software for a cascade/parallel formant synthesizer", J. Acoust. Soc. Am. 67, 1980, equation 2.

    Args:
        formants_hz: where each resonates.
        bandwidths_hz: of each.
        rate_hz: of the samples to filter.
    """
    sections = np.zeros((len(formants_hz), 6))
    decay = np.exp(-np.pi * np.asarray(bandwidths_hz) / rate_hz)
    sections[:, 3] = 1.0
    sections[:, 4] = -2.0 * decay * np.cos(2.0 * np.pi * np.asarray(formants_hz) / rate_hz)
    sections[:, 5] = decay**2
    sections[:, 0] = sections[:, 3:].sum(axis=1)
    return sections


def through_throat(source: Signal, formants_hz: Sequence[float], *, quality: float = 8.0) -> Signal:
    """An event filtered by parallel resonances of equal height.

    Args:
        source: the event.
        formants_hz: where each resonates.
        quality: centre over bandwidth, the same for all.
    """
    total = np.zeros(source.size)
    for formant_hz in formants_hz:
        b, a = signal.iirpeak(formant_hz, quality, fs=RATE_HZ)
        total += signal.lfilter(b, a, source)
    return total


def call(
    pitch_hz: Signal,
    rng: Generator,
    *,
    formants_hz: Sequence[float],
    breath: float = 0.1,
    roughness: float = 0.0,
    tilt: float = 1.0,
    attack_s: float = 0.02,
    release_s: float = 0.05,
    quality: float = 5.0,
) -> Signal:
    """An animal's call: a buzzing source on a course of pitch, heard through its throat.

    Args:
        pitch_hz: the course, which also sets the length.
        rng: draws breath and roughness.
        formants_hz: resonances of the throat.
        breath: share of noise in the source.
        roughness: 0 is a clean voice; 1 is one that breaks into chaos (random pitch and a subharmonic).
        tilt: how fast the source's harmonics fall.
        attack_s: rise of the envelope.
        release_s: fall of the envelope.
        quality: sharpness of the resonances.
    """
    count = pitch_hz.size
    smooth = signal.lfilter([0.02], [1.0, -0.98], rng.standard_normal(count)) * 10.0
    phase = cycles(pitch_hz * np.exp(0.25 * roughness * smooth), start=rng.uniform())
    # The harmonics end below half the sample rate, at the highest pitch of the call.
    harmonics = int(np.clip(0.4 * RATE_HZ / pitch_hz.max(), 1, 60))
    source = played(glottis(harmonics, tilt=tilt), phase)
    source *= 1.0 + roughness * np.sin(np.pi * phase)
    source += breath * rng.standard_normal(count)
    return through_throat(source, formants_hz, quality=quality) * arch(count, attack_s=attack_s, release_s=release_s)
