"""Where listeners are, and binaural sound rendered for one of them."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from protocol.message import WIRE, SceneId, Sender, WireMessage
from protocol.scene import SampleRateHz
from protocol.wire.base import (
    ClockS,
    ListenerId,
    LiveCodec,
    PositionM,
    StreamId,
)
from protocol.wire.handshake import ServerTimeS

Component = Annotated[float, Field(ge=-1.1, le=1.1)]
Quaternion = tuple[Component, Component, Component, Component]
"""x, y, z, w of a rotation of the scene's frame: from a head that looks ahead to the head as it is."""

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class ListenerPose(WireMessage):
    """Where a listener's head is and how it is turned."""

    sender: ClassVar[Sender] = "both"
    # Only the newest pose of a head matters.
    key_template: ClassVar[str | None] = "scene/{scene_id}/listener/{listener_id}"

    type: Literal["listener_pose"] = "listener_pose"
    scene_id: SceneId
    position_m: PositionM
    orientation: Quaternion
    """Its length is 1 within a tenth; receivers normalise it."""
    client_time_s: ClockS
    """When the pose held, by the clock of the client that it's about."""
    share: bool = False
    """Whether the others in the scene are told."""
    listener_id: ListenerId | None = None
    """Whose head: the server sets it when it tells others, and passes over a client's."""

    @model_validator(mode="after")
    def _the_quaternion_is_a_rotation(self) -> Self:
        if not 0.9 <= math.sqrt(sum(part * part for part in self.orientation)) <= 1.1:
            raise ValueError("orientation must have length 1")
        return self


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class ListenerLeft(WireMessage):
    """A listener who had shared a pose is gone."""

    sender: ClassVar[Sender] = "server"
    # It is the newest word on the listener, in place of a pose.
    key_template: ClassVar[str | None] = "scene/{scene_id}/listener/{listener_id}"

    type: Literal["listener_left"] = "listener_left"
    scene_id: SceneId
    listener_id: ListenerId


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class LiveStart(WireMessage):
    """Render this scene for my head, and send me the stereo blocks."""

    sender: ClassVar[Sender] = "client"
    survives: ClassVar[bool] = False

    type: Literal["live_start"] = "live_start"
    scene_id: SceneId
    codec: LiveCodec = "float32"
    block_samples: Literal[128, 256, 512, 1024] = 256


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class LiveStarted(WireMessage):
    """Blocks follow in binary frames with this stream id."""

    sender: ClassVar[Sender] = "server"
    survives: ClassVar[bool] = False

    type: Literal["live_started"] = "live_started"
    stream_id: StreamId
    scene_id: SceneId
    codec: LiveCodec
    sample_rate_hz: SampleRateHz
    channels: Literal[2] = 2
    block_samples: Annotated[int, Field(ge=32, le=4096)]
    latency_samples: Annotated[int, Field(ge=0)]
    """The renderer's own delay, which is part of every block."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class LiveStop(WireMessage):
    """No more blocks of this stream."""

    sender: ClassVar[Sender] = "client"
    survives: ClassVar[bool] = False

    type: Literal["live_stop"] = "live_stop"
    stream_id: StreamId


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class LiveReport(WireMessage):
    """How a live stream is doing: all counts since it began."""

    sender: ClassVar[Sender] = "server"
    survives: ClassVar[bool] = False
    # The newest counts include the older.
    key_template: ClassVar[str | None] = "live/{stream_id}/report"

    type: Literal["live_report"] = "live_report"
    stream_id: StreamId
    server_time_s: ServerTimeS
    blocks: Count
    """Rendered."""
    underruns: Count
    """Rendered later than their time."""
    dropped: Count
    """Rendered in time, and not sent because the connection was too slow."""
