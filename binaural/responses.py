"""What a head hears of a click: filters with the delays written into them."""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from binaural.head import Head

Array = NDArray[np.float64]

_AT_ONCE = 512
# Delays are written by a linear phase; what of its ringing is before the beginning is cut off with this much to spare.
LEAD_SAMPLES = 8


def heard_responses(head: Head, directions: Array) -> NDArray[np.float32]:
    """What both ears hear of a click from each of K directions, (K, 3) in head axes: float32, shape (K, 2, L)."""
    filters, delays = head.filters(directions), head.delays_samples(directions)
    return delayed(filters, delays) if delays.any() else filters


def delayed(filters: NDArray[np.float32], delays_samples: Array) -> NDArray[np.float32]:
    """Filters with delays written into them; a little of all delays is common and only leaves room for ringing.

    Args:
        filters: shape (D, 2, taps).
        delays_samples: shape (D, 2), at least 0, with fractions.

    Returns:
        Shape (D, 2, taps + longest delay + room).
    """
    count, ears, taps = filters.shape
    length = taps + int(np.ceil(delays_samples.max())) + 2 * LEAD_SAMPLES
    size = scipy.fft.next_fast_len(2 * length, real=True)
    phase = -2j * np.pi * np.arange(size // 2 + 1) / size
    late: NDArray[np.float32] = np.empty((count, ears, length), dtype=np.float32)
    for begin in range(0, count, _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        spectra = scipy.fft.rfft(filters[part], size)
        spectra = spectra * np.exp(phase * (delays_samples[part, :, None] + LEAD_SAMPLES)).astype(np.complex64)
        late[part] = scipy.fft.irfft(spectra, size)[..., :length]
    return late
