"""The responses of a SOFA file: delayed as it says, and at another sample rate."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A windowed sinc of twice as many taps delays by fractions.
_HALF_SINC = 32


def delayed(hrirs: Array, delays_samples: Array) -> Array:
    """HRIRs (M, 2, N) delayed by samples (M, 2): whole samples by a shift, fractions by a windowed sinc."""
    whole = np.floor(delays_samples).astype(np.intp)
    rest = delays_samples - whole
    count, ears, length = hrirs.shape
    if rest.any():
        taps = np.arange(-_HALF_SINC, _HALF_SINC + 1)
        # Kaiser's window of −80 dB (Oppenheim and Schafer, section 7.5): flat to 0.9 of the band.
        away = taps - rest[..., None]
        window = np.i0(7.857 * np.sqrt(np.maximum(1.0 - (away / (_HALF_SINC + 1)) ** 2, 0.0))) / np.i0(7.857)
        size = 1 << (length + len(taps)).bit_length()
        spectra = np.fft.rfft(hrirs, size) * np.fft.rfft(np.sinc(away) * window, size)
        hrirs = np.fft.irfft(spectra)[..., : length + 2 * _HALF_SINC]
        # The sinc begins before its middle.
        whole = whole - _HALF_SINC
    begin = max(0, -int(whole.min()))
    shifted = np.zeros((count, ears, begin + max(0, int(whole.max())) + hrirs.shape[-1]))
    for shift in np.unique(whole):
        shifted[whole == shift, begin + shift : begin + shift + hrirs.shape[-1]] = hrirs[whole == shift]
    return shifted[..., begin:]


def resampled(hrirs: Array, from_hz: int, to_hz: int) -> NDArray[np.float32]:
    """HRIRs at another rate, scaled so that their gains stay.

    Args:
        hrirs: shape (M, 2, N).
        from_hz: their sample rate.
        to_hz: the one wanted.

    Returns:
        Shape (M, 2, L).
    """
    if from_hz == to_hz:
        return hrirs.astype(np.float32)
    count, ears, length = hrirs.shape
    columns = soxr.resample(hrirs.reshape(-1, length).T, from_hz, to_hz, quality="VHQ") * (from_hz / to_hz)
    converted: NDArray[np.float32] = columns.T.reshape(count, ears, -1).astype(np.float32)
    return converted
