"""Many signals through filters that change: uniformly partitioned overlap-save, summed before the inverse transforms.

A block of each signal is transformed once. Its spectrum, and those of the blocks before it, meet the spectra of two
filters: the one that it had until now and the one that it is to have. All signals share the moment and the shape of the
crossfade between the two, so their products are summed first, and however many signals there are, each ear takes two
inverse transforms (Wefers 2015, "Partitioned convolution algorithms for real-time auralization", chapters 5 and 6).
"""

from __future__ import annotations

from collections import deque

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from binaural.kernels import accumulation

Block = NDArray[np.float32]
Rows = NDArray[np.int32]


class FilterBank:
    """Filters for two ears as spectra of their partitions, real and imaginary parts apart.

    Args:
        filters: shape (D, 2, taps).
        hop_samples: length of a partition.

    Attributes:
        hop_samples: the same.
        partitions: how many make a filter.
        taps: length of the filters.
        spectra: float32, shape (partitions, D, 2, 2, bins): partition, filter, ear, real and imaginary, frequency.
    """

    _AT_ONCE = 256

    def __init__(self, filters: Block, hop_samples: int) -> None:
        count, ears, taps = filters.shape
        self.hop_samples = hop_samples
        # A partition of one sample more than a hop still leaves a hop of a frame untouched by the wrap.
        self.partitions = max(1, -(-(taps - 1) // hop_samples))
        self.taps = taps
        bins = hop_samples + 1
        self.spectra = np.empty((self.partitions, count, ears, 2, bins), dtype=np.float32)
        for begin in range(0, count, self._AT_ONCE):
            part = slice(begin, begin + self._AT_ONCE)
            for number in range(self.partitions):
                # The last partition takes the one sample more.
                stop = taps if number == self.partitions - 1 else (number + 1) * hop_samples
                spectra = scipy.fft.rfft(filters[part, :, number * hop_samples : stop], 2 * hop_samples)
                self.spectra[number, part, :, 0] = spectra.real
                self.spectra[number, part, :, 1] = spectra.imag


class Convolver:
    """The running convolution of N signals with filters of a bank.

    Args:
        bank: the filters.
        signals: how many, N.
    """

    def __init__(self, bank: FilterBank, signals: int) -> None:
        hop, bins = bank.hop_samples, bank.hop_samples + 1
        self._bank = bank
        self._accumulate = accumulation()
        self._frame = np.zeros((signals, 2 * hop), dtype=np.float32)
        silence = np.zeros((signals, bins), dtype=np.complex64)
        self._spectra = deque([silence] * bank.partitions, maxlen=bank.partitions)
        self._sums = np.zeros((4, 2, bins), dtype=np.float32)
        self._sum = np.zeros((4, bins), dtype=np.complex64)
        # Signals that are alike add in amplitude, so the two halves of the crossfade sum to 1.
        fade = np.sin(np.pi / 2.0 * (np.arange(hop) + 0.5) / hop) ** 2
        self._fade_in = fade.astype(np.float32)
        self._fade_out = (1.0 - fade).astype(np.float32)
        self._faded = np.zeros((4, hop), dtype=np.float32)
        # Once through, so that compiling makes no block late.
        nowhere, mute = np.zeros(signals, dtype=np.int32), np.zeros(signals, dtype=np.float32)
        self._accumulate(silence, bank.spectra[0], nowhere, nowhere, mute, mute, self._sums)

    def process(
        self, signals: Block, before: Rows, after: Rows, gains_before: Block, gains_after: Block, out: Block
    ) -> None:
        """Add to ``out`` a hop of what the ears hear.

        Args:
            signals: shape (N, hop).
            before: rows of the bank that the signals had until now, shape (N,).
            after: rows that they are to have by the end of the hop.
            gains_before: factors that go with ``before``.
            gains_after: factors that go with ``after``.
            out: shape (hop, 2).
        """
        hop = self._bank.hop_samples
        self._frame[:, :hop] = self._frame[:, hop:]
        self._frame[:, hop:] = signals
        self._spectra.appendleft(scipy.fft.rfft(self._frame, axis=1))
        self._sums[:] = 0.0
        for spectra, bank in zip(self._spectra, self._bank.spectra, strict=True):
            self._accumulate(spectra, bank, before, after, gains_before, gains_after, self._sums)
        self._sum.real = self._sums[:, 0]
        self._sum.imag = self._sums[:, 1]
        heard = scipy.fft.irfft(self._sum, axis=1)[:, hop:]
        # Rows: left and right until now, left and right from now on.
        np.multiply(heard[:2], self._fade_out, out=self._faded[:2])
        np.multiply(heard[2:], self._fade_in, out=self._faded[2:])
        self._faded[:2] += self._faded[2:]
        out += self._faded[:2].T
