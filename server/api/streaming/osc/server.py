"""A scene over OSC: its changes out by UDP, queries, poses and commands in. The messages are in protocol/OSC.md."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import socket
import time
from collections.abc import AsyncIterator, Hashable
from typing import Any, Protocol

from protocol.errors import InputError, SonoramaError, os_reason
from protocol.osc.adm import AdmOsc
from protocol.osc.commands import OscCommand
from protocol.osc.packet import bundles, packet_from_bytes
from protocol.session.token_bucket import TokenBucket
from protocol.wire import AnyMessage
from server.api.streaming.osc.settings import OscCounts, OscSettings

_LOG = logging.getLogger("sonorama.osc")

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

    def apply(self, command: OscCommand) -> None:
        """Carry out a receiver's command.

        Raises:
            SonoramaError: it isn't granted. It's counted and logged, and nothing else comes of it.
        """
        ...

    def now_s(self) -> float:
        """The server's time, which the messages speak of."""
        ...


class OscServer:
    """Sends one scene to one receiver until it is stopped.

    Only packets from the target are read: OSC knows no tokens, and an answer to a forged address would attack it.
    Whatever comes, and whether or not anybody receives, it goes on.

    Args:
        settings: where to send, and where to listen.
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
        self._is_started = False
        self._waits_for_port = False
        self._bucket = TokenBucket(per_s=_PACKETS_PER_S, burst=_PACKETS_AT_ONCE, now_s=time.monotonic())
        self._complained_at_s = -_COMPLAIN_EVERY_S

    @property
    def address(self) -> tuple[str, int] | None:
        """Where it listens, once it does."""
        if self._transport is None:
            return None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    async def start(self, *, or_wait: bool = False) -> None:
        """Begin to listen.

        Args:
            or_wait: whether a port that another program has is waited for: that is logged, and raises nothing.

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
        self._is_started = True
        try:
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: _Socket(self),
                local_addr=(settings.listen_host, settings.listen_port),
                family=family,
                allow_broadcast=True,
            )
        except OSError as error:
            unusable = _unusable(settings.listen_host, settings.listen_port, error)
            if not or_wait or error.errno != errno.EADDRINUSE:
                raise unusable from error
            if not self._waits_for_port:
                _LOG.warning("OSC waits until the port is free: %s", unusable)
            self._waits_for_port = True
            self._lost.set()
            return
        self.is_full = self._waits_for_port = False
        self._lost.clear()
        _LOG.info("sending", extra={"fields": {"target": str(self._target), "listening": str(self.address)}})

    async def run(self) -> None:
        """Serve until cancelled; starts if that has not been done.

        Raises:
            InputError: see ``start``.
        """
        if not self._is_started:
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
                await self.start(or_wait=True)
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
                self._adm.resend_all()
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
        news = [(self._adm.take_changes(most_messages=_MOST_MESSAGES), self._target)]
        for port in self._adm.askers:
            answers = self._adm.take_answers(port)
            news += [(answers, address) for address in self._answered_at(port)]
        for groups, address in news:
            for bundle in bundles(groups, unix_s=unix_s if self._settings.time_tags else None):
                transport.sendto(bundle, address)
                self.counts.sent += 1

    # ------------------------------------------------------------------------------------------------ coming in

    def _answered_at(self, port: Hashable) -> list[tuple[Any, ...]]:
        reply_port, target_port = self._settings.reply_port, self._settings.target_port
        ports = {port, target_port} if reply_port is None else {reply_port}
        return [(self._target[0], reached, *self._target[2:]) for reached in ports]

    def receive(self, data: bytes, host: str, port: int) -> None:
        """Take in a datagram, whatever it is.

        Args:
            data: its bytes.
            host: who sent it.
            port: from where there.
        """
        if _plain_ip(host) != _plain_ip(str(self._target[0])):
            self.counts.strangers += 1
            return
        if not self._bucket.take(time.monotonic()):
            self.counts.too_many += 1
            return
        self.counts.heard += 1
        try:
            commands = self._adm.receive(packet_from_bytes(data), now_s=self._feed.now_s(), asker=port)
        except SonoramaError as error:
            self._refuse(error)
            return
        for command in commands:
            try:
                self._feed.apply(command)
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
    """Passes on what asyncio says of the socket."""

    def __init__(self, server: OscServer) -> None:
        self._server = server
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._server.receive(data, *addr[:2])

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
    return InputError(
        f"can't be used for OSC ({os_reason(error)})", where=f"{host} port {port}", remedy="choose another address"
    )
