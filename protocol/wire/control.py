"""Trouble, and the end of a connection."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from protocol.message import WIRE, SceneId, Sender, WireMessage
from protocol.wire.base import Line, Seconds, Seq, Word


class CloseCode(IntEnum):
    """Why a WebSocket was closed: RFC 6455, section 7.4, and our own from the range for private use."""

    NORMAL = 1000
    """Both said what they had to say."""
    GOING_AWAY = 1001
    """The server is shutting down; come back later."""
    TOO_BIG = 1009
    """A frame was larger than ``limits`` allow."""
    BAD_MESSAGES = 4400
    """Too many messages that make no sense, or something else before ``hello``."""
    UNAUTHORISED = 4401
    """The token is missing or wrong."""
    NO_COMMON_VERSION = 4406
    """No major version that both speak."""
    TIMED_OUT = 4408
    """No ``hello`` in time, or no sign of life for three heartbeats."""
    TAKEN_OVER = 4409
    """The session was resumed on another connection."""
    TOO_SLOW = 4413
    """The peer stopped reading."""
    TOO_FAST = 4429
    """Too many messages, in spite of ``rate_limited`` errors."""

    @property
    def may_reconnect(self) -> bool:
        """Whether the same client can hope for better luck with the same words."""
        return self in {CloseCode.GOING_AWAY, CloseCode.TIMED_OUT, CloseCode.TOO_SLOW, CloseCode.TOO_FAST}


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class ErrorMessage(WireMessage):
    """Something that was asked for can't be done; the connection stays."""

    sender: ClassVar[Sender] = "server"

    type: Literal["error"] = "error"
    code: Word
    """bad_message, rate_limited, not_found, unavailable, bad_input, bad_scene, forbidden, or one that's newer."""
    message: Line
    retry_after_s: Seconds | None = None
    """When the same request may succeed; None: not without a change."""
    reply_to: Seq | None = None
    """The ``seq`` of the message that it's about, where that could be read."""
    scene_id: SceneId | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Bye(WireMessage):
    """The sender is about to close; a client's also says that nobody will resume the session."""

    sender: ClassVar[Sender] = "both"
    survives: ClassVar[bool] = False
    # One goodbye is enough.
    key_template: ClassVar[str | None] = "bye"

    type: Literal["bye"] = "bye"
    reason: Annotated[str, Field(max_length=512)] = ""
    retry_after_s: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Ack(WireMessage):
    """Every message of the peer's up to this ``seq`` has arrived; commands among them have been carried out."""

    sender: ClassVar[Sender] = "both"
    survives: ClassVar[bool] = False
    # The newest count includes the older.
    key_template: ClassVar[str | None] = "ack"

    type: Literal["ack"] = "ack"
    received_seq: Seq
