"""A scene for the two ears of a head that moves, rendered in blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from binaural.head import TabulatedHead
from binaural.head_path import HeadPath
from binaural.levels import Spreading
from binaural.mix import PositionedSignal, Samples, binaural_mix, emitted
from binaural.renderer import BinauralRenderer
from protocol.errors import InputError

_BLOCK = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Emitter:
    """One direction of a source, with what it plays."""

    kind: Spreading
    samples: Samples
    loop: bool
    position_m: NDArray[np.float64]
    gain: float

    def block(self, begin: int) -> Samples:
        """Samples from ``begin`` on."""
        at = np.arange(begin, begin + _BLOCK)
        if self.loop:
            return self.samples[at % len(self.samples)]
        inside = (at >= 0) & (at < len(self.samples))
        return np.where(inside, self.samples[np.clip(at, 0, len(self.samples) - 1)], np.float32(0.0))


def moving_mix(
    sources: Sequence[PositionedSignal], *, head: TabulatedHead, path: HeadPath, length_samples: int | None = None
) -> Samples:
    """What the ears of a listener hear who turns and walks.

    Args:
        sources: signals at the sample rate of ``head``, placed around where the path begins to count.
        head: the listener's.
        path: how it moves.
        length_samples: of the mix; None for that of the longest signal.

    Returns:
        float32, shape (N, 2), left and right, on the scale of :func:`binaural.mix.binaural_mix`.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    if length_samples is None:
        length_samples = max((len(source.samples) for source in sources), default=0)
    # A diffuse field is the same wherever one stands and whichever way one looks.
    around = [source for source in sources if source.kind == "ambient"]
    still = binaural_mix(around, head=head, length_samples=length_samples)
    placed = [source for source in sources if source.kind != "ambient"]
    return still + _placed_mix(placed, head=head, path=path, length_samples=length_samples)


def _placed_mix(
    sources: Sequence[PositionedSignal], *, head: TabulatedHead, path: HeadPath, length_samples: int
) -> Samples:
    emitters = [emitter for source in sources for emitter in _emitters(source, head.sample_rate_hz)]
    renderer = BinauralRenderer(head, [emitter.kind for emitter in emitters], block_samples=_BLOCK)
    places_m = np.array([emitter.position_m for emitter in emitters]).reshape(-1, 3)
    gains = np.array([emitter.gain for emitter in emitters])
    late = renderer.latency_samples
    mix = np.zeros((-(-(length_samples + late) // _BLOCK) * _BLOCK, 2), dtype=np.float32)
    # One block ahead of the beginning, loops are already heard.
    for begin in range(-_BLOCK, len(mix), _BLOCK):
        listener = path.listener((begin + _BLOCK) / head.sample_rate_hz)
        signals = np.array([emitter.block(begin) for emitter in emitters], dtype=np.float32).reshape(-1, _BLOCK)
        heard = renderer.process(signals, places_m, listener, gains)
        if begin >= 0:
            mix[begin : begin + _BLOCK] = heard
    return mix[late : late + length_samples]


def _emitters(source: PositionedSignal, rate_hz: int) -> list[_Emitter]:
    if source.distance_m is None:
        raise InputError("has no distance", where=f"a source of kind {source.kind}", remedy="give its distance")
    directions = source.directions(0.0)
    gain = 10.0 ** (source.gain_at_1m_db / 20.0) / len(directions) ** 0.5
    return [
        _Emitter(
            kind=source.kind, samples=samples, loop=source.loop, position_m=source.distance_m * direction, gain=gain
        )
        for direction, samples in zip(directions, emitted(source, len(directions), rate_hz), strict=True)
    ]
