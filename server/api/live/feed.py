"""One scene's sources, block by block, for all who listen to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from binaural.extent import spread_directions
from binaural.hrtf import SAMPLE_RATE_HZ
from binaural.levels import Spreading
from protocol.coordinates import polar_from_scene, scene_from_polar
from protocol.track_position import track_position_m
from protocol.wire.sources import SourceState
from server.api.live.voices import Voice

Samples = NDArray[np.float32]

# Room for so many more emitters is made at a time.
_SLOTS = 32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeedBlock:
    """What all emitters of a scene play in a block.

    Attributes:
        kinds: how each spreads, shape (N,).
        signals: float32, shape (N, block).
        positions_m: by the end of the block, shape (N, 3), in scene axes.
        gains: by the end of the block, shape (N,).
        field: what both ears hear of ambience, shape (2, block).
    """

    kinds: tuple[Spreading, ...]
    signals: Samples
    positions_m: NDArray[np.float64]
    gains: NDArray[np.float64]
    field: Samples


@dataclass(slots=True, eq=False)
class _Part:
    """A source as it plays: which emitters are its, and from when on it has been playing what."""

    voice: Voice
    slots: list[int]
    since_s: float | None
    field_gain: float = 0.0
    place: tuple[float, float, float] | None = None


class Feed:
    """Turns sources into blocks.

    Args:
        sources: what the scene has now; asked once a block.
        voice: from a source to its voice, None while there is none.
        block_samples: length of a block.
    """

    def __init__(
        self,
        sources: Callable[[], Iterable[SourceState]],
        voice: Callable[[SourceState], Voice | None],
        *,
        block_samples: int,
    ) -> None:
        self._sources, self._voice, self._block = sources, voice, block_samples
        self._parts: dict[str, _Part] = {}
        self._kinds: list[Spreading] = ["point"] * _SLOTS
        self._used = [False] * _SLOTS
        self._positions_m = np.tile([1.0, 0.0, 0.0], (_SLOTS, 1))
        ramp = (np.arange(block_samples) + 1.0) / block_samples
        self._rising = ramp.astype(np.float32)

    def block(self, begin_s: float) -> FeedBlock:
        """What is played in the block that begins at a server time."""
        signals = np.zeros((len(self._kinds), self._block), dtype=np.float32)
        gains = np.zeros(len(self._kinds))
        field = np.zeros((2, self._block), dtype=np.float32)
        present = [(source, voice) for source in self._sources() if (voice := self._voice(source)) is not None]
        voices = {source.id: voice for source, voice in present}
        leaving = [part for source_id, part in self._parts.items() if voices.get(source_id) is not part.voice]
        self._parts = {key: part for key, part in self._parts.items() if part not in leaving}
        for part in leaving:
            # What goes plays on while its gain glides to 0.
            played = self._from(part.voice, part.since_s, begin_s)
            if part.voice.is_field:
                field += played * ((1.0 - self._rising) * np.float32(part.field_gain))
            else:
                signals[part.slots] = played
        for source, voice in present:
            part = self._part(source, voice)
            if len(self._kinds) > len(gains):
                signals = np.concatenate([signals, np.zeros((len(self._kinds) - len(gains), self._block), np.float32)])
                gains = np.concatenate([gains, np.zeros(len(self._kinds) - len(gains))])
            played = self._played(part, source, begin_s)
            gain = voice.gain(source)
            if voice.is_field:
                # A field has no renderer that would let its gain glide.
                field += played * (part.field_gain + self._rising * np.float32(gain - part.field_gain))
                part.field_gain = gain
                continue
            signals[part.slots] = played
            gains[part.slots] = gain
            self._move(part, source, begin_s + self._block / SAMPLE_RATE_HZ)
        for part in leaving:
            for slot in part.slots:
                self._used[slot] = False
        return FeedBlock(
            kinds=tuple(self._kinds), signals=signals, positions_m=self._positions_m.copy(), gains=gains, field=field
        )

    def _part(self, source: SourceState, voice: Voice) -> _Part:
        part = self._parts.get(source.id)
        if part is None:
            slots = [] if voice.is_field else [self._slot(source.kind) for _ in voice.samples]
            part = self._parts[source.id] = _Part(voice=voice, slots=slots, since_s=source.playing_since_s)
        return part

    def _slot(self, kind: Spreading) -> int:
        """A free place for an emitter, of its kind if there is one."""
        free = [slot for slot, used in enumerate(self._used) if not used]
        alike = [slot for slot in free if self._kinds[slot] == kind]
        if not free:
            free = [len(self._kinds)]
            self._kinds += ["point"] * _SLOTS
            self._used += [False] * _SLOTS
            self._positions_m = np.concatenate([self._positions_m, np.tile([1.0, 0.0, 0.0], (_SLOTS, 1))])
        slot = (alike or free)[0]
        self._used[slot], self._kinds[slot] = True, kind
        return slot

    def _played(self, part: _Part, source: SourceState, begin_s: float) -> Samples:
        """The samples of a block; where playing began anew, what was played fades into what is."""
        before_s, part.since_s = part.since_s, source.playing_since_s
        now = self._from(part.voice, source.playing_since_s, begin_s)
        if before_s == source.playing_since_s or before_s is None or source.playing_since_s is None:
            return now if source.playing_since_s is not None else self._from(part.voice, before_s, begin_s)
        before = self._from(part.voice, before_s, begin_s)
        return before + self._rising * (now - before)

    def _from(self, voice: Voice, since_s: float | None, begin_s: float) -> Samples:
        if since_s is None:
            return np.zeros((len(voice.samples), self._block), dtype=np.float32)
        return voice.played(round((begin_s - since_s) * SAMPLE_RATE_HZ), self._block)

    def _move(self, part: _Part, source: SourceState, end_s: float) -> None:
        azimuth_deg, elevation_deg, distance_m = source.azimuth_deg, source.elevation_deg, source.distance_m or 1.0
        if source.path is not None:
            along = polar_from_scene(track_position_m(source.path, end_s))
            azimuth_deg, elevation_deg, distance_m = (float(one) for one in along)
        place = (azimuth_deg, elevation_deg, distance_m)
        if place == part.place:
            return
        part.place = place
        middle = scene_from_polar(azimuth_deg, elevation_deg)
        directions = middle[None]
        if len(part.slots) > 1:
            directions = spread_directions(middle, source.width_deg, source.height_deg, len(part.slots))
        self._positions_m[part.slots] = distance_m * directions
