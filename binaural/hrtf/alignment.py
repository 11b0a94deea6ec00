"""A measured head, time-aligned: the magnitude spectrum of every HRIR, and its delay."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.hrir import Hrtf
from binaural.hrtf.interaural import itds_s, lags_s
from binaural.hrtf.minimum_phase import minimum_phase_spectrum
from binaural.hrtf.spherical_mesh import weighted_sums

# 47 Hz apart at 48 kHz: finer than what a filter of 512 taps can tell apart.
FFT_SIZE = 1024
# What lies deeper under the peak of a magnitude spectrum is noise, and deep notches would ring for long.
_FLOOR = 10.0 ** (-60.0 / 20.0)
# Delays are judged in this band: below it the loudspeaker gave too little, and above it the pinna turns the phase.
_LAG_BAND_HZ = (200.0, 3000.0)
# A delay may come out a little negative where an HRIR begins at its first sample.
_EARLIEST_S = -1e-3
_DIRECTIONS_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Aligned:
    """The magnitudes and delays of a head's M directions.

    An HRIR is replaced by the minimum-phase filter of its magnitude, delayed. Listeners do not hear the difference
    (Kulkarni, Isabelle and Colburn 1999, JASA 105, 2821-2840).

    Attributes:
        log_magnitudes: float32, shape (M, 2, FFT_SIZE / 2 + 1), natural logarithms, left ear and right.
        delays_samples: shape (M, 2); 0 for the earliest of all.
    """

    log_magnitudes: NDArray[np.float32] = field(repr=False)
    delays_samples: NDArray[np.float64] = field(repr=False)


def aligned(hrtf: Hrtf) -> Aligned:
    """A head, time-aligned.

    The delay of an ear is the lag between its HRIR and the minimum-phase version of it (Nam, Abel and Smith 2008, AES
    125th Convention, "A method for estimating interaural time difference for binaural synthesis"), from 200 Hz to
    3 kHz. Then :func:`match_itd` gives each pair the interaural time difference (ITD) that was measured.

    Returns:
        Its ``delays_samples`` are relative to the earliest ear of all directions.
    """
    parts = [
        _aligned(hrtf.hrirs[begin : begin + _DIRECTIONS_AT_ONCE], hrtf.sample_rate_hz)
        for begin in range(0, len(hrtf.hrirs), _DIRECTIONS_AT_ONCE)
    ]
    log_magnitudes, delays_s = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Aligned(
        log_magnitudes=log_magnitudes, delays_samples=(delays_s - delays_s.min()) * float(hrtf.sample_rate_hz)
    )


def _aligned(hrirs: NDArray[np.float32], rate_hz: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Log magnitudes, shape (M, 2, F), and delays in seconds, shape (M, 2), of HRIRs (M, 2, L)."""
    length = hrirs.shape[-1]
    # A power of two that resolves the whole HRIR; the filters use every (size / FFT_SIZE)-th of its bins.
    size = max(FFT_SIZE, 1 << (2 * length - 1).bit_length())
    magnitude = np.abs(np.fft.rfft(hrirs, size))
    magnitude = np.maximum(magnitude, _FLOOR * magnitude.max(axis=-1, keepdims=True))
    minimum_phase = np.fft.irfft(minimum_phase_spectrum(magnitude))[..., :length]
    lowest_hz, highest_hz = _LAG_BAND_HZ
    delays_s = np.stack(
        [
            lags_s(
                minimum_phase[:, ear],
                hrirs[:, ear],
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
    delays_s = match_itd(delays_s * rate_hz, minimum_phase, itds_s(hrirs, rate_hz), rate_hz) / rate_hz
    return np.log(magnitude[..., :: size // FFT_SIZE]).astype(np.float32), delays_s


def match_itd(
    delays_samples: NDArray[np.float64],
    filters: NDArray[np.floating[Any]],
    itd_s: NDArray[np.float64],
    sample_rate_hz: int,
) -> NDArray[np.float64]:
    """Delays with which filters have given interaural time differences (ITDs).

    Filters of minimum phase have an ITD of their own, up to 0.2 ms. The delays of both ears move by half of what is
    missing.

    Args:
        delays_samples: approximate delays, shape (M, 2).
        filters: shape (M, 2, taps).
        itd_s: the ITDs asked for, as :func:`~binaural.hrtf.interaural.itds_s` measures them, shape (M,); positive where
            the left ear is first.
        sample_rate_hz: of the filters.

    Returns:
        The delays of the left and the right ear, shape (M, 2).
    """
    missing = (itd_s - itds_s(filters, sample_rate_hz)) * sample_rate_hz - np.diff(delays_samples)[:, 0]
    matched: NDArray[np.float64] = delays_samples + missing[:, None] * np.array([-0.5, 0.5])
    return matched


# The correction is smoothed over so many bandwidths. Arend et al. take one; with four, fewer errors of the sum come
# back (measured on the default set, where two and eight do nearly as well).
_SMOOTHED_BANDWIDTHS = 4.0


def magnitude_corrected(
    spectra: NDArray[np.complexfloating[Any, Any]],
    indices: NDArray[np.intp],
    weights: NDArray[np.float64],
    sample_rate_hz: int,
) -> NDArray[np.floating[Any]]:
    """Interpolated magnitudes: the fine structure of the summed spectra, at the mean of their levels.

    This is the interpolation of Arend, Pörschmann, Weinzierl and Brinkmann (2023, "Magnitude-corrected and time-aligned
    interpolation of head-related transfer functions", IEEE/ACM TASLP 31). Time-aligned HRIRs are summed. The sum has
    lost level where phases differ, so it is brought to the mean of the levels, smoothed over frequency. Here the HRIRs
    are of minimum phase, so they are aligned already; and the mean level is the square of a mean of square roots, which
    lies between a mean of magnitudes and a mean of decibels.

    Args:
        spectra: of minimum phase, shape (M, 2, F).
        indices: of the directions that each mean is of, shape (N, 3).
        weights: their barycentric weights, shape (N, 3).
        sample_rate_hz: the last frequency is half of it.

    Returns:
        Natural logarithms, shape (N, 2, F); where one direction has all the weight, its own magnitudes.
    """
    tiny = np.finfo(np.float32).tiny
    summed = np.log(np.maximum(np.abs(weighted_sums(spectra, indices, weights)), tiny))
    level = 2.0 * np.log(weighted_sums(np.sqrt(np.abs(spectra)), indices, weights))
    corrected: NDArray[np.floating[Any]] = summed + _smooth(level - summed, sample_rate_hz)
    return corrected


def _smooth(values: NDArray[np.floating[Any]], sample_rate_hz: int) -> NDArray[np.floating[Any]]:
    """Moving means over F evenly spaced frequencies, as wide as some equivalent rectangular bandwidths (ERB).

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
    """Impulse responses of minimum phase, faded out over their last eighth.

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
