"""Decorrelation: filters that make copies of one signal unlike each other, so that they are heard side by side.

Equal copies from several directions would be heard as one between them. Each goes through a filter that leaves its
spectrum and turns its phases at random (Kendall 1995, "The decorrelation of audio signals and its impact on spatial
imagery", Computer Music Journal 19, 71-87), so that they sum in power.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Shorter than the echo threshold, so a copy is not heard as an echo (Blauert 1997, Spatial Hearing).
_LENGTH_S = 0.03
# Of random amplitudes to begin with, so that most of the energy is in the first half.
_DECAY_DB = 12.0
_ROUNDS = 40
# At the end, levels settle.
_LAST_ROUNDS = 4
# Of so many filters in all, and three sets at least, the flattest is taken; that takes half a second.
_CANDIDATES = 24
_LEAST_CANDIDATES = 3
# Below, no third of an octave holds two phases of so short a filter.
_JUDGED_FROM_HZ = 50.0
# Copies are decorrelated within bands of a fifth of the frequency, about a third of an octave, and 100 Hz at least.
_RELATIVE_BANDWIDTH = 0.2
_LEAST_BAND_HZ = 100.0
_ALIKE_BELOW_HZ = 200.0


@lru_cache(maxsize=32)
def decorrelators(count: int, sample_rate_hz: int, seed: int = 0) -> NDArray[np.float32]:
    """Filters that leave a signal's spectrum and decorrelate its copies.

    Noises of 30 ms are projected, in turns, onto four sets (after Gerchberg and Saxton 1972): copies are incoherent
    within a third of an octave; their sum has the magnitude √count at every frequency, so that copies that meet in
    phase, as in the bass, are neither louder nor fainter than incoherent ones; each has the magnitude 1; and each ends
    in time. (Velvet noise, of Alary, Politis and Välimäki 2017, DAFx-17, and Schlecht and others 2018, DAFx-18, costs
    less where it is convolved in time; here copies are made once, and spectra are flatter.)

    So short filters decorrelate only so far: two copies of nine have on average a coherence of 0.5 in the third of an
    octave at 400 Hz, 0.35 at 800 Hz, and 0.15 and less from 3 kHz on; copies of four have less. So at an ear, the level
    of a third of an octave of four or nine emitters is off by 1.5 dB (rms) below 2 kHz and by 0.5 dB above. For a
    steady loop, copies that begin at different moments are better.

    Args:
        count: number of filters, at least 1.
        sample_rate_hz: of the filters.
        seed: of the noises.

    Returns:
        Float32, shape (count, taps), each of energy 1; a single filter is a unit impulse.
        The array is shared and read-only.
    """
    taps = round(_LENGTH_S * sample_rate_hz)
    filters = np.eye(count, taps)
    if count > 1:
        random = np.random.default_rng(seed)
        sets = max(_CANDIDATES // count, _LEAST_CANDIDATES)
        candidates = [_decorrelating_noises(random, count, taps, sample_rate_hz) for _ in range(sets)]
        filters = min(candidates, key=lambda candidate: _unevenness(candidate, sample_rate_hz))
    normalised: NDArray[np.float32] = (filters / np.sqrt(np.sum(filters**2, axis=1, keepdims=True))).astype(np.float32)
    normalised.flags.writeable = False
    return normalised


def _decorrelating_noises(random: np.random.Generator, count: int, taps: int, sample_rate_hz: int) -> Array:
    """Noises after some rounds of projection, shape (count, taps)."""
    size = scipy.fft.next_fast_len(4 * taps, real=True)
    begin, end = band_bins(size, sample_rate_hz, relative_width=_RELATIVE_BANDWIDTH, least_hz=_LEAST_BAND_HZ)
    # Every copy steps away from all others at once; longer steps would overshoot. Where a band holds no more than a
    # phase or two, copies stay as they are.
    frequency_hz = np.arange(size // 2 + 1) * (sample_rate_hz / size)
    step = 2.0 / count * np.clip((frequency_hz - _ALIKE_BELOW_HZ) / _ALIKE_BELOW_HZ, 0.0, 1.0)
    window = fade_out(taps)
    filters: Array = random.standard_normal((count, taps)) * 10.0 ** (-_DECAY_DB / 20.0 * np.arange(taps) / taps)
    for turn in range(_ROUNDS):
        phases = _phases(scipy.fft.rfft(filters, size))
        if turn < _ROUNDS - _LAST_ROUNDS:
            phases = _phases(phases - step * _coherent_part(phases, begin, end))
        together = phases.sum(axis=0)
        phases = _phases(phases + (np.sqrt(count) * _phases(together) - together) / count)
        filters = scipy.fft.irfft(phases, size)[:, :taps] * window
    return filters


def _coherent_part(
    phases: NDArray[np.complex128], begin: NDArray[np.intp], end: NDArray[np.intp]
) -> NDArray[np.complex128]:
    """The part of each of K copies that is coherent with the others, within the bands around F bins: shape (K, F)."""
    count, bins = phases.shape
    sums = np.zeros((count, count, bins + 1), dtype=np.complex128)
    np.cumsum(phases[:, None] * phases.conj(), axis=-1, out=sums[..., 1:])
    coherence = (sums[..., end] - sums[..., begin]) / (end - begin)
    coherence[np.arange(count), np.arange(count)] = 0.0
    coherent: NDArray[np.complex128] = np.einsum("klf,lf->kf", coherence, phases)
    return coherent


def fade_out(taps: int) -> Array:
    """A window of ones that falls to 0 over its last quarter, by half a cosine: shape (taps,)."""
    fading = taps // 4
    window = np.ones(taps)
    window[taps - fading :] = 0.5 + 0.5 * np.cos(np.pi * (np.arange(fading) + 0.5) / fading)
    return window


def band_bins(
    size: int, sample_rate_hz: int, *, relative_width: float, least_hz: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The band around each of F bins of a real transform: its first bin, and the bin after its last.

    Args:
        size: of the transform.
        sample_rate_hz: of what is transformed.
        relative_width: width of a band, relative to its middle.
        least_hz: width of the narrowest band.

    Returns:
        Two arrays of shape (size / 2 + 1,).
    """
    bin_hz = sample_rate_hz / size
    index = np.arange(size // 2 + 1)
    half = (np.maximum(relative_width * index, least_hz / bin_hz) / 2.0).astype(np.intp)
    return np.maximum(index - half, 0), np.minimum(index + half + 1, len(index))


def _phases(spectra: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """The spectra at magnitude 1; 1 where the magnitude is 0."""
    magnitudes = np.abs(spectra)
    phases: NDArray[np.complex128] = np.where(magnitudes > 1e-12, spectra / np.maximum(magnitudes, 1e-12), 1.0)
    return phases


def _unevenness(filters: Array, sample_rate_hz: int) -> float:
    """How far the power of the sum is from the sum of powers in the worst third of an octave, in decibels."""
    size = scipy.fft.next_fast_len(16 * filters.shape[1], real=True)
    frequency_hz = np.fft.rfftfreq(size, 1.0 / sample_rate_hz)
    together = np.abs(scipy.fft.rfft(filters, size).sum(axis=0)) ** 2 / len(filters)
    third = np.floor(3.0 * np.log2(np.maximum(frequency_hz, 1.0) / _JUDGED_FROM_HZ)).astype(np.intp)
    within = third >= 0
    power = np.bincount(third[within], together[within]) / np.maximum(np.bincount(third[within]), 1)
    return float(np.abs(10.0 * np.log10(power[power > 0.0])).max())


def decorrelated_signals(
    samples: NDArray[np.float32], filters: NDArray[np.float32], *, loop: bool
) -> NDArray[np.float32]:
    """Decorrelated copies of a signal, one for each emitter; together they have its energy.

    Args:
        samples: shape (N,), N > 0.
        filters: shape (K, taps), of :func:`decorrelators`.
        loop: whether the end joins the beginning, in the signal and in its copies.

    Returns:
        Shape (K, N) for a loop, else (K, N + taps − 1).
    """
    count, taps = filters.shape
    length = len(samples) if loop else len(samples) + taps - 1
    size = length if loop else scipy.fft.next_fast_len(length, real=True)
    kernels = np.zeros((count, max(-(-taps // size), 1) * size), dtype=np.float32)
    kernels[:, :taps] = filters / np.float32(np.sqrt(count))
    # A loop that is shorter than a filter wraps around it several times.
    kernels = kernels.reshape(count, -1, size).sum(axis=1)
    spectra = scipy.fft.rfft(samples, size) * scipy.fft.rfft(kernels, size)
    signals: NDArray[np.float32] = scipy.fft.irfft(spectra, size)[:, :length]
    return signals
