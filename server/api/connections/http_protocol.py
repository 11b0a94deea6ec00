"""uvicorn's HTTP protocol, with a door before it.

uvicorn has a deadline for the pause between two requests and none for anything else: not for a head, nor for an answer
that nobody reads, nor for a TLS handshake (asyncio's is a minute); and it counts whoever connects against everybody.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, cast

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from server.api.connections.meter import Meter
from server.api.connections.visits import VISIT, Door, Visit

_NO_ROOM = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 20\r\nRetry-After: 5\r\n"
    b"Connection: close\r\n\r\ntoo many connections"
)


class GuardedHttp(H11Protocol):
    """HTTP/1.1 for those whom the door lets in.

    Args:
        door: who is there.
        tls: how connections are encrypted; None if they aren't.
        config: uvicorn's.
        server_state: uvicorn's.
        app_state: what every request's scope holds; the visit is added.
        _loop: uvicorn's name for the event loop.
    """

    def __init__(
        self,
        door: Door,
        tls: ssl.SSLContext | None,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, dict(app_state), _loop)
        self._door = door
        self._tls = tls
        self._visit: Visit | None = None
        self._handshake: asyncio.Task[None] | None = None
        self._meter: Meter | None = None
        """None until the connection is open and encrypted."""
        self._early = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connects."""
        peer = transport.get_extra_info("peername")
        self._visit = self._door.enter(str(peer[0]) if peer else "", transport, self.loop.time())
        if self._visit is None:
            if self._tls is None:
                transport.write(_NO_ROOM)
            transport.close()
            return
        if self._tls is None:
            self._begin(transport)
        else:
            transport.pause_reading()
            self._handshake = self.loop.create_task(self._encrypt(transport, self._tls))

    async def _encrypt(self, transport: asyncio.Transport, tls: ssl.SSLContext) -> None:
        try:
            encrypted = await self.loop.start_tls(
                transport, self, tls, server_side=True, ssl_handshake_timeout=self._door.deadlines.head_s
            )
        except (OSError, ssl.SSLError):
            # Its peer speaks no TLS, or too slowly.
            self._leave()
            transport.abort()
            return
        if encrypted is None or self._visit is None:
            return
        self._visit.transport = encrypted
        self._begin(encrypted)

    def _begin(self, transport: asyncio.Transport) -> None:
        visit = self.app_state[VISIT] = self._visit
        super().connection_made(transport)
        if visit is not None:
            self._meter = Meter(
                self.loop,
                transport,
                super().data_received,
                share=lambda: visit.share,
                reads_on=lambda: not self.flow.read_paused,
            )
            if self._early:
                self._meter.receive(self._early)

    def connection_lost(self, exc: Exception | None) -> None:
        """Somebody has gone."""
        self._leave()
        if self._meter is not None:
            self._meter.stop()
            super().connection_lost(exc)

    def _leave(self) -> None:
        if self._visit is not None:
            self._door.leave(self._visit)

    def data_received(self, data: bytes) -> None:
        """Read a part of a request."""
        if self._meter is not None:
            self._meter.receive(data)
        else:
            # A client may send its request with the end of its handshake, before the loop has told us of that end.
            self._early += data

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over, with what has come after the request."""
        super().handle_websocket_upgrade(event)
        if self._meter is not None and (waiting := self._meter.take_waiting()):
            cast("asyncio.Protocol", self.transport.get_protocol()).data_received(waiting)
        self.transport.resume_reading()

    def handle_events(self) -> None:
        """Answer what is complete."""
        super().handle_events()
        # A WebSocket, whose protocol is another one by now, waits on: for the hello.
        is_http = self.transport.get_protocol() is self
        if is_http and self._visit is not None and self.conn.their_state is not h11.IDLE:
            self._visit.waiting_since_s = None

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        if self._visit is not None:
            self._visit.waiting_since_s = self.loop.time()
        super().on_response_complete()

    def resume_writing(self) -> None:
        """The client takes what it is sent."""
        if self._visit is not None:
            self._visit.flowed_s = self.loop.time()
        super().resume_writing()
