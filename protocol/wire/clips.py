"""Clips through the socket: asked for, announced, sent in chunks as the client makes room, ended with a hash."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from protocol.message import WIRE, SceneId, Sender, SourceId, WireMessage
from protocol.scene import SampleRateHz, Sha256
from protocol.wire.base import (
    ByteCount,
    Channels,
    Codec,
    Line,
    StreamId,
)


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class ClipRequest(WireMessage):
    """Send me this source's clip here."""

    sender: ClassVar[Sender] = "client"
    survives: ClassVar[bool] = False

    type: Literal["clip_request"] = "clip_request"
    scene_id: SceneId
    source_id: SourceId
    codec: Codec | None = None
    """None: the first of ``welcome.codecs``."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class ClipBegin(WireMessage):
    """A clip follows in binary frames with this stream id."""

    sender: ClassVar[Sender] = "server"
    survives: ClassVar[bool] = False

    type: Literal["clip_begin"] = "clip_begin"
    stream_id: StreamId
    scene_id: SceneId
    source_id: SourceId
    clip_sha256: Sha256
    """The clip's own, as in ``source.clip.sha256``."""
    codec: Codec
    sample_rate_hz: SampleRateHz
    channels: Channels
    size_bytes: ByteCount


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class ClipEnd(WireMessage):
    """Every chunk has been sent."""

    sender: ClassVar[Sender] = "server"
    survives: ClassVar[bool] = False

    type: Literal["clip_end"] = "clip_end"
    stream_id: StreamId
    sha256: Sha256
    """Of the bytes that were sent."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class ClipAbort(WireMessage):
    """The sender won't go on with this clip: forget its chunks."""

    sender: ClassVar[Sender] = "both"
    survives: ClassVar[bool] = False

    type: Literal["clip_abort"] = "clip_abort"
    stream_id: StreamId
    reason: Line


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Credit(WireMessage):
    """The client has taken in this many more bytes of a clip: the server may send as many more."""

    sender: ClassVar[Sender] = "client"
    survives: ClassVar[bool] = False

    type: Literal["credit"] = "credit"
    stream_id: StreamId
    bytes: ByteCount
