"""Sources as a listener needs them, and how they change."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from protocol.message import WIRE, Message, SceneId, Sender, SourceId, WireMessage
from protocol.scene import (
    MOST_SOURCES,
    AzimuthDeg,
    Clip,
    DistanceM,
    DistanceSigmaM,
    DurationS,
    ElevationDeg,
    Fraction,
    HeightDeg,
    HeightM,
    Kind,
    LevelDbSpl,
    SampleRateHz,
    Sha256,
    Source,
    WidthDeg,
)
from protocol.wire.base import Channels, GainDb, PositionM, Seconds, Word
from protocol.wire.handshake import ServerTimeS

Label = Annotated[str, Field(min_length=1, max_length=128)]
UrlPath = Annotated[str, Field(pattern=r"^/[^\s/\\][^\s\\]*$", max_length=512)]
"""A path on the server that sent it: never a host, so no message sends a client elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SourceKeyframe:
    """Where a moving source is at a time."""

    time_s: Seconds
    """Since the path began."""
    position_m: PositionM


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SourceTrack:
    """A way that a source takes: straight lines between keyframes, at constant speed along each."""

    begins_at_s: ServerTimeS
    keyframes: Annotated[tuple[SourceKeyframe, ...], Field(min_length=2, max_length=256)]
    loop: bool = False
    """Whether it starts again at the last keyframe's time; otherwise the source stays where the path ends."""

    @model_validator(mode="after")
    def _time_goes_on(self) -> Self:
        times = [keyframe.time_s for keyframe in self.keyframes]
        if times[0] != 0:
            raise ValueError("the first keyframe's time_s must be 0")
        if any(later <= earlier for earlier, later in pairwise(times)):
            raise ValueError("each keyframe's time_s must be greater than the one before")
        return self


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class ClipReference:
    """Where a source's sound is."""

    url: UrlPath
    sha256: Sha256
    """Of the lossless clip that the others are encoded from: equal hashes, equal sound."""
    sample_rate_hz: SampleRateHz
    channels: Channels = 1
    duration_s: DurationS
    loop: bool
    """Whether the end joins the beginning without a seam."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SourceState:
    """All that a client needs to play a source."""

    id: SourceId
    label: Label
    kind: Kind
    """How its level falls: −6.02 dB a doubling of distance for point and area, −3.01 for line, 0 for ambient."""
    azimuth_deg: AzimuthDeg
    elevation_deg: ElevationDeg
    distance_m: DistanceM | None
    """None for ambience only."""
    distance_sigma_m: DistanceSigmaM | None = None
    width_deg: WidthDeg = 0.0
    height_deg: HeightDeg = 0.0
    level_db_spl_1m: LevelDbSpl
    gain_db: GainDb = 0.0
    """A listener's trim on top of the level."""
    muted: bool = False
    confidence: Fraction = 1.0
    playing_since_s: ServerTimeS | None = None
    """The server time at which the clip's first sample sounds or sounded; None: it's silent."""
    path: SourceTrack | None = None
    """The way that it takes; the server still tells every move."""
    clip: ClipReference | None = None
    """None while the clip is being made."""

    @model_validator(mode="after")
    def _only_ambience_lacks_a_distance(self) -> Self:
        if self.distance_m is None and self.kind != "ambient":
            raise ValueError(f"a source of kind {self.kind!r} needs a distance_m")
        return self


def clip_reference(clip: Clip, *, url: str) -> ClipReference:
    """What the wire says of a clip that can be had at a URL."""
    return ClipReference(
        url=url,
        sha256=clip.sha256,
        sample_rate_hz=clip.sample_rate_hz,
        duration_s=clip.duration_s,
        loop=clip.loop,
    )


