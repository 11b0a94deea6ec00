"""What sources from all directions are heard through, as spectra; made once for a head and a size of hops."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from binaural.delay import LEAD_SAMPLES, delaying_filters
from binaural.head import TabulatedHead
from binaural.kernels.lookup import DELAY_STEPS_PER_SAMPLE
from binaural.octahedron import grid_directions
from binaural.ways import WAY_TAPS, way_filters

_AT_ONCE = 256
# What stands for the largest of each filter, and for 1 in delays, which overshoot it a little.
_LARGEST, _FULL_SCALE = np.float32(32767.0), np.float32(32000.0)


class DirectionTable:
    """A head's filters, and all delays and ways to its ears, ready to be multiplied with the spectra of signals.

    A source is heard through the filters of the nearest of the head's directions, delayed as its own direction asks
    for. Filters and delays are kept in 16 bits, which leaves noise 85 dB below them and takes half the memory to read:
    that is what the speed of many moving sources hangs on.

    Args:
        head: whose. An interpolated head gives the nodes of its mesh, which are some 2° apart; a nearest one what was
            measured.
        hop_samples: length of a hop, and of a partition of filters that are longer.

    Attributes:
        nearest: rows of the bank on the grid of :mod:`binaural.octahedron`.
        delays_samples: of both ears on the same grid, shape (2, GRID_SIZE, GRID_SIZE).
        frame_samples: size of the transforms: of all but the first sample of a hop, and all before that filters reach.
        tail_samples: how long a click is heard, less one.
        bank: spectra, see :func:`binaural.kernels.plain.convolve`.
        scales: see there.
        delays: see there.
        ways: see there.
        latency_samples: how much later all is than the head's delays say.
    """

    latency_samples = LEAD_SAMPLES

    def __init__(self, head: TabulatedHead, hop_samples: int) -> None:
        directions = grid_directions()
        self.nearest: NDArray[np.int32] = np.asarray(cKDTree(head.nodes).query(directions)[1], dtype=np.int32)
        late = head.delays_samples(directions.reshape(-1, 3)).astype(np.float32)
        self.delays_samples = np.ascontiguousarray(late.T).reshape(2, *directions.shape[:2])

        steps = np.arange(int(np.ceil(late.max() * DELAY_STEPS_PER_SAMPLE)) + 1)
        delaying = delaying_filters(steps / DELAY_STEPS_PER_SAMPLE)
        taps = head.table.shape[-1]
        partitions = -(-taps // hop_samples)
        longest = delaying.shape[-1] + WAY_TAPS - 2
        self.frame_samples = scipy.fft.next_fast_len(hop_samples + min(taps, hop_samples) - 1 + longest, real=True)
        self.tail_samples = taps + longest - 1
        self.delays = np.rint(_FULL_SCALE * _apart(scipy.fft.rfft(delaying, self.frame_samples))).astype(np.int16)
        self.ways = _apart(scipy.fft.rfft(way_filters(head.sample_rate_hz), self.frame_samples))

        bins = self.frame_samples // 2 + 1
        self.bank = np.empty((partitions, len(head.table), 2, 2, bins), dtype=np.int16)
        self.scales = np.empty((partitions, len(head.table), 2), dtype=np.float32)
        for number in range(partitions):
            part = head.table[..., number * hop_samples : (number + 1) * hop_samples]
            for begin in range(0, len(part), _AT_ONCE):
                some = slice(begin, begin + _AT_ONCE)
                spectra = _apart(scipy.fft.rfft(part[some], self.frame_samples))
                peaks = np.maximum(np.abs(spectra).max(axis=(2, 3)), np.finfo(np.float32).tiny)
                self.scales[number, some] = peaks / _LARGEST / _FULL_SCALE
                self.bank[number, some] = np.rint(spectra * (_LARGEST / peaks)[..., None, None])


@lru_cache(maxsize=4)
def direction_table(head: TabulatedHead, hop_samples: int) -> DirectionTable:
    """The table of a head, the same for all that render for it."""
    return DirectionTable(head, hop_samples)


def _apart(spectra: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Real and imaginary parts, from (..., bins) to (..., 2, bins)."""
    return np.stack([spectra.real, spectra.imag], axis=-2)
