"""Meters for a signal that comes in blocks, however long it is: loudness and true peak (ITU-R BS.1770-5).

Both keep one number for each *cell* of a millisecond or a little less: 14 MB for an hour. From these a limiter can be
planned, and the loudness that it leaves, without hearing the signal again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

Array = NDArray[np.float64]
Signal = NDArray[np.floating[Any]]

BLOCK_S = 0.4
"""BS.1770-5 Annex 1: gating blocks of 400 ms, which overlap by 75 %."""

_HOPS_A_BLOCK = 4
_ABSOLUTE_GATE_LUFS, _RELATIVE_GATE_LU = -70.0, -10.0
# BS.1770-5 Annex 1: left, right, centre, left surround, right surround.
_WEIGHTS = np.array([1.0, 1.0, 1.0, 1.41, 1.41])
# The analogue prototypes of the two biquads that BS.1770-5 prints for 48 kHz (De Man 2014, "Evaluation of
# implementations of the EBU R128 loudness measurement", AES Convention 137): gain, quality, frequency.
_SHELF = (3.99984385397, 0.7071752369554193, 1681.9744509555319)
_HIGH_PASS = (0.0, 0.5003270373253953, 38.13547087613982)
# BS.1770-5 Annex 2 asks for at least 192 kHz; it then reads at most 0.7 dB low, at the very edge of the band.
_OVERSAMPLING = 4


def cell_samples(sample_rate_hz: int) -> int:
    """The samples of a cell: a millisecond, or as much less as makes a gating hop a whole number of cells.

    >>> cell_samples(48_000), cell_samples(44_100)
    (48, 42)
    """
    hop = _hop_samples(sample_rate_hz)
    return next(size for size in range(sample_rate_hz // 1000, 0, -1) if hop % size == 0)


class LoudnessMeter:
    """The energy of each cell of a signal, weighted as BS.1770 hears.

    Args:
        sample_rate_hz: of the signal.
        channels: one to five, in the order of BS.1770.
    """

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        # Imported late: it brings all of scipy.signal, which takes longer than most measurements.
        from pyloudnorm import IIRfilter

        stages = [
            IIRfilter(*numbers, sample_rate_hz, kind)
            for numbers, kind in ((_SHELF, "high_shelf_DeMan"), (_HIGH_PASS, "high_pass_DeMan"))
        ]
        self._sections = np.array([[*stage.b, *stage.a] for stage in stages])
        self._state = np.zeros((len(stages), channels, 2))
        self._cell = cell_samples(sample_rate_hz)
        self._rest = np.zeros(0)
        self._energies: list[Array] = []

    def add(self, block: Signal) -> None:
        """Hear a block, shape (n, channels)."""
        from scipy.signal import sosfilt

        if not len(block):
            return
        filtered, self._state = sosfilt(self._sections, block.T.astype(np.float64), axis=1, zi=self._state)
        powers = np.concatenate([self._rest, _WEIGHTS[: len(filtered)] @ filtered**2])
        whole = len(powers) // self._cell * self._cell
        self._energies.append(powers[:whole].reshape(-1, self._cell).sum(axis=1))
        self._rest = powers[whole:]

    def energies(self) -> Array:
        """The energy of each cell so far, shape (cells,); the last cell may be a part of one."""
        return np.concatenate([*self._energies, [self._rest.sum()]] if len(self._rest) else [*self._energies, []])


def gated_lufs(energies: Array, sample_rate_hz: int) -> float:
    """The loudness of a signal from the energies of its cells; a gating block that isn't whole doesn't count.

    Args:
        energies: of :class:`LoudnessMeter`, shape (cells,).
        sample_rate_hz: of the signal.

    Returns:
        Loudness in LUFS; −infinity where no block is above the absolute gate.
    """
    hop = _hop_samples(sample_rate_hz)
    cells = hop // cell_samples(sample_rate_hz)
    hops = energies[: len(energies) // cells * cells].reshape(-1, cells).sum(axis=1)
    if len(hops) < _HOPS_A_BLOCK:
        return -np.inf
    sums = np.lib.stride_tricks.sliding_window_view(hops, _HOPS_A_BLOCK).sum(axis=1)
    powers = sums / (_HOPS_A_BLOCK * hop)
    powers = powers[powers > _power(_ABSOLUTE_GATE_LUFS)]
    if not len(powers):
        return -np.inf
    powers = powers[powers > powers.mean() * 10.0 ** (_RELATIVE_GATE_LU / 10.0)]
    return -0.691 + 10.0 * float(np.log10(powers.mean()))


class TruePeakMeter:
    """The true peak of each cell of a signal, over all channels.

    Args:
        sample_rate_hz: of the signal.
        channels: one or more.
    """

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        rate_hz = _OVERSAMPLING * sample_rate_hz
        self._stream = soxr.ResampleStream(sample_rate_hz, rate_hz, channels, dtype="float32", quality="HQ")
        self._channels = channels
        self._between = _CellPeaks(_OVERSAMPLING * cell_samples(sample_rate_hz))
        self._on = _CellPeaks(cell_samples(sample_rate_hz))

    def add(self, block: Signal) -> None:
        """Hear a block, shape (n, channels)."""
        samples = np.ascontiguousarray(block, dtype=np.float32)
        self._on.add(samples)
        self._between.add(self._stream.resample_chunk(samples))

    def peaks(self) -> NDArray[np.float32]:
        """The highest absolute value in each cell, shape (cells,). The signal is over then."""
        self._between.add(self._stream.resample_chunk(np.zeros((0, self._channels), np.float32), last=True))
        on, between = self._on.peaks(), self._between.peaks()
        # The resampler may give a few samples less or more at the end.
        between = np.pad(between[: len(on)], (0, max(0, len(on) - len(between))))
        return np.maximum(on, between)


class _CellPeaks:
    def __init__(self, size: int) -> None:
        self._size = size
        self._rest = np.zeros(0, np.float32)
        self._peaks: list[NDArray[np.float32]] = []

    def add(self, block: NDArray[np.float32]) -> None:
        highest = np.concatenate([self._rest, np.abs(block).max(axis=1, initial=0.0)])
        whole = len(highest) // self._size * self._size
        self._peaks.append(highest[:whole].reshape(-1, self._size).max(axis=1))
        self._rest = highest[whole:]

    def peaks(self) -> NDArray[np.float32]:
        rest = [self._rest.max(keepdims=True)] if len(self._rest) else []
        return np.concatenate([*self._peaks, *rest]) if self._peaks or rest else np.zeros(0, np.float32)


def as_channels(signal: Signal) -> Signal:
    """A signal (N,) or (N, channels) in the shape (N, channels)."""
    return signal[:, None] if signal.ndim == 1 else signal


def decibels(amplitude: float) -> float:
    """20 log₁₀ of an amplitude; −infinity for 0."""
    return 20.0 * float(np.log10(amplitude)) if amplitude > 0.0 else -np.inf


def _hop_samples(sample_rate_hz: int) -> int:
    return round(BLOCK_S / _HOPS_A_BLOCK * sample_rate_hz)


def _power(lufs: float) -> float:
    return float(10.0 ** ((lufs + 0.691) / 10.0))
