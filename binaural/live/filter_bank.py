"""The filters of a head for all directions, as spectra; made once for a head and a size of hops."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from binaural.hrtf.head import TabulatedHead
from binaural.live.delay import LEAD_SAMPLES, delaying_filters
from binaural.live.octahedron import grid_directions
from binaural.propagation.lookup import DELAY_STEPS_PER_SAMPLE
from binaural.propagation.path_filters import PATH_TAPS, path_filters

_AT_ONCE = 256
# In 16 bits: the largest value of each filter, and 1 in delays, which overshoot it a little.
_LARGEST, _FULL_SCALE = np.float32(32767.0), np.float32(32000.0)


class FilterBank:
    """A head's filters, and all delays and path filters to its ears, ready to be multiplied with signals' spectra.

    A source is heard through the filters of the nearest of the head's directions, with the delays of its own direction.
    Filters and delays are kept in 16 bits, which leaves noise 85 dB below them and takes half the memory to read. The
    speed of many moving sources depends on that.

    Args:
        head: whose filters. An interpolated head gives the nodes of its mesh, which are some 2° apart; a
            :class:`~binaural.evaluation.nearest_head.NearestHead` gives the measured directions.
        hop_samples: length of a hop, and of a partition of filters that are longer.

    Attributes:
        nearest: rows of the filters on the grid of :mod:`binaural.live.octahedron`, shape (GRID_SIZE, GRID_SIZE).
        delays_samples: of both ears on the same grid, shape (2, GRID_SIZE, GRID_SIZE).
        frame_samples: size of the transforms: a hop, and all samples before it that filters reach.
        filters: spectra, see :func:`binaural.live.kernels.plain.convolve`.
        scales: see there.
        delays: see there.
        paths: see there.
        latency_samples: the extra delay, on top of the head's delays.
    """

    latency_samples = LEAD_SAMPLES

    def __init__(self, head: TabulatedHead, hop_samples: int) -> None:
        directions = grid_directions()
        self.nearest: NDArray[np.int32] = np.asarray(cKDTree(head.nodes).query(directions)[1], dtype=np.int32)
        delays_samples = head.delays_samples(directions.reshape(-1, 3)).astype(np.float32)
        self.delays_samples = np.ascontiguousarray(delays_samples.T).reshape(2, *directions.shape[:2])

        steps = np.arange(int(np.ceil(delays_samples.max() * DELAY_STEPS_PER_SAMPLE)) + 1)
        delaying = delaying_filters(steps / DELAY_STEPS_PER_SAMPLE)
        taps = head.table.shape[-1]
        partitions = -(-taps // hop_samples)
        longest = delaying.shape[-1] + PATH_TAPS - 2
        self.frame_samples = scipy.fft.next_fast_len(hop_samples + min(taps, hop_samples) - 1 + longest, real=True)
        self.delays = np.rint(_FULL_SCALE * _real_and_imaginary(scipy.fft.rfft(delaying, self.frame_samples))).astype(
            np.int16
        )
        self.paths = _real_and_imaginary(scipy.fft.rfft(path_filters(head.sample_rate_hz), self.frame_samples))

        bins = self.frame_samples // 2 + 1
        self.filters = np.empty((partitions, len(head.table), 2, 2, bins), dtype=np.int16)
        self.scales = np.empty((partitions, len(head.table), 2), dtype=np.float32)
        for number in range(partitions):
            part = head.table[..., number * hop_samples : (number + 1) * hop_samples]
            for begin in range(0, len(part), _AT_ONCE):
                some = slice(begin, begin + _AT_ONCE)
                spectra = _real_and_imaginary(scipy.fft.rfft(part[some], self.frame_samples))
                peaks = np.maximum(np.abs(spectra).max(axis=(2, 3)), np.finfo(np.float32).tiny)
                self.scales[number, some] = peaks / _LARGEST / _FULL_SCALE
                self.filters[number, some] = np.rint(spectra * (_LARGEST / peaks)[..., None, None])


@lru_cache(maxsize=4)
def filter_bank(head: TabulatedHead, hop_samples: int) -> FilterBank:
    """The filter bank of a head, shared by all renderers of it."""
    return FilterBank(head, hop_samples)


def _real_and_imaginary(spectra: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Real and imaginary parts, from (..., bins) to (..., 2, bins)."""
    return np.stack([spectra.real, spectra.imag], axis=-2)
