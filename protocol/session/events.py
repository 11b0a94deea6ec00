"""What a session tells the program around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from protocol.wire import (
    ClipAbort,
    ClipBegin,
    Command,
    Request,
    Subscribe,
    Welcome,
)
from protocol.wire.control import CloseCode

MAX_REASON_BYTES = 123
"""What a WebSocket's close frame has room for (RFC 6455, section 5.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The client was welcomed."""

    client: str
    resumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotWanted:
    """A scene's ``initial_state`` has to be published to this session, or an error if there is no such scene."""

    seq: int | None
    """The ``subscribe`` that it's about; None where a resumed session missed too much."""
    subscription: Subscribe


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribed:
    """The client wants no more messages about a scene."""

    scene_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReceived:
    """The client sent a command, which has to be acknowledged with its ``seq`` once it has been carried out."""

    seq: int
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReceived:
    """The client asks for something that is not acknowledged."""

    seq: int
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """What the WebSocket is to be closed with."""

    code: CloseCode
    reason: str
    """At most ``MAX_REASON_BYTES``."""

    @classmethod
    def of(cls, code: CloseCode, reason: str) -> Self:
        """A close whose reason is cut to what fits."""
        return cls(code=code, reason=reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore"))


ServerEvent = Opened | SnapshotWanted | Unsubscribed | CommandReceived | RequestReceived


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The server welcomed this client."""

    welcome: Welcome
    lost: tuple[Command, ...] = ()
    """Commands of a session that is gone: whether they were carried out nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipReceived:
    """A clip is here, whole and checked."""

    begin: ClipBegin
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFailed:
    """A clip won't come: the server gave it up, or what came was not what was announced."""

    begin: ClipBegin
    abort: ClipAbort
