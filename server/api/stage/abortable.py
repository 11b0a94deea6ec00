"""uvicorn's WebSocket, which can also be dropped."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import Scope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

_EXTENSION = "sonorama.abort"


class AbortableWebSocket(WebSocketsSansIOProtocol):
    """A client that doesn't read never lets a close frame through: its connection must be cut, and an ASGI app can't.

    So the scope's extensions tell how.
    """

    def handle_connect(self, event: Request) -> None:
        """Take an upgrade request."""
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][_EXTENSION] = {"abort": self.transport.abort}


def abort_of(scope: Scope) -> Callable[[], None]:
    """What drops a connection; nothing under another server."""
    found: Callable[[], None] = scope.get("extensions", {}).get(_EXTENSION, {}).get("abort", lambda: None)
    return found
