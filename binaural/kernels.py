"""The inner loops, compiled by numba where that is installed, and in NumPy where it isn't; both give the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int32]
Accumulate = Callable[[NDArray[np.complex64], int, Floats, Rows, Rows, Floats, Floats, Floats], None]


def accumulate_in_numpy(
    spectra: NDArray[np.complex64],
    newest: int,
    bank: Floats,
    before: Rows,
    after: Rows,
    gains_before: Floats,
    gains_after: Floats,
    sums: Floats,
) -> None:
    """Sum the products of signals and filters over all signals and partitions.

    Args:
        spectra: of the latest blocks of each signal, a ring: shape (P, N, bins).
        newest: where the ring's newest blocks are.
        bank: filters, shape (D, 2, P, 2, bins).
        before: rows of the bank, shape (N,).
        after: rows of the bank, shape (N,).
        gains_before: shape (N,).
        gains_after: shape (N,).
        sums: filled: shape (4, 2, bins): both ears through ``before``, both through ``after``; real and imaginary.
    """
    partitions = len(spectra)
    sums[:] = 0.0
    for number in range(partitions):
        block = spectra[(newest + number) % partitions]
        for first, rows, gains in ((0, before, gains_before), (2, after, gains_after)):
            signal = block * gains[:, None]
            real, imaginary = bank[rows, :, number, 0], bank[rows, :, number, 1]
            total = np.einsum("nk,nek->ek", signal, real + np.complex64(1j) * imaginary)
            sums[first : first + 2, 0] += total.real
            sums[first : first + 2, 1] += total.imag


def _compiled() -> Accumulate:
    """The same loop in machine code.

    Filters that didn't change are multiplied once: only their gains differ. Real and imaginary parts lie apart so that
    several frequencies go through one instruction.
    """
    import numba

    @numba.njit(cache=True, fastmath=True, nogil=True)  # type: ignore[untyped-decorator]
    def accumulate(
        spectra: Any,
        newest: int,
        bank: Any,
        before: Any,
        after: Any,
        gains_before: Any,
        gains_after: Any,
        sums: Any,
    ) -> None:
        partitions, signals, bins = spectra.shape
        real = np.empty(bins, np.float32)
        imag = np.empty(bins, np.float32)
        sums[:] = np.float32(0.0)
        for number in range(partitions):
            place = (newest + number) % partitions
            for signal in range(signals):
                block = spectra[place, signal]
                for k in range(bins):
                    real[k] = block[k].real
                    imag[k] = block[k].imag
                old, new = before[signal], after[signal]
                old_gain, new_gain = gains_before[signal], gains_after[signal]
                for ear in range(2):
                    h = bank[new, ear, number]
                    if old == new:
                        for k in range(bins):
                            re = real[k] * h[0, k] - imag[k] * h[1, k]
                            im = real[k] * h[1, k] + imag[k] * h[0, k]
                            sums[ear, 0, k] += old_gain * re
                            sums[ear, 1, k] += old_gain * im
                            sums[ear + 2, 0, k] += new_gain * re
                            sums[ear + 2, 1, k] += new_gain * im
                    else:
                        g = bank[old, ear, number]
                        for k in range(bins):
                            sums[ear, 0, k] += old_gain * (real[k] * g[0, k] - imag[k] * g[1, k])
                            sums[ear, 1, k] += old_gain * (real[k] * g[1, k] + imag[k] * g[0, k])
                            sums[ear + 2, 0, k] += new_gain * (real[k] * h[0, k] - imag[k] * h[1, k])
                            sums[ear + 2, 1, k] += new_gain * (real[k] * h[1, k] + imag[k] * h[0, k])

    compiled: Accumulate = accumulate
    return compiled


def _chosen() -> Accumulate:
    """What numba compiles, if it is there."""
    try:
        return _compiled()
    except ImportError:
        return accumulate_in_numpy


accumulate = _chosen()
