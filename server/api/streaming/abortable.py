"""uvicorn's WebSocket, which can also be written to at once, and be dropped.

An ASGI app can do neither. Its ``send`` is a coroutine, and a task that is woken for every frame of every client takes
longer than the sending; and a client that doesn't read never lets a close frame through, so its connection must be cut.
"""

from __future__ import annotations

from asyncio import BaseTransport
from typing import TYPE_CHECKING

from starlette.types import Scope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from server.api.connections.meter import KNOWN, Meter
from server.api.connections.visits import VISIT

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

_EXTENSION = "sonorama.direct"


class AbortableWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket whose scope's extensions hold it."""

    def handle_connect(self, event: Request) -> None:
        """Take an upgrade request."""
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][_EXTENSION] = {"socket": self}

    def connection_made(self, transport: BaseTransport) -> None:
        """Take over a connection."""
        super().connection_made(transport)
        visit = self.app_state.get(VISIT)
        self._meter = Meter(
            self.loop,
            self.transport,
            super().data_received,
            share=lambda: KNOWN if visit is None else visit.share,
            reads_on=lambda: not self.read_paused,
        )

    def data_received(self, data: bytes) -> None:
        """Read some frames, as far as the connection's share goes."""
        self._meter.receive(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Its client has gone."""
        self._meter.stop()
        visit = self.app_state.get(VISIT)
        if visit is not None:
            visit.door.leave(visit)
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """The client takes what it is sent."""
        visit = self.app_state.get(VISIT)
        if visit is not None:
            visit.flowed_s = self.loop.time()
        super().resume_writing()

    def send_receive_event_to_app(self) -> None:
        """Hand a message over. Text that is none is its client's fault: uvicorn would log a trace for each."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.send_close(1007, "text that is no UTF-8")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    async def send(self, message: ASGISendEvent) -> None:
        """Do what the app says."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            # A refusal is an answer, too: uvicorn 0.54 would log an error for each (its pull request 3138).
            self.handshake_complete = True

    @property
    def takes_more(self) -> bool:
        """Whether the kernel has taken all that was written, so that more can be."""
        is_open = self.conn.state is State.OPEN and not self.close_sent and not self.transport.is_closing()
        return is_open and self.transport.get_write_buffer_size() == 0

    def write(self, frame: str | bytes) -> None:
        """Write a frame, if that is possible still, without waiting."""
        if isinstance(frame, str):
            self.conn.send_text(frame.encode())
        else:
            self.conn.send_binary(frame)
        self.transport.write(b"".join(self.conn.data_to_send()))

    def abort(self) -> None:
        """Drop the connection without waiting for anything."""
        self.transport.abort()


def socket_of(scope: Scope) -> AbortableWebSocket | None:
    """The socket behind a scope; None under another server."""
    found: AbortableWebSocket | None = scope.get("extensions", {}).get(_EXTENSION, {}).get("socket")
    return found
