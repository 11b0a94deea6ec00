"""A scene over OSC: its changes out by UDP, queries, poses and wishes in. What is said is in protocol/OSC.md."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol

from protocol.adm_osc import AdmOsc
from protocol.errors import InputError, SonoramaError
from protocol.osc_hearing import Wish
from protocol.osc_packet import bundles, packet_from_bytes
from protocol.token_bucket import TokenBucket
from protocol.wire import AnyMessage

_LOG = logging.getLogger("sonorama.osc")

ADM_PORT, RETURN_PORT = 4001, 4002
"""Where ADM-OSC v1.0 has streams arrive, and what is said back."""

# At once: some 40 kB, of the 200 kB that a receiver's buffer holds by default. 256 sources can move at full rate.
_MOST_MESSAGES = 768
# Poses of a few heads at 120 Hz, and an object's every word from a controller that is being played.
_PACKETS_PER_S, _PACKETS_AT_ONCE = 2000.0, 4000.0
_COMPLAIN_EVERY_S = 10.0
_REOPEN_S = 0.5
# Clocks drift and are set: smaller steps than this are not worth telling every start anew.
_CLOCK_STEP_S = 0.005


class OscFeed(Protocol):
    """The scene that is sent, as the server has it."""

    def messages(self) -> AsyncIterator[AnyMessage]:
        """A snapshot, then what changes. Another snapshot begins anew, of the same scene or another one."""
        ...

    def wish(self, wish: Wish) -> None:
        """A receiver wishes for something.

        Raises:
            SonoramaError: it isn't granted. It's counted and logged, and nothing else comes of it.
        """
        ...

    def now_s(self) -> float:
        """The server's time, which the messages speak of."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OscSettings:
    """Where to send, and what to hear.

    Attributes:
        target_host: a name or an address of one machine.
        target_port: to which changes are sent.
        listen_host: the address of this machine that is listened at.
        listen_port: at which queries, poses and wishes arrive; 0 takes a free one.
        reply_port: at the target, to which answers are sent; None for ``target_port``.
        http_url: scheme, host and port at which clips can be had.
        dmax_m: how many metres the normalised distance 1 is.
        rate_hz: how often changes are sent at most.
        time_tags: whether bundles carry the time at which they are sent, not "at once": receivers whose clock is
            behind hold them back for as long as it is.
        repeat_s: after so long everything is sent again, for receivers that came late or lost something.
    """

    target_host: str
    target_port: int = ADM_PORT
    listen_host: str = "127.0.0.1"
    listen_port: int = RETURN_PORT
    reply_port: int | None = None
    http_url: str = ""
    dmax_m: float = 100.0
    rate_hz: float = 60.0
    time_tags: bool = False
    repeat_s: float = 5.0


@dataclass(slots=True)
class OscCounts:
    """What has happened so far."""

    sent: int = 0
    heard: int = 0
    refused: int = 0
    """Packets that made no sense or weren't granted."""
    strangers: int = 0
    """Packets that didn't come from the target: passed over, as OSC has no tokens."""
    too_many: int = 0
    """Packets above the rate that one may send: passed over."""
    errors: int = 0
    """What the system told of the socket: nobody listens at the target, or no way leads there."""


