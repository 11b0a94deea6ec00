"""Ambience: sound from all around, with the interaural coherence of a diffuse field."""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from binaural.hrtf.head import Head
from binaural.mix.decorrelation import band_bins, fade_out
from protocol.coordinates import fibonacci_sphere

Array = NDArray[np.float64]

_DIRECTIONS = 2048
_AT_ONCE = 256
# Fine enough to be interpolated.
_LEAST_FFT_SIZE = 4096
# Below, a head's own noise is as loud as its response; there the coherence is extrapolated as 1 − k f², its form for
# long waves.
_TRUSTED_FROM_HZ = 100.0


def diffuse_coherence(head: Head) -> tuple[Array, Array, Array]:
    """The interaural coherence of a diffuse field at a head's ears: the mean over directions spread evenly.

    It falls from 1 at 0 Hz through 0 near 550 Hz, and stays within ±0.2 from there on: like sin(x) / x for two points
    0.33 m apart, since sound goes round the head (Lindevald and Benade 1986, "Two-ear correlation in the
    statistical sound fields of rooms", JASA 80, 661-664; Borss and Martin 2009, AES 35th Conference).

    Args:
        head: whose ears.

    Returns:
        Frequencies in hertz from 0 to half the rate; the real part of the interaural coherence, in [−1, 1] (of a
        symmetric head the imaginary part is 0); and the mean power of both ears, 1 for a set that is equalised to the
        diffuse field. All of shape (F,).
    """
    lattice = fibonacci_sphere(_DIRECTIONS)
    length = head.taps + int(np.ceil(head.delays_samples(lattice).max()))
    size = max(_LEAST_FFT_SIZE, 1 << (length - 1).bit_length())
    turn = -2j * np.pi * np.arange(size // 2 + 1) / size
    cross, power = np.zeros(size // 2 + 1), np.zeros((2, size // 2 + 1))
    for begin in range(0, _DIRECTIONS, _AT_ONCE):
        part = lattice[begin : begin + _AT_ONCE]
        ears = scipy.fft.rfft(head.filters(part), size) * np.exp(turn * head.delays_samples(part)[..., None])
        cross += np.sum((ears[:, 0] * ears[:, 1].conj()).real, axis=0)
        power += np.sum(np.abs(ears) ** 2, axis=0)
    frequency_hz: Array = np.fft.rfftfreq(size, 1.0 / head.sample_rate_hz).astype(np.float64)
    coherence = cross / np.sqrt(power[0] * power[1])
    low = frequency_hz < _TRUSTED_FROM_HZ
    bend = 1.0 - float(np.interp(_TRUSTED_FROM_HZ, frequency_hz, coherence))
    coherence[low] = 1.0 - bend * (frequency_hz[low] / _TRUSTED_FROM_HZ) ** 2
    return frequency_hz, coherence, power.mean(axis=0) / _DIRECTIONS


# To decorrelate one clip, it must be spread in time; so short a time isn't heard as a room.
_LENGTH_S = 0.17
_DECAY_DB = 60.0
_ROUNDS = 60
# The imaginary part is judged over an eighth of the frequency, about a critical band, and 70 Hz at least: narrower
# bands hold too few independent values.
_RELATIVE_BANDWIDTH = 0.12
_LEAST_BAND_HZ = 70.0


def diffuse_filters(head: Head, seed: int = 0) -> NDArray[np.float32]:
    """Two filters that turn one signal into a diffuse field at two ears.

    Two decaying noises are projected in turns onto what is asked of them (after Gerchberg and Saxton 1972): at every
    frequency each ear has the power of the diffuse field, and the phases of the ears differ by ±arccos of its
    coherence. The sign changes, so that over a critical band nothing comes from one side. For two inputs that are
    incoherent already, this is the mixing of Borss and Martin 2009.

    A diffuse field is the same whichever way the head is turned, so the filters hold for every pose. A loop that is
    convolved with them circularly stays a loop.

    Args:
        head: whose ears.
        seed: of the noises; fields with different seeds are incoherent.

    Returns:
        Shape (2, taps), left and right, of 0.17 s: half of the energy is in the first 15 ms, nine tenths in 50 ms.
    """
    rate_hz = head.sample_rate_hz
    taps = round(_LENGTH_S * rate_hz)
    size = scipy.fft.next_fast_len(4 * taps, real=True)
    frequency_hz: Array = np.fft.rfftfreq(size, 1.0 / rate_hz).astype(np.float64)
    measured_hz, coherence, power = diffuse_coherence(head)
    coherence = np.interp(frequency_hz, measured_hz, coherence)
    magnitude = np.sqrt(np.interp(frequency_hz, measured_hz, power))
    apart = np.arccos(np.clip(coherence, -1.0, 1.0))
    begin, end = band_bins(size, rate_hz, relative_width=_RELATIVE_BANDWIDTH, least_hz=_LEAST_BAND_HZ)
    window = fade_out(taps)

    random = np.random.default_rng(seed)
    filters: Array = random.standard_normal((2, taps)) * 10.0 ** (-_DECAY_DB / 20.0 * np.arange(taps) / taps)
    for _ in range(_ROUNDS):
        left, right = np.angle(scipy.fft.rfft(filters, size))
        difference = np.exp(1j * (left - right))
        middle = right + np.angle(difference) / 2.0
        sums = np.concatenate([[0.0], np.cumsum(difference)])
        # Where a band leans to one side, its frequencies nearest to the middle change sides; then all go half the way
        # to their targets.
        target = np.angle(difference + coherence - (sums[end] - sums[begin]) / (end - begin))
        target += 0.5 * (np.where(target >= 0.0, apart, -apart) - target)
        ears = magnitude * np.exp(1j * np.stack([middle + target / 2.0, middle - target / 2.0]))
        filters = scipy.fft.irfft(ears, size)[:, :taps] * window
    return filters.astype(np.float32)
