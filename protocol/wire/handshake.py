"""The first words: who speaks which version, may do what, and how much at once."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from protocol.message import WIRE, Sender, WireMessage
from protocol.wire.base import ByteCount, SeqOrNone, Token, Word

Major = Annotated[int, Field(ge=1, le=255)]
ServerTimeS = Annotated[float, Field(ge=0, le=1e12)]


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Resume:
    """Which session to go on with, and how far it had come."""

    token: Token
    last_seq: SeqOrNone
    """The highest ``seq`` that the client has from the server."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Hello(WireMessage):
    """A client's first message."""

    sender: ClassVar[Sender] = "client"
    survives: ClassVar[bool] = False

    type: Literal["hello"] = "hello"
    majors: Annotated[tuple[Major, ...], Field(min_length=1, max_length=16)]
    """Major versions of the protocol that the client speaks."""
    client: Annotated[str, Field(min_length=1, max_length=128)]
    """Name and version of the client, for the log."""
    token: Token | None = None
    """The server's token, where it wants one and the upgrade request couldn't carry it."""
    codecs: Annotated[tuple[Word, ...], Field(max_length=32)] = ("pcm16",)
    """What the client can decode, best first; names that the server doesn't know are passed over."""
    resume: Resume | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Limits:
    """What the server accepts and how it paces itself."""

    message_bytes: ByteCount = 64 * 1024
    """The largest text frame that it reads."""
    chunk_bytes: ByteCount = 64 * 1024
    """The largest payload of a binary frame."""
    window_bytes: ByteCount = 256 * 1024
    """How much of a clip may be under way before the client gives ``credit``."""
    messages_per_s: Annotated[float, Field(gt=0)] = 240.0
    burst_messages: Annotated[int, Field(ge=1)] = 480
    subscriptions: Annotated[int, Field(ge=1)] = 16
    streams: Annotated[int, Field(ge=1)] = 8
    """Clips under way at once; others wait."""
    resume_s: Annotated[float, Field(ge=0)] = 60.0
    """How long a session waits for its client to come back."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Welcome(WireMessage):
    """The server's answer to ``hello``: from here on everything may be said."""

    sender: ClassVar[Sender] = "server"
    survives: ClassVar[bool] = False

    type: Literal["welcome"] = "welcome"
    major: Major
    """The version that both will speak."""
    server: Annotated[str, Field(min_length=1, max_length=128)]
    capabilities: Annotated[tuple[Word, ...], Field(max_length=64)]
    """clips.http, clips.stream, commands, live, poses, or ones that are newer."""
    codecs: Annotated[tuple[Word, ...], Field(max_length=32)]
    """What the server can send of the client's list, the client's best first."""
    limits: Limits
    heartbeat_s: Annotated[float, Field(gt=0, le=3600)]
    """The client says something at least this often; after three silent ones the server closes."""
    server_time_s: ServerTimeS
    resume_token: Token
    resumed: bool
    """True: subscriptions stand, and what was missed follows. False: a new session that knows nothing."""
    received_seq: SeqOrNone = 0
    """The highest ``seq`` that the server had from this session's client before."""
