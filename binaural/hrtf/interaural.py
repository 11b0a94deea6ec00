"""Interaural time and level differences (ITD, ILD), and the spectral distance between two heads."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Longer than sound takes round any head: 1 ms is 34 cm.
_LONGEST_ITD_S = 1e-3
# Where the ear follows the phase, and where delay decides (Wightman and Kistler 1992, JASA 91, 1648-1661).
_ITD_BAND_HZ = 1500.0
_FINE_STEPS = np.arange(-8, 9) / 8.0
_PAIRS_AT_ONCE = 512
# At least so many bins, 23 Hz apart at 48 kHz, so that a short response is judged as a long one is.
_SPECTRUM_SIZE = 2048


def itd_s(ears: NDArray[np.floating[Any]], sample_rate_hz: int) -> float:
    """The interaural time difference: the lag of the highest interaural cross-correlation below 1.5 kHz.

    Args:
        ears: shape (2, N), left and right: impulse responses, or what was rendered of broadband noise.
        sample_rate_hz: of the ears.

    Returns:
        Seconds, positive where the left ear is first, within ±1 ms and to about 1 µs.
    """
    return float(itds_s(ears[None], sample_rate_hz)[0])


def itds_s(ears: NDArray[np.floating[Any]], sample_rate_hz: int) -> NDArray[np.float64]:
    """The ITDs of many pairs of ears, as :func:`itd_s`: from shape (M, 2, N) to seconds, shape (M,)."""
    left, right, longest_s = ears[:, 0], ears[:, 1], _LONGEST_ITD_S
    return lags_s(left, right, sample_rate_hz, highest_hz=_ITD_BAND_HZ, earliest_s=-longest_s, latest_s=longest_s)


def lags_s(
    first: NDArray[np.floating[Any]],
    second: NDArray[np.floating[Any]],
    sample_rate_hz: int,
    *,
    lowest_hz: float = 0.0,
    highest_hz: float,
    earliest_s: float,
    latest_s: float,
) -> NDArray[np.float64]:
    """How much later the second signal is than the first: the lag of their highest cross-correlation within a band.

    Args:
        first: shape (M, N).
        second: shape (M, N).
        sample_rate_hz: of both.
        lowest_hz: lower edge of the band.
        highest_hz: upper edge of the band; a quarter of the rate at most, so that no peak hides between samples.
        earliest_s: the least lag to look at.
        latest_s: the greatest lag to look at.

    Returns:
        Seconds, shape (M,), to about a thousandth of a sample.
    """
    size = max(_SPECTRUM_SIZE, 2 * first.shape[-1])
    frequency_hz = np.fft.rfftfreq(size, 1.0 / sample_rate_hz)
    outside = (frequency_hz < lowest_hz) | (frequency_hz > highest_hz)
    lags = np.arange(int(earliest_s * sample_rate_hz), int(latest_s * sample_rate_hz) + 1)
    turn = 2j * np.pi * frequency_hz[~outside] / sample_rate_hz
    steps = np.exp(np.outer(turn, _FINE_STEPS))
    lag_samples = np.empty(len(first))
    for begin in range(0, len(first), _PAIRS_AT_ONCE):
        part = slice(begin, begin + _PAIRS_AT_ONCE)
        cross = np.fft.rfft(second[part], size) * np.conj(np.fft.rfft(first[part], size))
        cross[:, outside] = 0.0
        near = lags[np.argmax(np.fft.irfft(cross, size)[:, lags], axis=1)]
        # As in an inverse transform, all but 0 Hz count for the negative frequency too.
        cross[:, 1:] *= 2.0
        around = ((cross[:, ~outside] * np.exp(turn * near[:, None])) @ steps).real
        lag_samples[part] = near + _FINE_STEPS[0] + _peak(around) * (_FINE_STEPS[1] - _FINE_STEPS[0])
    return np.clip(lag_samples, lags[0], lags[-1]) / sample_rate_hz


def _peak(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where each row of (M, K) is highest, on the parabola through its highest value and its neighbours."""
    top = np.clip(np.argmax(heights, axis=1), 1, heights.shape[1] - 2)
    rows = np.arange(len(heights))
    before, at, after = heights[rows, top - 1], heights[rows, top], heights[rows, top + 1]
    bend = before - 2.0 * at + after
    aside = 0.5 * np.divide(before - after, bend, out=np.zeros_like(at), where=bend < 0.0)
    # Rounded, so that equal neighbours leave the peak where it is whatever the last bit says.
    peak: NDArray[np.float64] = top + np.round(np.clip(aside, -1.0, 1.0), 6)
    return peak


def ild_db(
    ears: NDArray[np.floating[Any]], sample_rate_hz: int, *, lowest_hz: float = 0.0, highest_hz: float = np.inf
) -> float:
    """The interaural level difference: the power at the left ear over that at the right, within a band.

    Args:
        ears: shape (2, N), left and right; neither silent in the band.
        sample_rate_hz: of the ears.
        lowest_hz: lower edge of the band.
        highest_hz: upper edge of the band.

    Returns:
        Decibels, positive where the left ear is louder.
    """
    frequency_hz = np.fft.rfftfreq(ears.shape[1], 1.0 / sample_rate_hz)
    band = (frequency_hz >= lowest_hz) & (frequency_hz <= highest_hz)
    left, right = np.sum(np.abs(np.fft.rfft(ears, axis=1)[:, band]) ** 2, axis=1)
    return float(10.0 * np.log10(left / right))


def log_spectral_distortion_db(
    response: NDArray[np.floating[Any]],
    reference: NDArray[np.floating[Any]],
    sample_rate_hz: int,
    *,
    lowest_hz: float = 200.0,
    highest_hz: float = 16_000.0,
) -> NDArray[np.float64]:
    """The log-spectral distortion of a response against its reference: the rms difference of their levels.

    Bins lie evenly in frequency, 23 Hz apart at 48 kHz, and count alike; nothing is smoothed.

    Args:
        response: shape (..., N).
        reference: shape (..., K), not silent in the band.
        sample_rate_hz: of both.
        lowest_hz: lower edge of the band.
        highest_hz: upper edge of the band.

    Returns:
        Decibels, shape (...).
    """
    size = max(_SPECTRUM_SIZE, response.shape[-1], reference.shape[-1])
    frequency_hz = np.fft.rfftfreq(size, 1.0 / sample_rate_hz)
    band = (frequency_hz >= lowest_hz) & (frequency_hz <= highest_hz)
    ratio = np.abs(np.fft.rfft(response, size)[..., band]) / np.abs(np.fft.rfft(reference, size)[..., band])
    distortion: NDArray[np.float64] = np.sqrt(np.mean((20.0 * np.log10(ratio)) ** 2, axis=-1, dtype=np.float64))
    return distortion
