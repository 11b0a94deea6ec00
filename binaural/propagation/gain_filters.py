"""Short filters of minimum phase for gains over frequency."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.minimum_phase import minimum_phase_spectrum

Array = NDArray[np.float64]

# Fainter than this beside the bass, gains need not be followed any finer.
_FAINTEST = 1e-4
_LEAST_FFT_SIZE = 512


def gain_fft_size(taps: int) -> int:
    """The size of the transform on whose bins :func:`gain_filters` expects its gains."""
    return max(_LEAST_FFT_SIZE, 1 << (8 * taps - 1).bit_length())


def gain_filters(gains: Array, taps: int) -> NDArray[np.float32]:
    """Short filters with these gains, of minimum phase, so that they add no delay.

    (If the gains were multiplied onto the bins of a block directly, its end would wrap into its beginning.)

    Args:
        gains: at the frequencies of a real transform of :func:`gain_fft_size`, shape (..., F).
        taps: length of the filters. 32 taps follow the air within 0.5 dB up to 10 kHz and 300 m. Occlusion begins in
            the bass: 128 taps follow it within 1 dB above 200 Hz, 32 taps within 2 dB.

    Returns:
        Shape (..., taps).
    """
    floored = np.maximum(gains, _FAINTEST * gains.max(axis=-1, keepdims=True))
    filters = np.fft.irfft(minimum_phase_spectrum(floored))[..., :taps]
    fading = taps // 4
    filters[..., taps - fading :] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fading) + 0.5) / fading)
    return filters.astype(np.float32)
