"""How much of the event loop one connection may take by what it sends.

What is cheap to send may be dear to read: an empty ping has six bytes, and a body can come in chunks of one. So it
isn't bytes or frames that are metered, but the processor's time that reading them takes. Who has used up its share
isn't read for a while, and the network makes it wait.
"""

from __future__ import annotations

import time
from asyncio import AbstractEventLoop, Handle, Transport
from collections.abc import Callable
from dataclasses import dataclass

# So few bytes that even the dearest take about 2 ms; then it's somebody else's turn.
_SLICE_BYTES = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of one core: so much of it in the long run, and so many seconds of it at once."""

    of_core: float
    at_once_s: float


STRANGER = Share(of_core=0.01, at_once_s=0.02)
"""A head and a hello take less than a millisecond."""
KNOWN = Share(of_core=0.25, at_once_s=0.1)
"""Enough for 240 commands a second, and for uploads as fast as a network brings them."""


class Meter:
    """Hands on what a connection sends, slice by slice, as far as its share goes.

    Args:
        loop: the event loop.
        transport: the connection, which isn't read while its share is used up.
        feed: reads some bytes.
        share: returns the share that the connection has now.
        reads_on: whether the connection would be read but for its share.
        spent_s: a clock of what reading takes: by default, the processor's time of this thread.
    """

    def __init__(
        self,
        loop: AbstractEventLoop,
        transport: Transport,
        feed: Callable[[bytes], None],
        *,
        share: Callable[[], Share],
        reads_on: Callable[[], bool],
        spent_s: Callable[[], float] = time.thread_time,
    ) -> None:
        self._loop, self._transport, self._feed = loop, transport, feed
        self._share, self._reads_on, self._spent_s = share, reads_on, spent_s
        self._waiting = bytearray()
        self._next: Handle | None = None
        self._left_s = STRANGER.at_once_s
        self._at_s = loop.time()

    def receive(self, data: bytes) -> None:
        """Take what has come."""
        if self._next is None and len(data) <= _SLICE_BYTES and self._is_in_credit():
            self._read(data)
            return
        self._waiting += data
        self._transport.pause_reading()
        if self._next is None:
            self._go_on()

    def take_waiting(self) -> bytes:
        """What has come and was not read yet, for whoever reads the connection from now on."""
        waiting = bytes(self._waiting)
        self.stop()
        return waiting

    def stop(self) -> None:
        """Read no more."""
        self._waiting.clear()
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _go_on(self) -> None:
        """Read a slice, and go on with the next when others have had their turn."""
        self._next = None
        if self._transport.is_closing():
            self.stop()
            return
        if not self._is_in_credit():
            self._next = self._loop.call_later(-self._left_s / self._share().of_core, self._go_on)
            return
        data = bytes(self._waiting[:_SLICE_BYTES])
        del self._waiting[:_SLICE_BYTES]
        # Reading may end the connection or hand it to another protocol, which takes what waits.
        self._next = self._loop.call_soon(self._go_on)
        self._read(data)
        if not self._waiting and self._next is not None:
            self._next.cancel()
            self._next = None
            if self._reads_on() and not self._transport.is_closing():
                self._transport.resume_reading()

    def _is_in_credit(self) -> bool:
        share, now_s = self._share(), self._loop.time()
        self._left_s = min(self._left_s + (now_s - self._at_s) * share.of_core, share.at_once_s)
        self._at_s = now_s
        return self._left_s > 0.0

    def _read(self, data: bytes) -> None:
        before_s = self._spent_s()
        self._feed(data)
        self._left_s -= self._spent_s() - before_s
