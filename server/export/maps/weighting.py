"""The A-weighting of a sound's level (IEC 61672-1:2013, annex E)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LOW_HZ, _SECOND_HZ, _THIRD_HZ, _HIGH_HZ = 20.598997, 107.65265, 737.86223, 12194.217
_AT_1_KHZ_DB = 2.0


def a_weighting_db(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Decibels at frequencies above 0, of any shape.

    >>> a_weighting_db(np.array([100.0, 1000.0, 10_000.0])).round(1).tolist()
    [-19.1, 0.0, -2.5]
    """
    f2 = frequency_hz**2
    response = (
        _HIGH_HZ**2
        * f2**2
        / ((f2 + _LOW_HZ**2) * np.sqrt((f2 + _SECOND_HZ**2) * (f2 + _THIRD_HZ**2)) * (f2 + _HIGH_HZ**2))
    )
    return np.asarray(20.0 * np.log10(response) + _AT_1_KHZ_DB, dtype=np.float64)


def a_weighted_db(samples: NDArray[np.float32], rate_hz: int) -> float:
    """How much lower a sound's A-weighted level is than its own, in decibels; 0 for silence.

    Args:
        samples: mono, shape (N,).
        rate_hz: of them.
    """
    power = np.abs(np.fft.rfft(samples.astype(np.float64)))[1:] ** 2
    total = float(power.sum())
    if total == 0.0:
        return 0.0
    frequency_hz = np.asarray(np.fft.rfftfreq(len(samples), 1.0 / rate_hz)[1:], dtype=np.float64)
    return float(10.0 * np.log10((power @ 10.0 ** (a_weighting_db(frequency_hz) / 10.0)) / total))
