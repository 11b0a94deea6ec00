"""What a client may ask of a scene. What comes of it reaches everybody as ``source_updated``."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from protocol.message import WIRE, SceneId, Sender, SourceId, WireMessage
from protocol.scene import AzimuthDeg, DistanceM, ElevationDeg, LevelDbSpl
from protocol.wire.base import GainDb
from protocol.wire.handshake import ServerTimeS
from protocol.wire.sources import Label, SourceTrack


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Play(WireMessage):
    """Let a source, or the whole scene, sound from its clip's beginning."""

    sender: ClassVar[Sender] = "client"
    is_command: ClassVar[bool] = True

    type: Literal["play"] = "play"
    scene_id: SceneId
    source_id: SourceId | None = None
    """None: every source."""
    at_s: ServerTimeS | None = None
    """The server time at which the first sample sounds; None: as soon as may be."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Stop(WireMessage):
    """Let a source, or the whole scene, fall silent."""

    sender: ClassVar[Sender] = "client"
    is_command: ClassVar[bool] = True

    type: Literal["stop"] = "stop"
    scene_id: SceneId
    source_id: SourceId | None = None
    """None: every source."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Mute(WireMessage):
    """Make a source inaudible, or audible again, while its clip goes on."""

    sender: ClassVar[Sender] = "client"
    is_command: ClassVar[bool] = True

    type: Literal["mute"] = "mute"
    scene_id: SceneId
    source_id: SourceId
    muted: bool
    keep: bool = False
    """Also in the scene's file."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SetSource(WireMessage):
    """Change a source: whatever is null stays as it is."""

    sender: ClassVar[Sender] = "client"
    is_command: ClassVar[bool] = True

    type: Literal["set_source"] = "set_source"
    scene_id: SceneId
    source_id: SourceId
    label: Label | None = None
    azimuth_deg: AzimuthDeg | None = None
    elevation_deg: ElevationDeg | None = None
    distance_m: DistanceM | None = None
    level_db_spl_1m: LevelDbSpl | None = None
    gain_db: GainDb | None = None
    keep: bool = False
    """Also in the scene's file."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SourcePath(WireMessage):
    """Send a source along a path, or with null hold it where it is."""

    sender: ClassVar[Sender] = "client"
    is_command: ClassVar[bool] = True

    type: Literal["source_path"] = "source_path"
    scene_id: SceneId
    source_id: SourceId
    path: SourceTrack | None


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Keep(WireMessage):
    """Write what is live of a source, or of the whole scene, to the scene's file."""

    sender: ClassVar[Sender] = "client"
    is_command: ClassVar[bool] = True

    type: Literal["keep"] = "keep"
    scene_id: SceneId
    source_id: SourceId | None = None
    """None: every source."""
