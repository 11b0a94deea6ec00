"""Runs a client session over WebSockets, and connects again whenever the connection is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.typing import Subprotocol

from protocol.errors import SonoramaError, UnavailableError, WireError
from protocol.session.client_session import ClientEvent, ClientSession
from protocol.session.clock_sync import FIRST_PINGS
from protocol.session.events import Connected
from protocol.wire import AnyMessage, Bye, ClockPing
from protocol.wire.codec import MAX_TEXT_BYTES
from protocol.wire.control import CloseCode
from protocol.wire.versions import MAJORS, subprotocol
from server.client.address import Address
from server.client.back_off import BackOff
from server.client.http_client import unauthorised_error, unreachable_error

_TICK_S = 0.25
_CLOSE_S = 2.0
_OPEN_S = 10.0

# A status below this refuses the client for good; from here on another try may succeed (RFC 9110, section 15.6).
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """The connection is lost; another is tried after ``retry_after_s``."""

    reason: str
    retry_after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BadMessage:
    """The server sent something that can't be understood; it was ignored."""

    error: WireError


LinkEvent = ClientEvent | Disconnected | BadMessage


class Link:
    """Keeps a session connected until it is cancelled or the server refuses the client.

    Args:
        address: the address of the server.
        session: the session to run; only the link calls its ``receive`` and ``next_frame``.
        on_event: called with everything that happens, in order.
        intercept: called with each frame that arrives, and the time, before the session gets it; returns True if the
            session need not see the frame. For clients that print or measure frames.
    """

    def __init__(
        self,
        address: Address,
        session: ClientSession,
        *,
        on_event: Callable[[LinkEvent], None],
        intercept: Callable[[str | bytes, float], bool] = lambda _frame, _now_s: False,
    ) -> None:
        self._address = address
        self._session = session
        self._on_event = on_event
        self._intercept = intercept
        self._was_connected = False
        self._back_off = BackOff()
        self._socket: ClientConnection | None = None
        self._sending = asyncio.Lock()
        self._requested_wait_s = 0.0

    @staticmethod
    def now_s() -> float:
        """The client's clock, in seconds."""
        return time.monotonic()

    async def run(self) -> None:
        """Connect, and connect again whenever the connection is lost.

        Raises:
            InputError: the token is missing or wrong.
            UnavailableError: the very first connection failed, or the server refuses the client.
        """
        while True:
            reason = await self._run_connection()
            wait_s = self._back_off.next_wait_s(at_least_s=self._requested_wait_s)
            self._requested_wait_s = 0.0
            self._on_event(Disconnected(reason=reason, retry_after_s=wait_s))
            await asyncio.sleep(wait_s)

    async def send(self, message: AnyMessage) -> None:
        """Send a message, now or as soon as there is a connection."""
        self._session.send(message)
        with suppress(ConnectionClosed):
            await self._flush()

    async def _run_connection(self) -> str:
        """Connect and exchange frames until the connection ends; returns why it ended."""
        try:
            self._socket = await connect(
                self._address.stream_url,
                subprotocols=[Subprotocol(subprotocol(major)) for major in MAJORS],
                compression=None,
                max_size=MAX_TEXT_BYTES,
                open_timeout=_OPEN_S,
                close_timeout=_CLOSE_S,
                proxy=None if self._address.is_loopback else True,
            )
        except InvalidStatus as error:
            status = error.response.status_code
            if status < _SERVER_ERROR and status != 429:
                raise self._refusal(f"the server answers {status}") from error
            return self._failure_reason(error, f"the server answers {status}")
        except InvalidMessage as error:
            return self._failure_reason(error, "it speaks no HTTP")
        except InvalidHandshake as error:
            raise self._refusal("it isn't a Sonorama server") from error
        except (OSError, TimeoutError) as error:
            return self._failure_reason(error, str(unreachable_error(self._address, error).what))
        try:
            return await self._exchange(self._socket)
        finally:
            socket, self._socket = self._socket, None
            self._session.disconnected()
            await socket.close()

    async def _exchange(self, socket: ClientConnection) -> str:
        """Send and receive frames until the connection is closed; returns why it was."""
        self._session.connected(self.now_s())
        ticking = asyncio.create_task(self._tick())
        try:
            await self._flush()
            async for frame in socket:
                now_s = self.now_s()
                if self._intercept(frame, now_s):
                    continue
                try:
                    self._session.receive(frame, now_s)
                except WireError as error:
                    self._on_event(BadMessage(error=error))
                self._pass_events_on()
                await self._flush()
            raise ConnectionClosed(socket.protocol.close_rcvd, socket.protocol.close_sent)
        except ConnectionClosed as closed:
            return self._closing_reason(closed)
        except asyncio.CancelledError:
            # The session will not be resumed, so the server need not keep it.
            with suppress(ConnectionClosed):
                await self.send(Bye())
            raise
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)

    def _pass_events_on(self) -> None:
        for event in self._session.take_events():
            if isinstance(event, Connected):
                self._was_connected = True
                self._back_off.reset()
            elif isinstance(event, Bye):
                self._requested_wait_s = event.retry_after_s or 0.0
            self._on_event(event)

    async def _tick(self) -> None:
        """Send heartbeats; at first also clock pings, because several answers bound the offset better than one."""
        pings = FIRST_PINGS
        while True:
            await asyncio.sleep(_TICK_S)
            self._session.tick(self.now_s())
            if pings and self._session.welcome is not None:
                pings -= 1
                self._session.send(ClockPing(client_sent_s=self.now_s()))
            try:
                await self._flush()
            except ConnectionClosed:
                return

    async def _flush(self) -> None:
        # One after the other: frames are numbered in the order in which they are taken.
        async with self._sending:
            while self._socket is not None and (frame := self._session.next_frame(self.now_s())) is not None:
                await self._socket.send(frame)

    def _closing_reason(self, closed: ConnectionClosed) -> str:
        """Why a connection was closed, if another may be accepted.

        Raises:
            InputError: the token is missing or wrong.
            UnavailableError: the server refuses this client for good.
        """
        if closed.rcvd is None:
            return "the connection was lost"
        try:
            code = CloseCode(closed.rcvd.code)
        except ValueError:
            return f"closed with {closed.rcvd.code} {closed.rcvd.reason}".strip()
        reason = "".join(sign if sign.isprintable() else "?" for sign in closed.rcvd.reason)
        if code == CloseCode.UNAUTHORISED:
            raise unauthorised_error(self._address)
        if not code.may_reconnect and code != CloseCode.NORMAL:
            raise self._refusal(f"the server won't go on ({reason or code.name.lower()})")
        return reason or code.name.lower().replace("_", " ")

    def _refusal(self, what: str) -> SonoramaError:
        return UnavailableError(what, where=self._address.base_url, remedy="check address and version of the server")

    def _failure_reason(self, error: Exception, reason: str) -> str:
        """Why a connection could not be made; raises instead if there never was one."""
        if not self._was_connected:
            raise unreachable_error(self._address, error) from error
        return reason