def source_state(source: Source, *, clip_url: str | None) -> SourceState:
    """What the wire says of a scene's source, silent and unmoved.

    Args:
        source: as it lies on disk.
        clip_url: where its clip can be had; None where it has none yet.
    """
    clip = source.clip
    return SourceState(
        id=source.id,
        label=source.label,
        kind=source.kind,
        azimuth_deg=source.azimuth_deg,
        elevation_deg=source.elevation_deg,
        distance_m=source.distance_m,
        distance_sigma_m=source.distance_sigma_m,
        width_deg=source.width_deg,
        height_deg=source.height_deg,
        level_db_spl_1m=source.level_db_spl_1m,
        confidence=source.confidence,
        clip=None if clip is None or clip_url is None else clip_reference(clip, url=clip_url),
    )


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SourceAdded(WireMessage):
    """A source is new in the scene; a client that knows it takes it for an update."""

    sender: ClassVar[Sender] = "server"
    # The newest whole state of a source.
    key_template: ClassVar[str | None] = "scene/{scene_id}/source/{source.id}/added"
    # It tells everything about the source.
    culls_template: ClassVar[str | None] = "scene/{scene_id}/source/{source.id}/change/"

    type: Literal["source_added"] = "source_added"
    scene_id: SceneId
    source: SourceState


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SourceUpdated(WireMessage):
    """Anything about a source has changed; this is all of it."""

    sender: ClassVar[Sender] = "server"
    # The newest whole state of a source.
    key_template: ClassVar[str | None] = "scene/{scene_id}/source/{source.id}/change/updated"
    # It tells where the source is, too.
    culls_template: ClassVar[str | None] = "scene/{scene_id}/source/{source.id}/change/"

    type: Literal["source_updated"] = "source_updated"
    scene_id: SceneId
    source: SourceState


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SourceMove:
    """Where a source is now."""

    source_id: SourceId
    azimuth_deg: AzimuthDeg
    elevation_deg: ElevationDeg
    distance_m: DistanceM


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SourceMoved(WireMessage):
    """Where sources of one scene are at a time, and nothing else about them; each at most once."""

    sender: ClassVar[Sender] = "server"
    # Moves of a scene are told together.
    key_template: ClassVar[str | None] = "scene/{scene_id}/moves"

    type: Literal["source_moved"] = "source_moved"
    scene_id: SceneId
    at_s: ServerTimeS
    moves: Annotated[tuple[SourceMove, ...], Field(min_length=1, max_length=MOST_SOURCES)]

    def absorbing(self, older: Message) -> SourceMoved:
        """These moves, and those of an older message whose sources aren't among them."""
        if not isinstance(older, SourceMoved):
            return self
        newest = {move.source_id: move for move in (*older.moves, *self.moves)}
        return self if len(newest) == len(self.moves) else replace(self, moves=tuple(newest.values()))

    def without(self, keys: str) -> SourceMoved | None:
        """The moves of sources whose changes' keys don't begin so; None where none are left."""
        kept = tuple(
            move for move in self.moves if not f"scene/{self.scene_id}/source/{move.source_id}/change/".startswith(keys)
        )
        if len(kept) == len(self.moves):
            return self
        return replace(self, moves=kept) if kept else None


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SceneSnapshot(WireMessage):
    """All of a scene at once: what a client knew of it before, progress and listeners included, is void."""

    sender: ClassVar[Sender] = "server"
    # The newest picture of the whole.
    key_template: ClassVar[str | None] = "scene/{scene_id}/snapshot"
    # It includes every earlier change; progress and listeners are told anew after it.
    culls_template: ClassVar[str | None] = "scene/{scene_id}/"

    type: Literal["scene_snapshot"] = "scene_snapshot"
    scene_id: SceneId
    at_s: ServerTimeS
    complete: bool
    """False while the scene is being made."""
    camera_height_m: HeightM
    """How high above the ground the origin is."""
    heading_deg: Annotated[float, Field(ge=0, lt=360)] | None = None
    """Compass heading of azimuth 0, clockwise from north, where it's known."""
    setting: Word = "unknown"
    """outdoor, covered, indoor, unknown, or one that's newer."""
    image_url: UrlPath | None = None
    sources: Annotated[tuple[SourceState, ...], Field(max_length=MOST_SOURCES)]
