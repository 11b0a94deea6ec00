"""A gain that limits only the peaks that would exceed the ceiling."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Gain = NDArray[np.float64]

MARGIN_DB = 0.2
"""The limiter aims so much lower than the ceiling: a gain that changes makes new peaks, smaller ones than this."""

# Gain falls and recovers within this time on either side of a peak: short enough not to pump, long enough not to
# distort a bass note.
_LOOK_AHEAD_S = 0.012


def limiting_gain(
    peaks: NDArray[np.floating[Any]],
    *,
    gain_db: float,
    sample_rate_hz: float,
    ceiling_dbtp: float = -1.0,
    circular: bool = False,
) -> Gain:
    """A gain in decibels, reduced around each peak that would exceed the ceiling.

    The gain that each sample can bear is spread by a minimum over a window, and smoothed by a window that is no longer,
    so each mean is over gains that are all low enough for the sample in the middle.

    Args:
        peaks: the highest absolute value of the signal near each sample, shape (N,).
        gain_db: the gain where no peak is near.
        sample_rate_hz: of the peaks.
        ceiling_dbtp: the true peak that is not exceeded; the limiter aims 0.2 dB below.
        circular: whether the end joins the beginning.

    Returns:
        A factor for every sample, shape (N,).
    """
    gain = 10.0 ** (gain_db / 20.0)
    ceiling = 10.0 ** ((ceiling_dbtp - MARGIN_DB) / 20.0)
    # For an hour each array has 29 MB: no more of them at a time than need be.
    gains = np.maximum(peaks, 1e-12)
    np.minimum(gain, np.divide(ceiling, gains, out=gains), out=gains)
    half = max(1, min(round(_LOOK_AHEAD_S * sample_rate_hz), (peaks.size - 1) // 4)) // 2 * 2 + 1
    mode: Literal["wrap", "nearest"] = "wrap" if circular else "nearest"
    gains = ndimage.minimum_filter1d(gains, 2 * half - 1, mode=mode)
    # Two running means make a triangle, at no cost per tap.
    for _ in range(2):
        gains = ndimage.uniform_filter1d(gains, half, mode=mode)
    return np.asarray(gains)
