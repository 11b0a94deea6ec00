"""Many signals through filters that change: overlap-save in partitions, summed before the inverse transforms.

A hop of each signal is transformed once. Its spectrum, and those of the hops before it, are multiplied with the spectra
of the filters until now and of the filters from now on. All signals share the moment and the shape of the crossfade
between the two, so the products are summed first, and each ear takes two inverse transforms, however many signals there
are (Wefers 2015, "Partitioned convolution algorithms for real-time auralization", chapters 5 and 6).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.live.filter_bank import FilterBank
from binaural.live.kernels import kernels
from binaural.live.kernels.plain import buffers

Block = NDArray[np.float32]

_LINE_HOPS = 16


class Convolver:
    """The running convolution of N signals with the filters of two ears.

    Args:
        bank: of filters, delays and path filters.
        signals: number of signals, N.
        hop_samples: of every call.
    """

    def __init__(self, bank: FilterBank, signals: int, hop_samples: int) -> None:
        self._bank, self._kernels = bank, kernels()
        size = bank.frame_samples
        self._hop, self._history = hop_samples, size - hop_samples
        # Hops are appended until the line is full; the part that frames still reach then moves to the front.
        self._line = np.zeros((signals, self._history + _LINE_HOPS * hop_samples), dtype=np.float32)
        self._begin = self._history
        self._spectra = np.zeros((len(bank.filters), signals, size // 2 + 1), dtype=np.complex64)
        self._newest = 0
        # Signals that are alike add in amplitude, so the two halves of the crossfade sum to 1.
        fade_in = np.sin(np.pi / 2.0 * (np.arange(hop_samples) + 0.5) / hop_samples) ** 2
        self._fade_in = fade_in.astype(np.float32)
        self._buffers = buffers(size)

    def process(self, signals: Block, rows: NDArray[np.int32], factors: Block, out: Block) -> None:
        """Add a hop of both ears to ``out``.

        Args:
            signals: shape (N, hop).
            rows: of the bank at the beginning and by the end of the hop, shape (2, N, 5), see
                :func:`binaural.live.kernels.plain.find_rows`.
            factors: gains that go with them, shape (2, N).
            out: shape (hop, 2).
        """
        # The ring is filled backwards, so that older spectra follow newer ones as later partitions follow earlier ones.
        self._newest = (self._newest - 1) % len(self._spectra)
        if self._begin == self._line.shape[1]:
            self._line[:, : self._history] = self._line[:, self._begin - self._history :]
            self._begin = self._history
        bank = self._bank
        self._kernels.convolve(
            signals,
            self._line,
            self._begin,
            self._spectra,
            self._newest,
            bank.filters,
            bank.scales,
            bank.delays,
            bank.paths,
            rows,
            factors,
            self._fade_in,
            self._buffers,
            out,
        )
        self._begin += self._hop
