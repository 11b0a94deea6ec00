"""A listener's head as the renderer sees it: for any direction, two filters and the delays before them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

import numpy as np
import scipy.fft
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Delays are applied by a linear phase; the part of its ringing before the beginning is cut off with this much to spare.
_LEAD_SAMPLES = 8
_AT_ONCE = 512


class Head(Protocol):
    """A listener's head: for any direction, filters of two ears and the delays that go before them.

    The HRIR of ear e from direction d is ``filters(d)[e]``, delayed by ``delays_samples(d)[e]``.

    Attributes:
        sample_rate_hz: of the filters.
        taps: length of the filters.
    """

    @property
    def sample_rate_hz(self) -> int: ...  # noqa: D102 - see above
    @property
    def taps(self) -> int: ...  # noqa: D102

    def filters(self, directions: Array) -> NDArray[np.float32]:
        """The filters of unit vectors (N, 3) in head axes (front, left, up): shape (N, 2, taps), left ear and right."""
        ...

    def delays_samples(self, directions: Array) -> NDArray[np.float64]:
        """The delays of unit vectors (N, 3): shape (N, 2), at least 0, in samples and fractions."""
        ...


class TabulatedHead(Head, Hashable, Protocol):
    """A head that keeps a table of filters, from which a renderer takes rows.

    Attributes:
        nodes: unit vectors, shape (K, 3).
        table: the filters there, float32, shape (K, 2, taps).
        table_delays_samples: the delays there, shape (K, 2), at least 0.
    """

    nodes: Array
    table: NDArray[np.float32]
    table_delays_samples: Array


def hrirs(head: Head, directions: Array) -> NDArray[np.float32]:
    """The head's HRIRs in K directions: its filters with the delays applied.

    Args:
        head: whose ears.
        directions: unit vectors in head axes, shape (K, 3).

    Returns:
        Float32, shape (K, 2, L): left ear, right ear.
    """
    filters, delays = head.filters(directions), head.delays_samples(directions)
    return _delayed(filters, delays) if delays.any() else filters


def _delayed(filters: NDArray[np.float32], delays_samples: Array) -> NDArray[np.float32]:
    """Filters (K, 2, taps) delayed by samples (K, 2), and all of them by a lead that leaves room for ringing."""
    count, ears, taps = filters.shape
    length = taps + int(np.ceil(delays_samples.max())) + 2 * _LEAD_SAMPLES
    size = scipy.fft.next_fast_len(2 * length, real=True)
    phase = -2j * np.pi * np.arange(size // 2 + 1) / size
    delayed: NDArray[np.float32] = np.empty((count, ears, length), dtype=np.float32)
    for begin in range(0, count, _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        spectra = scipy.fft.rfft(filters[part], size)
        spectra = spectra * np.exp(phase * (delays_samples[part, :, None] + _LEAD_SAMPLES)).astype(np.complex64)
        delayed[part] = scipy.fft.irfft(spectra, size)[..., :length]
    return delayed
