"""The gain that brings a programme of any length to a loudness, planned from what meters heard of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from binaural.loudness.limiter import MARGIN_DB, limiting_gain
from binaural.loudness.streaming import (
    BLOCK_S,
    LoudnessMeter,
    TruePeakMeter,
    as_channels,
    cell_samples,
    decibels,
    gated_lufs,
)

Gain = NDArray[np.float64]
Signal = NDArray[np.floating[Any]]


class Heard(NamedTuple):
    """A block of a programme."""

    sound: Signal
    """Whose loudness counts, shape (n, up to 5 channels)."""
    peaking: Signal
    """The channels that stay under the ceiling, shape (n, channels)."""


Programme = Callable[[], Iterable[Heard]]
"""A programme that can be heard from its beginning as often as need be, each time alike."""

# BS.1770: what is quieter than this has no loudness.
_GATE_LUFS = -70.0
# Near enough to the target, and rounds of the search for it.
_CLOSE_LU = 0.005
_ROUNDS = 12


@dataclass(frozen=True, slots=True, eq=False)
class GainCurve:
    """A gain over time.

    Attributes:
        cells: a factor for each cell of time, shape (cells,), joined by a quadratic B-spline; a single one is for all.
        cell: samples of a cell; the last one may be shorter.
        length: samples of the programme.
        circular: whether its end joins its beginning.
    """

    cells: Gain = field(repr=False)
    cell: int
    length: int
    circular: bool

    def factors(self, begin: int, count: int) -> Gain:
        """The factors of so many samples from ``begin`` on, shape (count,)."""
        if len(self.cells) == 1:
            return np.full(count, self.cells[0])
        # In a circle all cells are a little shorter, so that the last one is like the others.
        samples = self.length / len(self.cells) if self.circular else self.cell
        place = (np.arange(begin, begin + count) + 0.5) / samples
        index = place.astype(np.intp)
        beside = place - index - 0.5
        mode: Literal["wrap", "clip"] = "wrap" if self.circular else "clip"
        before, here, after = (np.take(self.cells, index + step, mode=mode) for step in (-1, 0, 1))
        return 0.5 * (0.5 - beside) ** 2 * before + (0.75 - beside**2) * here + 0.5 * (0.5 + beside) ** 2 * after


def levelling_curve(
    programme: Programme,
    *,
    sample_rate_hz: int,
    target_lufs: float,
    ceiling_dbtp: float = -1.0,
    deepest_db: float = np.inf,
    circular: bool = False,
) -> GainCurve:
    """The gain that brings a programme to its loudness with no true peak above the ceiling.

    Where peaks allow, it is one gain, and the programme is heard once. Otherwise a look-ahead limiter reduces the
    peaks, in all channels alike so that nothing moves, at the gain that makes the loudness right; the programme is
    heard a second time, through it. Where a programme is so peaked that this does not do (a single click), the ceiling
    wins and the programme stays quieter.

    Args:
        programme: what is heard.
        sample_rate_hz: of the programme.
        target_lufs: its loudness after the gain.
        ceiling_dbtp: the true peak that no channel exceeds.
        deepest_db: the most that the limiter may take from the highest peak; where that isn't enough, the programme
            stays quieter and keeps its dynamics.
        circular: whether the end joins the beginning, so that the gain goes round too.

    Returns:
        The gain; 1 for silence.
    """
    measured = _measured(programme(), sample_rate_hz)
    cells = _gain_of_cells(
        measured, target_lufs=target_lufs, ceiling_dbtp=ceiling_dbtp, deepest_db=deepest_db, circular=circular
    )
    curve = GainCurve(cells, cell_samples(sample_rate_hz), measured.length, circular)
    if len(cells) == 1:
        return curve
    # Finally the meter decides: down to the ceiling, or up to it where loudness is missing.
    del measured
    limited = _measured(_through(curve, programme()), sample_rate_hz)
    headroom_db = ceiling_dbtp - decibels(limited.peaks.max())
    last_db = min(headroom_db, target_lufs - limited.lufs())
    return replace(curve, cells=cells * 10.0 ** (last_db / 20.0))


def _gain_of_cells(
    measured: _Measured, *, target_lufs: float, ceiling_dbtp: float, deepest_db: float, circular: bool
) -> Gain:
    """The gain of each cell, or one for all where no peak is in the way: shape (cells,) or (1,)."""
    peak_dbtp = decibels(measured.peaks.max(initial=0.0))
    if not np.isfinite(peak_dbtp):
        return np.ones(1)
    # A sound below the gate has no loudness; the level of the gate stands in for it.
    gain_db = target_lufs - measured.lufs()
    if peak_dbtp + gain_db <= ceiling_dbtp:
        return np.array([10.0 ** (gain_db / 20.0)])
    highest_db = ceiling_dbtp - MARGIN_DB - peak_dbtp + deepest_db
    # A gain is a mixture of three cells', and in a circle a cell begins up to one earlier than the meter's.
    peaks = ndimage.maximum_filter1d(measured.peaks.astype(np.float64), 5, mode="wrap" if circular else "nearest")

    cells_hz = measured.sample_rate_hz / cell_samples(measured.sample_rate_hz)

    def cells_at(gain_db: float) -> Gain:
        return limiting_gain(
            peaks, gain_db=gain_db, sample_rate_hz=cells_hz, ceiling_dbtp=ceiling_dbtp, circular=circular
        )

    def missing_lu(gain_db: float) -> float:
        return target_lufs - measured.lufs(cells_at(gain_db))

    return cells_at(_gain_db(missing_lu, first_db=min(gain_db, highest_db), highest_db=highest_db))


def levelling_gain(
    sound: Signal,
    *,
    sample_rate_hz: int,
    target_lufs: float,
    ceiling_dbtp: float = -1.0,
    deepest_db: float = np.inf,
    circular: bool = False,
    peaking: Signal | None = None,
) -> Gain:
    """The gain of :func:`levelling_curve` for a sound that lies in memory.

    Args:
        sound: whose loudness counts, shape (N,) or (N, up to 5 channels), N > 0.
        sample_rate_hz: of the sound.
        target_lufs: its loudness after the gain.
        ceiling_dbtp: the true peak that no channel exceeds.
        deepest_db: the most that the limiter may take from the highest peak.
        circular: whether the end joins the beginning.
        peaking: the channels that stay under the ceiling, if they aren't those of ``sound``: shape (N, channels).

    Returns:
        A factor for every sample, shape (N,); constant where nothing is limited, 1 for silence.
    """
    whole = Heard(as_channels(sound), as_channels(sound if peaking is None else peaking))
    curve = levelling_curve(
        lambda: [whole],
        sample_rate_hz=sample_rate_hz,
        target_lufs=target_lufs,
        ceiling_dbtp=ceiling_dbtp,
        deepest_db=deepest_db,
        circular=circular,
    )
    return curve.factors(0, len(sound))


class _Measured(NamedTuple):
    energies: Gain
    peaks: NDArray[np.float32]
    length: int
    sample_rate_hz: int

    def lufs(self, cells: Gain | None = None) -> float:
        """The loudness, through the gains of cells if given; at least that of the gate."""
        # What is shorter than a gating block was measured over and over.
        energies = self.energies
        if cells is not None:
            energies = np.square(np.resize(cells, len(energies)))
            energies *= self.energies
        return max(gated_lufs(energies, self.sample_rate_hz), _GATE_LUFS)


def _measured(blocks: Iterable[Heard], sample_rate_hz: int) -> _Measured:
    least = round(BLOCK_S * sample_rate_hz)
    loudness: LoudnessMeter | None = None
    peak: TruePeakMeter | None = None
    length, beginning = 0, []
    for block in blocks:
        loudness = loudness or LoudnessMeter(sample_rate_hz, block.sound.shape[1])
        peak = peak or TruePeakMeter(sample_rate_hz, block.peaking.shape[1])
        loudness.add(block.sound)
        peak.add(block.peaking)
        if length < least:
            beginning.append(block.sound)
        length += len(block.sound)
    if loudness is None or peak is None or not length:
        return _Measured(np.zeros(0), np.zeros(0, np.float32), 0, sample_rate_hz)
    if length < least:
        once = np.concatenate(beginning)
        for _ in range(-(-least // length) - 1):
            loudness.add(once)
    return _Measured(loudness.energies(), peak.peaks(), length, sample_rate_hz)


def _through(curve: GainCurve, blocks: Iterable[Heard]) -> Iterator[Heard]:
    begin = 0
    for block in blocks:
        factors = curve.factors(begin, len(block.sound))[:, None]
        yield Heard(block.sound * factors, block.peaking * factors)
        begin += len(block.sound)


def _gain_db(missing_lu: Callable[[float], float], *, first_db: float, highest_db: float) -> float:
    """The gain at which a limited programme lacks no loudness, or the highest one."""
    gain_db, tried = first_db, []
    for _ in range(_ROUNDS):
        short_lu = missing_lu(gain_db)
        if abs(short_lu) < _CLOSE_LU:
            break
        tried.append((gain_db, short_lu))
        # A decibel of gain adds at most one of loudness; where it adds next to nothing, the step is bounded.
        slope = 1.0
        if len(tried) > 1:
            (before_db, before_lu), (now_db, now_lu) = tried[-2:]
            slope = float(np.clip((before_lu - now_lu) / (now_db - before_db), 0.15, 1.0))
        gain_db = min(gain_db + short_lu / slope, highest_db)
        if gain_db == tried[-1][0]:
            break
    return gain_db
