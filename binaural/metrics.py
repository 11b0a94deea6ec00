"""What two ears hear of a direction: the differences of time and level between them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Longer than sound takes round any head: 1 ms is 34 cm.
_LONGEST_ITD_S = 1e-3
# Where the ear follows the phase, and where delay decides (Wightman and Kistler 1992, JASA 91, 1648-1661).
_ITD_BAND_HZ = 1500.0
_UPSAMPLING = 16


def itd_s(ears: NDArray[np.floating[Any]], sample_rate_hz: int) -> float:
    """The interaural time difference: the lag of the highest interaural cross-correlation below 1.5 kHz.

    Args:
        ears: shape (2, N), left and right: impulse responses, or what was rendered of broadband noise.
        sample_rate_hz: of the ears.

    Returns:
        Seconds, positive where the left ear is first, within ±1 ms and to about 1 µs.
    """
    size = 2 * ears.shape[1]
    left, right = np.fft.rfft(ears, size, axis=1)
    cross = right * np.conj(left)
    cross[np.fft.rfftfreq(size, 1.0 / sample_rate_hz) > _ITD_BAND_HZ] = 0.0
    correlation = np.fft.irfft(cross, size * _UPSAMPLING)
    reach = int(_LONGEST_ITD_S * sample_rate_hz * _UPSAMPLING)
    lags = np.arange(-reach, reach + 1)
    return float(lags[np.argmax(correlation[lags])]) / (sample_rate_hz * _UPSAMPLING)


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
