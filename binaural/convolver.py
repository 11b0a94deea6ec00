"""Many signals through filters that change: overlap-save in partitions, summed before the inverse transforms.

A hop of each signal is transformed once. Its spectrum, and those of the hops before it, meet the spectra of what it was
heard through until now, and of what it is to be heard through. All signals share the moment and the shape of the
crossfade between the two, so their products are summed first, and however many signals there are, each ear takes two
inverse transforms (Wefers 2015, "Partitioned convolution algorithms for real-time auralization", chapters 5 and 6).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.directions import DirectionTable
from binaural.kernels import kernels
from binaural.kernels.plain import room

Block = NDArray[np.float32]

_LINE_HOPS = 16


class Convolver:
    """The running convolution of N signals with what they are heard through.

    Args:
        table: of filters, delays and ways.
        signals: how many, N.
        hop_samples: of every call.
    """

    def __init__(self, table: DirectionTable, signals: int, hop_samples: int) -> None:
        self._table, self._kernels = table, kernels()
        size = table.frame_samples
        self._hop, self._kept = hop_samples, size - hop_samples
        # Signals come one after another until the line is full; what frames still reach then moves to the front.
        self._line = np.zeros((signals, self._kept + _LINE_HOPS * hop_samples), dtype=np.float32)
        self._begin = self._kept
        self._spectra = np.zeros((len(table.bank), signals, size // 2 + 1), dtype=np.complex64)
        self._newest = 0
        # Signals that are alike add in amplitude, so the two halves of the crossfade sum to 1.
        fade_in = np.sin(np.pi / 2.0 * (np.arange(hop_samples) + 0.5) / hop_samples) ** 2
        self._fade_in = fade_in.astype(np.float32)
        self._room = room(size)

    def process(self, signals: Block, rows: NDArray[np.int32], factors: Block, out: Block) -> None:
        """Add to ``out`` a hop of what the ears hear.

        Args:
            signals: shape (N, hop).
            rows: of the table until now and by the end of the hop, shape (2, N, 5), see
                :func:`binaural.kernels.plain.place`.
            factors: that go with them, shape (2, N).
            out: shape (hop, 2).
        """
        # The ring is filled backwards, so that older spectra follow newer ones as later partitions follow earlier ones.
        self._newest = (self._newest - 1) % len(self._spectra)
        if self._begin == self._line.shape[1]:
            self._line[:, : self._kept] = self._line[:, self._begin - self._kept :]
            self._begin = self._kept
        table = self._table
        self._kernels.convolve(
            signals,
            self._line,
            self._begin,
            self._spectra,
            self._newest,
            table.bank,
            table.scales,
            table.delays,
            table.ways,
            rows,
            factors,
            self._fade_in,
            self._room,
            out,
        )
        self._begin += self._hop
