"""What a session tells the program around it."""

from __future__ import annotations

from dataclasses import dataclass

from protocol.wire import (
    ClipAbort,
    ClipBegin,
    ClipRequest,
    ListenerPose,
    LiveStart,
    LiveStop,
    Mute,
    Play,
    SetSource,
    SourcePath,
    Stop,
    Subscribe,
    Welcome,
)
from protocol.wire.closing import CloseCode

Wish = Play | Stop | Mute | SetSource | SourcePath | ListenerPose | ClipRequest | LiveStart | LiveStop


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The client was welcomed."""

    client: str
    resumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotWanted:
    """A scene's ``introduction`` has to be published to this session, or an error if there is no such scene."""

    seq: int | None
    """The ``subscribe`` that it's about; None where a resumed session missed too much."""
    subscription: Subscribe


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribed:
    """The client doesn't want to hear of a scene any more."""

    scene_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """The client wants something; a command has to be acknowledged with its ``seq`` once it has been carried out."""

    seq: int
    message: Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """What the WebSocket is to be closed with."""

    code: CloseCode
    reason: str


ServerEvent = Opened | SnapshotWanted | Unsubscribed | Wished


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The server welcomed this client."""

    welcome: Welcome
    lost: tuple[Wish, ...] = ()
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
