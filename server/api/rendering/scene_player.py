"""Plays one scene's sources block by block, for all of its listeners at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.mix.extent import spread_directions
from protocol.coordinates import polar_from_scene, scene_from_polar
from protocol.levels import Spreading
from protocol.wire.sources import SourceState
from protocol.wire.tracks import track_position_m
from server.api.rendering.loaded_clips import LoadedClip

Samples = NDArray[np.float32]

_LOG = logging.getLogger("sonorama.live")

# Emitters come in groups of this many: renderers are built anew only when another group is needed.
_SLOTS = 32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SceneBlock:
    """What the N emitters of a scene play in a block of B samples.

    Attributes:
        kinds: how the sound of each emitter spreads, N of them.
        signals: float32, shape (N, B).
        positions_m: at the end of the block, shape (N, 3), in scene axes.
        gains: at the end of the block, shape (N,).
        field: what the left and right ear hear of ambience, shape (2, B).
    """

    kinds: tuple[Spreading, ...]
    signals: Samples
    positions_m: NDArray[np.float64]
    gains: NDArray[np.float64]
    field: Samples


@dataclass(slots=True, eq=False)
class _PlayingSource:
    """A source as it plays: its clip and emitters, since when it plays, and its last gain and place."""

    clip: LoadedClip
    slots: list[int]
    since_s: float | None
    field_gain: float = 0.0
    polar: tuple[float, float, float] | None = None
    """Azimuth and elevation in degrees, distance in metres."""


class ScenePlayer:
    """Turns the sources of a scene into blocks.

    Args:
        sources: returns the sources that the scene has now; called once a block.
        clip_of: returns a source's clip, None while there is none.
        block_samples: the length of a block.
        on_fault: called with a source that can't be played, and is left out.
    """

    def __init__(
        self,
        sources: Callable[[], Iterable[SourceState]],
        clip_of: Callable[[SourceState], LoadedClip | None],
        *,
        block_samples: int,
        on_fault: Callable[[SourceState], None] = lambda _: None,
    ) -> None:
        self._on_fault = on_fault
        self._sources, self._clip_of, self._block = sources, clip_of, block_samples
        self._playing: dict[str, _PlayingSource] = {}
        self._faulty: dict[str, LoadedClip] = {}
        """What can't be played, by its source; another clip is tried again."""
        self._kinds: list[Spreading] = ["point"] * _SLOTS
        self._used = [False] * _SLOTS
        self._positions_m = np.tile([1.0, 0.0, 0.0], (_SLOTS, 1))
        ramp = (np.arange(block_samples) + 1.0) / block_samples
        self._rising = ramp.astype(np.float32)

    def play_block(self, begin_s: float) -> SceneBlock:
        """Play the next block; ``begin_s`` is the server time at which it begins."""
        signals = np.zeros((len(self._kinds), self._block), dtype=np.float32)
        gains = np.zeros(len(self._kinds))
        field = np.zeros((2, self._block), dtype=np.float32)
        present = [
            (source, clip)
            for source in self._sources()
            if (clip := self._clip_of(source)) is not None and self._faulty.get(source.id) is not clip
        ]
        clips = {source.id: clip for source, clip in present}
        leaving = [playing for source_id, playing in self._playing.items() if clips.get(source_id) is not playing.clip]
        self._playing = {key: playing for key, playing in self._playing.items() if playing not in leaving}
        for playing in leaving:
            # A source that leaves plays on while its gain glides to 0.
            samples = self._samples(playing.clip, playing.since_s, begin_s)
            if playing.clip.is_field:
                field += samples * ((1.0 - self._rising) * np.float32(playing.field_gain))
            else:
                signals[playing.slots] = samples
        for source, clip in present:
            playing = self._playing_source(source, clip)
            if len(self._kinds) > len(gains):
                signals = np.concatenate([signals, np.zeros((len(self._kinds) - len(gains), self._block), np.float32)])
                gains = np.concatenate([gains, np.zeros(len(self._kinds) - len(gains))])
            try:
                samples = self._play(playing, source, begin_s)
                gain = clip.gain(source)
                if not clip.is_field:
                    self._move(playing, source, begin_s + self._block / SAMPLE_RATE_HZ)
            except Exception:
                # One source that can't be played must not silence the others.
                _LOG.exception("a source can't be played", extra={"fields": {"source": source.id}})
                self._faulty[source.id] = clip
                self._on_fault(source)
                leaving.append(self._playing.pop(source.id))
                continue
            if clip.is_field:
                # A field has no renderer that would let its gain glide.
                field += samples * (playing.field_gain + self._rising * np.float32(gain - playing.field_gain))
                playing.field_gain = gain
                continue
            signals[playing.slots] = samples
            gains[playing.slots] = gain
        for playing in leaving:
            for slot in playing.slots:
                self._used[slot] = False
        return SceneBlock(
            kinds=tuple(self._kinds), signals=signals, positions_m=self._positions_m.copy(), gains=gains, field=field
        )

    def _playing_source(self, source: SourceState, clip: LoadedClip) -> _PlayingSource:
        """What is known of a source that plays; one that begins to play takes its emitters."""
        playing = self._playing.get(source.id)
        if playing is None:
            slots = [] if clip.is_field else [self._take_slot(source.kind) for _ in range(clip.channels)]
            playing = _PlayingSource(clip=clip, slots=slots, since_s=source.playing_since_s)
            self._playing[source.id] = playing
        return playing

    def _take_slot(self, kind: Spreading) -> int:
        """Take a free emitter, if possible one that spreads its sound so already."""
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

    def _play(self, playing: _PlayingSource, source: SourceState, begin_s: float) -> Samples:
        """The samples of a block, shape (K, B); if playing was started anew, the old position fades into the new."""
        before_s, playing.since_s = playing.since_s, source.playing_since_s
        now = self._samples(playing.clip, source.playing_since_s, begin_s)
        if before_s == source.playing_since_s or before_s is None or source.playing_since_s is None:
            return now if source.playing_since_s is not None else self._samples(playing.clip, before_s, begin_s)
        before = self._samples(playing.clip, before_s, begin_s)
        return before + self._rising * (now - before)

    def _samples(self, clip: LoadedClip, since_s: float | None, begin_s: float) -> Samples:
        """A clip's samples in the block that begins at ``begin_s``, shape (K, B), if it plays since ``since_s``."""
        if since_s is None:
            return np.zeros((clip.channels, self._block), dtype=np.float32)
        return clip.samples_from(round((begin_s - since_s) * SAMPLE_RATE_HZ), self._block)

    def _move(self, playing: _PlayingSource, source: SourceState, end_s: float) -> None:
        """Put a source's emitters where the source is at the end of the block."""
        azimuth_deg, elevation_deg, distance_m = source.azimuth_deg, source.elevation_deg, source.distance_m or 1.0
        if source.path is not None:
            along = polar_from_scene(track_position_m(source.path, end_s))
            azimuth_deg, elevation_deg, distance_m = (float(value) for value in along)
        polar = (azimuth_deg, elevation_deg, distance_m)
        if polar == playing.polar:
            return
        playing.polar = polar
        middle = scene_from_polar(azimuth_deg, elevation_deg)
        directions = middle[None]
        if len(playing.slots) > 1:
            directions = spread_directions(middle, source.width_deg, source.height_deg, len(playing.slots))
        self._positions_m[playing.slots] = distance_m * directions
