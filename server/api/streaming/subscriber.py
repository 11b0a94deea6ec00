"""What live scenes need of a connection, and what whoever watches the server sees of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from protocol.session.server_session import ServerSession


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionInfo:
    """Who is connected, for whoever watches the server."""

    client: str
    """What it calls itself, or where it is until it has said so."""
    scene_ids: tuple[str, ...]
    live_streams: int
    underruns: int
    """Blocks of these streams that were late."""


class Subscriber(Protocol):
    """A connection that may subscribe to scenes."""

    @property
    def info(self) -> ConnectionInfo:
        """Who it is."""
        ...

    @property
    def session(self) -> ServerSession: ...  # noqa: D102 - see protocol.session.server_session

    @property
    def listener_id(self) -> str:
        """What others call its listener."""
        ...

    def wake(self) -> None:
        """There may be something to send."""
        ...

    def offer_clip(self, scene_id: str, source_id: str) -> None:
        """A source of a scene has a clip, or another one."""
        ...

    def forget(self, scene_id: str) -> None:
        """A scene is gone: no more of its clips, and no more live sound."""
        ...
