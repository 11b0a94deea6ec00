"""A scene for the two ears of a head that moves, rendered in blocks, with Doppler."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from binaural.head_path import HeadPath
from binaural.hrtf.head import TabulatedHead
from binaural.live.renderer import BinauralRenderer
from binaural.mix.positioned_signal import PositionedSignal, Samples, emitter_signals
from binaural.mix.stem import BLOCK_SAMPLES, Blocks, longest_samples, mixed, whole
from binaural.mix.still import binaural_stems
from binaural.propagation.air import SPEED_OF_SOUND_M_S
from protocol.errors import InputError
from protocol.levels import Spreading

_BLOCK = 256
# Sources farther away are as late as from here.
_FARTHEST_M = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Emitter:
    """One direction of a source, with its signal: samples of shape (N,), at a place in metres, shape (3,).

    A loop begins ``start`` samples late, as if it had gone round before.
    """

    kind: Spreading
    samples: Samples
    loop: bool
    start: int
    position_m: NDArray[np.float64]
    gain: float

    def block(self, begin: int) -> Samples:
        """The samples of a block from ``begin`` on, shape (_BLOCK,)."""
        at = np.arange(begin, begin + _BLOCK) - self.start
        if self.loop:
            return self.samples[at % len(self.samples)]
        inside = (at >= 0) & (at < len(self.samples))
        return np.where(inside, self.samples[np.clip(at, 0, len(self.samples) - 1)], np.float32(0.0))


def moving_mix(
    sources: Sequence[PositionedSignal], *, head: TabulatedHead, path: HeadPath, length_samples: int | None = None
) -> Samples:
    """A scene at the ears of a listener who turns and walks.

    Walking changes the pitch of sources (Doppler). While the listener stands at the beginning of the path, every source
    is as early as in :func:`binaural.mix.still.binaural_mix`: sound that takes its time to arrive has set out before.

    Args:
        sources: signals at the sample rate of ``head``, placed around the origin of the path.
        head: the listener's.
        path: how it moves.
        length_samples: of the mix; None for that of the longest signal.

    Returns:
        Float32, shape (N, 2), left and right, on the scale of :func:`binaural.mix.still.binaural_mix`.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    length_samples = longest_samples(sources) if length_samples is None else length_samples
    return whole(moving_blocks(sources, head=head, path=path, length_samples=length_samples)(), 2)


def moving_blocks(
    sources: Sequence[PositionedSignal], *, head: TabulatedHead, path: HeadPath, length_samples: int
) -> Blocks:
    """The blocks of :func:`moving_mix`.

    Args:
        sources: signals at the sample rate of ``head``, placed around the origin of the path.
        head: the listener's.
        path: how it moves.
        length_samples: of the mix.

    Returns:
        A function that makes the blocks, each of shape (n, 2).

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    # A diffuse field is the same at every place and in every pose.
    around = [source for source in sources if source.kind == "ambient"]
    still = mixed(list(binaural_stems(around, head=head)), channels=2, length_samples=length_samples)
    placed = [source for source in sources if source.kind != "ambient"]
    emitters = [emitter for source in placed for emitter in _emitters(source, head.sample_rate_hz)]

    def blocks() -> Iterator[Samples]:
        rendered = _rendered(emitters, head=head, path=path)
        for there, moving in zip(still(), _regrouped(rendered, length_samples), strict=True):
            yield there + moving

    return blocks


def _regrouped(blocks: Iterable[Samples], length_samples: int) -> Iterator[Samples]:
    """The blocks of an endless sound as those of a mix."""
    ready, rest = iter(blocks), np.zeros((0, 2), np.float32)
    for begin in range(0, length_samples, BLOCK_SAMPLES):
        count = min(BLOCK_SAMPLES, length_samples - begin)
        parts = [rest]
        while sum(map(len, parts)) < count:
            parts.append(next(ready))
        joined = np.concatenate(parts)
        yield joined[:count]
        rest = joined[count:]


def _rendered(emitters: Sequence[_Emitter], *, head: TabulatedHead, path: HeadPath) -> Iterator[Samples]:
    """All sources that have a place, endlessly: blocks of shape (n, 2)."""
    places_m = np.array([emitter.position_m for emitter in emitters]).reshape(-1, 3)
    gains = np.array([emitter.gain for emitter in emitters])
    farthest_m = min(path.farthest_m(places_m) + 1.0, _FARTHEST_M)
    # Turning alone changes no pitch, and costs a third without the delays that walking needs.
    renderer = BinauralRenderer(
        head, [emitter.kind for emitter in emitters], block_samples=_BLOCK, doppler=path.walks, farthest_m=farthest_m
    )
    leads = np.zeros(len(emitters), dtype=np.intp)
    if path.walks:
        distances_m = np.linalg.norm(places_m - path.listener(0.0).position_m, axis=1)
        travel_s = np.minimum(distances_m, farthest_m) / SPEED_OF_SOUND_M_S
        leads = np.rint(travel_s * head.sample_rate_hz).astype(np.intp)
    # Rendering starts early enough for the farthest sound to be on its way, and for filters to be filled by loops.
    first = -(1 + -(-int(leads.max(initial=0)) // _BLOCK)) * _BLOCK
    for begin in itertools.count(first, _BLOCK):
        listener = path.listener((begin + _BLOCK) / head.sample_rate_hz)
        played = [emitter.block(begin + lead) for emitter, lead in zip(emitters, leads.tolist(), strict=True)]
        signals = np.array(played, dtype=np.float32).reshape(-1, _BLOCK)
        block = renderer.process(signals, places_m, listener, gains)
        late = renderer.latency_samples - begin
        if begin >= 0 and late < _BLOCK:
            yield block[max(late, 0) :].copy()


def _emitters(source: PositionedSignal, rate_hz: int) -> list[_Emitter]:
    if source.distance_m is None:
        raise InputError("has no distance", where=f"a source of kind {source.kind}", remedy="give its distance")
    directions = source.directions(0.0)
    gain = 10.0 ** (source.gain_at_1m_db / 20.0) / len(directions) ** 0.5
    starts, signals = emitter_signals(source, len(directions), rate_hz)
    return [
        _Emitter(
            kind=source.kind, samples=samples, loop=source.loop, start=start, position_m=source.distance_m * direction,
            gain=gain,
        )
        for direction, start, samples in zip(directions, starts, signals, strict=True)
    ]  # fmt: skip
