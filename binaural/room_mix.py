"""What a place adds to a still scene: echoes and reverberation of every source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from binaural.head import Head
from binaural.listener import Listener
from binaural.mix import PositionedSignal, Samples, mixed
from binaural.room import room_response
from binaural.space import Space
from protocol.coordinates import scene_from_polar

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _TurnedHead:
    """A head that is asked for directions of the scene."""

    head: Head
    to_head: Array

    @property
    def sample_rate_hz(self) -> int:
        return self.head.sample_rate_hz

    @property
    def taps(self) -> int:
        return self.head.taps

    def filters(self, directions: Array) -> NDArray[np.float32]:
        return self.head.filters(directions @ self.to_head)

    def delays_samples(self, directions: Array) -> NDArray[np.float64]:
        return self.head.delays_samples(directions @ self.to_head)


def room_mix(
    sources: Sequence[PositionedSignal],
    *,
    head: Head,
    space: Space,
    yaw_deg: float = 0.0,
    length_samples: int | None = None,
) -> Samples:
    """The indirect sound of a scene, to be added to :func:`binaural.mix.binaural_mix` of the same arguments.

    Wide sources are reflected from their middle. Ambience is left out: it has the place in it already.

    Args:
        sources: signals at the sample rate of ``head``.
        head: the listener's.
        space: the place.
        yaw_deg: how far the head is turned, positive to the left.
        length_samples: of the mix; None for that of the longest signal.

    Returns:
        float32, shape (N, 2), left and right, on the scale of the direct sound.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    if length_samples is None:
        length_samples = max((len(source.samples) for source in sources), default=0)
    turned = _TurnedHead(head, Listener.turned(yaw_deg).rotation)
    total: Samples = np.zeros((length_samples, 2), dtype=np.float32)
    for number, source in enumerate(sources):
        if source.kind == "ambient" or source.distance_m is None:
            continue
        place_m = source.distance_m * scene_from_polar(source.azimuth_deg, source.elevation_deg)
        response = room_response(turned, space, place_m, seed=number)[None].astype(np.float32)

        def echoes(_source: PositionedSignal, response: Samples = response) -> Samples:
            return response

        total += mixed([source], responses=echoes, rate_hz=head.sample_rate_hz, length_samples=length_samples)
    return total
