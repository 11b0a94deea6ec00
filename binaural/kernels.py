"""The inner loop, compiled by numba where that is installed and in NumPy where it isn't; both give the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int32]
Accumulate = Callable[[NDArray[np.complex64], Floats, Rows, Rows, Floats, Floats, Floats], None]


def accumulate_in_numpy(
    spectra: NDArray[np.complex64],
    bank: Floats,
    before: Rows,
    after: Rows,
    gains_before: Floats,
    gains_after: Floats,
    sums: Floats,
) -> None:
    """Add the products of signals and filters, summed over all signals.

    Args:
        spectra: of a block of each signal, shape (N, bins).
        bank: spectra of filters, shape (D, 2, 2, bins): filter, ear, real and imaginary part, frequency.
        before: rows of the bank, shape (N,).
        after: rows of the bank, shape (N,).
        gains_before: shape (N,).
        gains_after: shape (N,).
        sums: added to, shape (4, 2, bins): both ears through ``before``, both through ``after``; real and imaginary.
    """
    for first, rows, gains in ((0, before, gains_before), (2, after, gains_after)):
        real, imaginary = bank[rows, :, 0], bank[rows, :, 1]
        total = np.einsum("nk,nek->ek", spectra * gains[:, None], real + np.complex64(1j) * imaginary)
        sums[first : first + 2, 0] += total.real
        sums[first : first + 2, 1] += total.imag


def _compiled() -> Accumulate:
    """The same loop in machine code: parts lie apart, so that several frequencies go through one instruction."""
    import numba

    @numba.njit(cache=True, fastmath=True, nogil=True)
    def accumulate(
        spectra: Any, bank: Any, before: Any, after: Any, gains_before: Any, gains_after: Any, sums: Any
    ) -> None:
        signals, bins = spectra.shape
        real = np.empty(bins, np.float32)
        imag = np.empty(bins, np.float32)
        for signal in range(signals):
            block = spectra[signal]
            for k in range(bins):
                real[k] = block[k].real
                imag[k] = block[k].imag
            for half in range(2):
                row = before[signal] if half == 0 else after[signal]
                gain = gains_before[signal] if half == 0 else gains_after[signal]
                for ear in range(2):
                    re, im = bank[row, ear, 0], bank[row, ear, 1]
                    sum_re, sum_im = sums[2 * half + ear, 0], sums[2 * half + ear, 1]
                    for k in range(bins):
                        sum_re[k] += gain * (real[k] * re[k] - imag[k] * im[k])
                        sum_im[k] += gain * (real[k] * im[k] + imag[k] * re[k])

    compiled: Accumulate = accumulate
    return compiled


@cache
def accumulation() -> Accumulate:
    """The loop that numba compiles, if it is there; asked for when a renderer is made, since compiling takes time."""
    try:
        return _compiled()
    except ImportError:
        return accumulate_in_numpy
