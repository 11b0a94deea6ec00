"""Connections from their first byte to their last, each with its deadlines.

A visit waits for the head of a request (or, once it is a WebSocket, for the hello), or is being answered. Who doesn't
say in time what it wants, or doesn't take the answer, has to go. Whoever hasn't sent anything yet that was let in is a
stranger; when there are too many of those, the one that has been silent longest makes room, so that a new one always
gets its turn.
"""

from __future__ import annotations

import socket
import struct
from asyncio import Transport
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal

from starlette.types import Scope

from server.api.connections.budgets import Budgets
from server.api.connections.meter import KNOWN, STRANGER, Share

VISIT = "visit"
"""The key of a connection's visit in the state of its scopes."""

_NO_LINGERING = struct.pack("ii", 1, 0)

Held = Literal["requests", "listeners"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long clients may take.

    Attributes:
        head_s: until the head of a request is there, from the connection or from the last answer on.
        write_s: without taking anything of what is sent; a buffer of 64 KiB lies between, so this is also a lowest
            rate of about 1.5 kB/s.
    """

    head_s: float = 10.0
    write_s: float = 30.0


@dataclass(slots=True, eq=False)
class Visit:
    """One connection.

    Attributes:
        address: of the client.
        transport: the connection.
        waiting_since_s: since when it is awaited that the client says what it wants; None while that is done.
        flowed_s: when the client last took what was sent.
    """

    address: str
    transport: Transport
    door: Door = field(repr=False)
    waiting_since_s: float | None
    flowed_s: float

    @property
    def share(self) -> Share:
        """How much of a core it may take to read what it sends."""
        return STRANGER if self in self.door.strangers else KNOWN

    def let_in(self) -> None:
        """Somebody who may be here: no stranger any more."""
        self.waiting_since_s = None
        self.door.strangers.pop(self, None)

    def cut(self) -> None:
        """End the connection at once; what the client has not taken is lost, so that the kernel doesn't keep it."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
        self.transport.abort()


class Door:
    """Keeps who is there, and says who has to go.

    Args:
        budgets: how many there may be.
        deadlines: how long they may take.
        is_proxy: whether an address speaks for many, and may have as many connections as there are.
    """

    def __init__(
        self, budgets: Budgets, deadlines: Deadlines, *, is_proxy: Callable[[str], bool] = lambda _: False
    ) -> None:
        self._is_proxy = is_proxy
        self.budgets = budgets
        self.deadlines = deadlines
        self.visits: set[Visit] = set()
        self.strangers: dict[Visit, None] = {}
        """The one that came first is first."""
        self.held = dict.fromkeys(("requests", "listeners"), 0)
        """How many requests are being answered, and how many listen."""
        self._of_address: Counter[str] = Counter()

    def enter(self, address: str, transport: Transport, now_s: float) -> Visit | None:
        """Let somebody connect; returns None if there is no room.

        A stranger may have to make room: its connection is cut.

        Args:
            address: of the client.
            transport: the connection.
            now_s: the time.
        """
        if len(self.visits) >= self.budgets.connections:
            return None
        has_many = self._of_address[address] >= self.budgets.of_one_address
        if has_many and not (_is_loopback(address) or self._is_proxy(address)):
            return None
        if len(self.strangers) >= self.budgets.strangers:
            silent = next((visit for visit in self.strangers if visit.waiting_since_s is not None), None)
            if silent is None:
                return None
            self.leave(silent)
            silent.cut()
        visit = Visit(address, transport, self, waiting_since_s=now_s, flowed_s=now_s)
        self.visits.add(visit)
        self.strangers[visit] = None
        self._of_address[address] += 1
        return visit

    def leave(self, visit: Visit) -> None:
        """Somebody has gone; more than once does no harm."""
        if visit not in self.visits:
            return
        self.visits.remove(visit)
        self.strangers.pop(visit, None)
        self._of_address[visit.address] -= 1
        if not self._of_address[visit.address]:
            del self._of_address[visit.address]

    def has_room(self, kind: Held) -> bool:
        """Whether one more request or listener can be held."""
        return self.held[kind] < (self.budgets.requests if kind == "requests" else self.budgets.listeners)

    @contextmanager
    def holding(self, kind: Held) -> Iterator[None]:
        """Count a request or a listener for as long as it lasts."""
        self.held[kind] += 1
        try:
            yield
        finally:
            self.held[kind] -= 1

    def late(self, now_s: float) -> Iterator[Visit]:
        """Who has let a deadline pass."""
        for visit in tuple(self.visits):
            if not visit.transport.get_write_buffer_size():
                visit.flowed_s = now_s
            is_silent = visit.waiting_since_s is not None and now_s - visit.waiting_since_s > self.deadlines.head_s
            if is_silent or now_s - visit.flowed_s > self.deadlines.write_s:
                yield visit


def visit_of(scope: Scope) -> Visit | None:
    """The connection that a request came by; None where nobody keeps a door."""
    found: Visit | None = scope.get("state", {}).get(VISIT)
    return found


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
