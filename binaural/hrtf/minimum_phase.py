"""Spectra of least delay: what a filter's phase is when only its magnitude matters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def minimum_phase_spectrum(magnitude: NDArray[np.floating[Any]]) -> NDArray[Any]:
    """The minimum-phase spectra with these magnitudes, by the real cepstrum (Oppenheim and Schafer, chapter 13).

    Args:
        magnitude: shape (..., F), above 0, at F evenly spaced frequencies from 0 Hz to half the rate. F − 1 is even.

    Returns:
        Complex, shape (..., F), of the precision of the magnitudes.
    """
    cepstrum = np.fft.irfft(np.log(magnitude))
    half = cepstrum.shape[-1] // 2
    cepstrum[..., 1:half] *= 2.0
    cepstrum[..., half + 1 :] = 0.0
    spectrum: NDArray[Any] = np.exp(np.fft.rfft(cepstrum))
    return spectrum
