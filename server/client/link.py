"""A session's machine, with WebSockets and a clock around it: one connection after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.typing import Subprotocol

from protocol.client_session import ClientEvent, ClientSession
from protocol.clock import STAGES
from protocol.codec import MAX_TEXT_BYTES
from protocol.errors import SonoramaError, UnavailableError, WireError
from protocol.session_events import Connected
from protocol.versions import MAJORS, subprotocol
from protocol.wire import AnyMessage, Bye, ClockPing
from protocol.wire.closing import CloseCode
from server.client.address import Address
from server.client.back_off import BackOff
from server.client.remote import unauthorised, unreachable

_TICK_S = 0.25
_CLOSE_S = 2.0
_OPEN_S = 10.0

# Until this status a server that is there doesn't want us; from here on it may want us later (RFC 9110, section 15.6).
_MAYBE_LATER = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """The connection is gone; another will be tried."""

    reason: str
    retry_after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Misheard:
    """The server said something that makes no sense, which was passed over."""

    error: WireError


LinkEvent = ClientEvent | Parted | Misheard


class Link:
    """Keeps a session connected until it's cancelled or the server wants it no more.

    Args:
        address: of the server.
        session: to run; nobody else calls its ``receive`` or ``next_frame``.
        heard: is told of everything, in order.
        skims: looks at each frame that comes, with the time, before anything else; True says that it needs no more
            attention. For those who measure.
        insistent: whether to try again, too, where the very first connection fails.
        back_off: between tries.
    """

    def __init__(
        self,
        address: Address,
        session: ClientSession,
        *,
        heard: Callable[[LinkEvent], None],
        skims: Callable[[str | bytes, float], bool] = lambda _frame, _now_s: False,
        insistent: bool = False,
        back_off: BackOff | None = None,
    ) -> None:
        self._address = address
        self._session = session
        self._heard = heard
        self._skims = skims
        self._insistent = insistent
        self._back_off = back_off or BackOff()
        self._socket: ClientConnection | None = None
        self._sending = asyncio.Lock()
        self._asked_to_wait_s = 0.0

    @staticmethod
    def now_s() -> float:
        """The client's clock."""
        return time.monotonic()

    @property
    def socket(self) -> ClientConnection | None:
        """The connection; None where there is none at the moment."""
        return self._socket

    async def run(self) -> None:
        """Connect, and connect again whenever the connection is lost.

        Raises:
            InputError: the server wants another token.
            UnavailableError: nobody was there the first time, or the server refuses for another reason.
        """
        while True:
            reason = await self._one_connection()
            wait_s = self._back_off.next_s(at_least_s=self._asked_to_wait_s)
            self._asked_to_wait_s = 0.0
            self._heard(Parted(reason=reason, retry_after_s=wait_s))
            await asyncio.sleep(wait_s)

    async def send(self, message: AnyMessage) -> None:
        """Say something, now or once there is a connection."""
        self._session.send(message)
        with suppress(ConnectionClosed):
            await self._flush()

    async def _one_connection(self) -> str:
        """Connect and talk; returns why it ended."""
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
            if status < _MAYBE_LATER and status != 429:
                raise self._refused(f"the server answers {status}") from error
            return self._failed(error, f"the server answers {status}")
        except InvalidMessage as error:
            return self._failed(error, "it speaks no HTTP")
        except InvalidHandshake as error:
            raise self._refused("it isn't a Sonorama server") from error
        except (OSError, TimeoutError) as error:
            return self._failed(error, str(unreachable(self._address, error).what))
        try:
            return await self._talk(self._socket)
        finally:
            socket, self._socket = self._socket, None
            self._session.disconnected()
            await socket.close()

    async def _talk(self, socket: ClientConnection) -> str:
        self._session.connected(self.now_s())
        ticking = asyncio.create_task(self._tick())
        try:
            await self._flush()
            async for frame in socket:
                now_s = self.now_s()
                if self._skims(frame, now_s):
                    continue
                try:
                    self._session.receive(frame, now_s)
                except WireError as error:
                    self._heard(Misheard(error=error))
                self._tell()
                await self._flush()
            raise ConnectionClosed(socket.protocol.close_rcvd, socket.protocol.close_sent)
        except ConnectionClosed as closed:
            return self._end(closed)
        except asyncio.CancelledError:
            # Nobody will resume the session: the server needn't keep it.
            with suppress(ConnectionClosed):
                await self.send(Bye())
            raise
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)

    def _tell(self) -> None:
        for event in self._session.take_events():
            if isinstance(event, Connected):
                self._insistent = True
                self._back_off.reset()
            elif isinstance(event, Bye):
                self._asked_to_wait_s = event.retry_after_s or 0.0
            self._heard(event)

    async def _tick(self) -> None:
        """Signs of life; at first, more looks at the server's clock, since the quickest of several is best."""
        pings = STAGES
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

    def _end(self, closed: ConnectionClosed) -> str:
        """Why a connection has ended, where another may be better.

        Raises:
            InputError: the server wants another token.
            UnavailableError: the server won't have this client.
        """
        if closed.rcvd is None:
            return "the connection was lost"
        try:
            code = CloseCode(closed.rcvd.code)
        except ValueError:
            return f"closed with {closed.rcvd.code} {closed.rcvd.reason}".strip()
        reason = "".join(sign if sign.isprintable() else "?" for sign in closed.rcvd.reason)
        if code == CloseCode.UNAUTHORISED:
            raise unauthorised(self._address)
        if not code.may_reconnect and code != CloseCode.NORMAL:
            raise self._refused(f"the server won't go on ({reason or code.name.lower()})")
        return reason or code.name.lower().replace("_", " ")

    def _refused(self, what: str) -> SonoramaError:
        return UnavailableError(what, where=self._address.base_url, remedy="check address and version of the server")

    def _failed(self, error: Exception, reason: str) -> str:
        """No connection came about: this is the end where there never was one."""
        if not self._insistent:
            raise unreachable(self._address, error) from error
        return reason
