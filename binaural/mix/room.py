"""The indirect sound of a still scene: early reflections and late reverberation of every source in a room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.head import Head
from binaural.listener import Listener
from binaural.mix.positioned_signal import PositionedSignal, Samples
from binaural.mix.stem import Stem, longest_samples, mixed, whole
from binaural.mix.still import filtered_stem
from binaural.room.impulse_response import room_response
from binaural.room.shoebox import ShoeboxRoom
from protocol.coordinates import scene_from_polar

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _TurnedHead:
    """A head that takes directions in scene axes, shape (N, 3)."""

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
    room: ShoeboxRoom,
    yaw_deg: float = 0.0,
    length_samples: int | None = None,
) -> Samples:
    """The indirect sound of a scene, to be added to :func:`binaural.mix.still.binaural_mix` of the same arguments.

    Wide sources are reflected from their middle. Ambience is left out: its recording has the place in it already.

    Args:
        sources: signals at the sample rate of ``head``.
        head: the listener's.
        room: the place.
        yaw_deg: how far the head is turned, positive to the left.
        length_samples: of the mix; None for that of the longest signal.

    Returns:
        float32, shape (N, 2), left and right, on the scale of the direct sound.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    length_samples = longest_samples(sources) if length_samples is None else length_samples
    stems = [stem for stem in room_stems(sources, head=head, room=room, yaw_deg=yaw_deg) if stem]
    return whole(mixed(stems, channels=2, length_samples=length_samples)(), 2)


def room_stems(
    sources: Sequence[PositionedSignal], *, head: Head, room: ShoeboxRoom, yaw_deg: float = 0.0
) -> Iterator[Stem | None]:
    """The indirect sound of each source of a scene, left and right.

    Args:
        sources: signals at the sample rate of ``head``.
        head: the listener's.
        room: the place.
        yaw_deg: how far the head is turned, positive to the left.

    Yields:
        A stem for each source, in order; None for ambience.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    turned = _TurnedHead(head, Listener.turned(yaw_deg).rotation)
    for number, source in enumerate(sources):
        if source.kind == "ambient" or source.distance_m is None:
            yield None
            continue
        place_m = source.distance_m * scene_from_polar(source.azimuth_deg, source.elevation_deg)
        response = room_response(turned, room, place_m, seed=number)
        yield filtered_stem(source, response[None], head.sample_rate_hz)