class OscServer:
    """Sends one scene to one receiver until it is stopped.

    Only the target is heard: OSC knows no tokens, and an answer to a forged address would be an attack on it. Whatever
    comes, and whether or not anybody receives, it goes on.

    Args:
        settings: where to send, and what to hear.
        feed: the scene.

    Attributes:
        counts: what has happened so far.
        is_full: whether the system takes no more for now: nothing new is worked out until it does.
    """

    def __init__(self, settings: OscSettings, feed: OscFeed) -> None:
        self.counts = OscCounts()
        self.is_full = False
        self._settings = settings
        self._feed = feed
        self._adm = AdmOsc(dmax_m=settings.dmax_m, http_url=settings.http_url)
        self._wake = asyncio.Event()
        self._lost = asyncio.Event()
        self._transport: asyncio.DatagramTransport | None = None
        self._target: tuple[Any, ...] = ()
        self._reply_to: tuple[Any, ...] = ()
        self._bucket = TokenBucket(per_s=_PACKETS_PER_S, burst=_PACKETS_AT_ONCE, now_s=time.monotonic())
        self._complained_at_s = -_COMPLAIN_EVERY_S

    @property
    def address(self) -> tuple[str, int] | None:
        """Where it listens, once it does."""
        if self._transport is None:
            return None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            InputError: the target has no address, or this machine's can't be listened at.
        """
        settings = self._settings
        loop = asyncio.get_running_loop()
        try:
            family = (await _found(settings.listen_host, settings.listen_port))[0]
        except OSError as error:
            raise _unusable(settings.listen_host, settings.listen_port, error) from error
        try:
            _, self._target = await _found(settings.target_host, settings.target_port, family=family)
        except OSError as error:
            raise _unusable(settings.target_host, settings.target_port, error) from error
        reply_port = settings.target_port if settings.reply_port is None else settings.reply_port
        self._reply_to = (self._target[0], reply_port, *self._target[2:])
        try:
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: _Socket(self),
                local_addr=(settings.listen_host, settings.listen_port),
                family=family,
                allow_broadcast=True,
            )
        except OSError as error:
            raise _unusable(settings.listen_host, settings.listen_port, error) from error
        self.is_full = False
        self._lost.clear()
        _LOG.info("sending", extra={"fields": {"target": str(self._target), "listening": str(self.address)}})

    async def run(self) -> None:
        """Serve until cancelled; starts if that has not been done.

        Raises:
            InputError: see ``start``.
        """
        if self._transport is None:
            await self.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follow())
                tasks.create_task(self._send())
                tasks.create_task(self._reopen())
        finally:
            if self._transport is not None:
                self._transport.close()
                self._transport = None

    async def _follow(self) -> None:
        async for message in self._feed.messages():
            self._adm.apply(message)
            self._wake.set()

    async def _reopen(self) -> None:
        while True:
            await self._lost.wait()
            await asyncio.sleep(_REOPEN_S)
            try:
                await self.start()
            except InputError as error:
                self._complain("can't listen again", error)

    # ------------------------------------------------------------------------------------------------ going out

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        period_s, next_s = 1.0 / self._settings.rate_hz, loop.time()
        repeat_at_s = next_s + self._settings.repeat_s
        while True:
            try:
                async with asyncio.timeout_at(repeat_at_s):
                    await self._wake.wait()
            except TimeoutError:
                self._adm.forget_told()
                repeat_at_s = loop.time() + self._settings.repeat_s
            self._wake.clear()
            self._send_news()
            if self._adm.is_due:
                self._wake.set()
            # What is late is caught up with, but not at once: that would be too much for the receiver.
            next_s = max(next_s + period_s, loop.time() + period_s / 2.0)
            await asyncio.sleep(next_s - loop.time())

    def _send_news(self) -> None:
        transport = self._transport
        if transport is None or self.is_full:
            return
        unix_s = time.time()
        offset_s = unix_s - self._feed.now_s()
        if abs(offset_s - self._adm.unix_offset_s) > _CLOCK_STEP_S:
            self._adm.unix_offset_s = offset_s
        for groups, address in (
            (self._adm.take_changes(most_messages=_MOST_MESSAGES), self._target),
            (self._adm.take_answers(), self._reply_to),
        ):
            for bundle in bundles(groups, unix_s=unix_s if self._settings.time_tags else None):
                transport.sendto(bundle, address)
                self.counts.sent += 1

    # ------------------------------------------------------------------------------------------------ coming in

    def heard(self, data: bytes, host: str) -> None:
        """Take in a datagram, whatever it is."""
        if _plain_ip(host) != _plain_ip(str(self._target[0])):
            self.counts.strangers += 1
            return
        if not self._bucket.take(time.monotonic()):
            self.counts.too_many += 1
            return
        self.counts.heard += 1
        try:
            wishes = self._adm.hear(packet_from_bytes(data), now_s=self._feed.now_s())
        except SonoramaError as error:
            self._refuse(error)
            return
        for wish in wishes:
            try:
                self._feed.wish(wish)
            except SonoramaError as error:
                self._refuse(error)
        self._wake.set()

    def _refuse(self, error: SonoramaError) -> None:
        self.counts.refused += 1
        self._complain("refused", error)

    def failed(self, error: Exception) -> None:
        """The system says that a datagram could not be sent, or that none can be received now."""
        self.counts.errors += 1
        self._complain("not received", error)

    def lost(self, transport: asyncio.BaseTransport) -> None:
        """The socket is closed: by us, or because it broke."""
        if transport is self._transport:
            self._transport = None
            self._lost.set()

    def _complain(self, what: str, error: Exception) -> None:
        """Log, but not each of a thousand packets a second."""
        now_s = time.monotonic()
        if now_s - self._complained_at_s >= _COMPLAIN_EVERY_S:
            self._complained_at_s = now_s
            _LOG.warning("%s: %s", what, error)


class _Socket(asyncio.DatagramProtocol):
    """What asyncio tells of the socket."""

    def __init__(self, server: OscServer) -> None:
        self._server = server
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._server.heard(data, addr[0])

    def error_received(self, exc: Exception) -> None:
        self._server.failed(exc)

    def pause_writing(self) -> None:
        self._server.is_full = True

    def resume_writing(self) -> None:
        self._server.is_full = False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio calls it so
        if self._transport is not None:
            self._server.lost(self._transport)


async def _found(
    host: str, port: int, *, family: socket.AddressFamily = socket.AF_UNSPEC
) -> tuple[socket.AddressFamily, tuple[Any, ...]]:
    """A host's first address: its family, and what sockets take."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, family=family, type=socket.SOCK_DGRAM)
    return found[0][0], found[0][4]


def _plain_ip(host: str) -> str:
    """An address without its zone, and an IPv4 one that is written as IPv6 as what it is."""
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _unusable(host: str, port: int, error: OSError) -> InputError:
    reason = (error.strerror or str(error)).lower()
    return InputError(f"can't be used for OSC ({reason})", where=f"{host} port {port}", remedy="choose another address")
