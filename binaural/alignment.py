"""A measured head taken apart: how loud each ear hears every frequency of a direction, and how late."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf import Hrtf, minimum_phase_spectrum
from binaural.interpolation import mixed
from binaural.metrics import itds_s, lags_s

# 47 Hz apart at 48 kHz: finer than what a filter of 512 taps can tell apart.
FFT_SIZE = 1024
# What lies deeper under a response's peak is noise, and deep notches would ring for long.
_FLOOR = 10.0 ** (-60.0 / 20.0)
# Bass that the loudspeaker did not give says nothing of time, nor does treble, whose phase the pinna turns.
_LAG_BAND_HZ = (200.0, 3000.0)
# Sound may seem to come a little early where a response begins at its first sample.
_EARLIEST_S = -1e-3
_DIRECTIONS_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Aligned:
    """A head whose M directions all begin at once, and the delays that were taken out.

    An ear's response is the minimum phase of its magnitude, delayed: what is left out, listeners do not hear (Kulkarni,
    Isabelle and Colburn 1999, JASA 105, 2821-2840).

    Attributes:
        log_magnitudes: float32, shape (M, 2, FFT_SIZE / 2 + 1), natural logarithms, left ear and right.
        delays_samples: shape (M, 2); 0 for the earliest of all.
    """

    log_magnitudes: NDArray[np.float32] = field(repr=False)
    delays_samples: NDArray[np.float64] = field(repr=False)


def aligned(hrtf: Hrtf) -> Aligned:
    """The head in magnitudes and delays.

    The delay of an ear is the lag between its response and the minimum phase of it (Nam, Abel and Smith 2008, AES
    125th Convention, "A method for estimating interaural time difference for binaural synthesis"), below 3 kHz, where
    listeners follow it. Then :func:`moved_apart` gives each pair the interaural time difference that was measured.
    """
    parts = [
        _aligned(hrtf.responses[begin : begin + _DIRECTIONS_AT_ONCE], hrtf.sample_rate_hz)
        for begin in range(0, len(hrtf.responses), _DIRECTIONS_AT_ONCE)
    ]
    log_magnitudes, delays_s = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Aligned(
        log_magnitudes=log_magnitudes, delays_samples=(delays_s - delays_s.min()) * float(hrtf.sample_rate_hz)
    )


def _aligned(responses: NDArray[np.float32], rate_hz: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    length = responses.shape[-1]
    # A power of two that resolves the whole response, of which the filters' bins are every so manieth.
    size = max(FFT_SIZE, 1 << (2 * length - 1).bit_length())
    magnitude = np.abs(np.fft.rfft(responses, size))
    magnitude = np.maximum(magnitude, _FLOOR * magnitude.max(axis=-1, keepdims=True))
    least = np.fft.irfft(minimum_phase_spectrum(magnitude))[..., :length]
    lowest_hz, highest_hz = _LAG_BAND_HZ
    delays_s = np.stack(
        [
            lags_s(
                least[:, ear],
                responses[:, ear],
                rate_hz,
                lowest_hz=lowest_hz,
                highest_hz=highest_hz,
                earliest_s=_EARLIEST_S,
                latest_s=length / rate_hz,
            )
            for ear in (0, 1)
        ],
        axis=1,
    )
    delays_s = moved_apart(delays_s * rate_hz, least, itds_s(responses, rate_hz), rate_hz) / rate_hz
    return np.log(magnitude[..., :: size // FFT_SIZE]).astype(np.float32), delays_s


def moved_apart(
    delays_samples: NDArray[np.float64],
    filters: NDArray[np.floating[Any]],
    itd_s: NDArray[np.float64],
    sample_rate_hz: int,
) -> NDArray[np.float64]:
    """Delays with which filters have a given interaural time difference, as :func:`binaural.metrics.itds_s` hears it.

    Filters of minimum phase have a difference of their own, up to 0.2 ms; both ears move by half of what is missing.

    Args:
        delays_samples: about right, shape (M, 2).
        filters: shape (M, 2, taps).
        itd_s: what is asked for, shape (M,), positive where the left ear is first.
        sample_rate_hz: of the filters.

    Returns:
        Shape (M, 2).
    """
    missing = (itd_s - itds_s(filters, sample_rate_hz)) * sample_rate_hz - np.diff(delays_samples)[:, 0]
    apart: NDArray[np.float64] = delays_samples + missing[:, None] * np.array([-0.5, 0.5])
    return apart


# As wide as the correction is smoothed. Arend et al. take one bandwidth; over four, fewer of the sum's own errors come
# back (measured on the default set, where two and eight do nearly as well).
_SMOOTHED_BANDWIDTHS = 4.0


def magnitude_corrected(
    spectra: NDArray[np.complexfloating[Any, Any]],
    indices: NDArray[np.intp],
    weights: NDArray[np.float64],
    sample_rate_hz: int,
) -> NDArray[np.floating[Any]]:
    """Mean magnitudes: with the fine structure of the summed responses, and the level of the mean of their levels.

    This is the interpolation of Arend, Pörschmann, Weinzierl and Brinkmann (2023, "Magnitude-corrected and time-aligned
    interpolation of head-related transfer functions", IEEE/ACM TASLP 31): responses that begin together are summed, and
    the sum, which has lost level where their phases differ, is brought to the mean of their levels, smoothed over
    frequency. Here responses are of minimum phase, so they begin together with nothing to estimate; and a level is a
    squared mean of square roots, which lies between a mean of magnitudes and one of decibels.

    Args:
        spectra: of minimum phase, shape (M, 2, F).
        indices: which to take the mean of, shape (N, 3).
        weights: how much of each, shape (N, 3).
        sample_rate_hz: the last frequency is half of it.

    Returns:
        Natural logarithms, shape (N, 2, F); where one has all the weight, its own.
    """
    tiny = np.finfo(np.float32).tiny
    summed = np.log(np.maximum(np.abs(mixed(spectra, indices, weights)), tiny))
    level = 2.0 * np.log(mixed(np.sqrt(np.abs(spectra)), indices, weights))
    corrected: NDArray[np.floating[Any]] = summed + _smooth(level - summed, sample_rate_hz)
    return corrected


def _smooth(values: NDArray[np.floating[Any]], sample_rate_hz: int) -> NDArray[np.floating[Any]]:
    """Means around each of F evenly spaced frequencies, as wide as equivalent rectangular bandwidths of the ear.

    Glasberg and Moore (1990, Hearing Research 47, 103-138), equation 3.
    """
    count = values.shape[-1]
    bin_hz = sample_rate_hz / 2.0 / (count - 1)
    bandwidth_hz = 24.7 * (4.37e-3 * bin_hz * np.arange(count) + 1.0)
    reach = (_SMOOTHED_BANDWIDTHS / 2.0 * bandwidth_hz / bin_hz).astype(np.intp)
    begin, end = np.maximum(np.arange(count) - reach, 0), np.minimum(np.arange(count) + reach + 1, count)
    sums = np.zeros((*values.shape[:-1], count + 1))
    np.cumsum(values, axis=-1, out=sums[..., 1:])
    means: NDArray[np.floating[Any]] = ((sums[..., end] - sums[..., begin]) / (end - begin)).astype(values.dtype)
    return means


def minimum_phase_filters(log_magnitudes: NDArray[Any], taps: int) -> NDArray[np.float32]:
    """Impulse responses of least delay, faded out over their last eighth.

    Args:
        log_magnitudes: shape (..., FFT_SIZE / 2 + 1), natural logarithms.
        taps: length of the filters, FFT_SIZE at most.

    Returns:
        Shape (..., taps).
    """
    filters = np.fft.irfft(minimum_phase_spectrum(np.exp(log_magnitudes)))[..., :taps]
    fading = taps // 8
    filters[..., taps - fading :] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fading) + 0.5) / fading)
    return filters.astype(np.float32)
