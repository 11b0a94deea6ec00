"""Many clients in one process: how a server bears them, and how old positions are when they come."""

from __future__ import annotations

import asyncio
import re
from array import array
from dataclasses import dataclass

import numpy as np

from protocol.client_session import ClientSession
from protocol.errors import SonoramaError
from protocol.session_events import Connected
from protocol.wire import SceneSnapshot, Subscribe
from server.client.address import Address
from server.client.link import Link, LinkEvent, Parted

# The canonical beginning of moves; whatever doesn't look so is read like any other message.
_MOVES = re.compile(r'\{"type":"source_moved","seq":\d+,"scene_id":"[a-z0-9-]+","at_s":([0-9.e+-]+),')
# Of so many moves one is read in full, so that the session acknowledges what has come.
_READ_ONE_OF = 64
# Connections that are opened at once: more would wait in the server's backlog.
_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What many clients have met with."""

    clients: int
    welcomed: int
    """How often any was welcomed: more than clients where some came back."""
    lost: int
    """How many connections ended before they were to."""
    messages: int
    moves: int
    p50_ms: float
    """Median of the age of positions: the server's time when they came, less the time that they're of. NaN if none."""
    p99_ms: float


class Load:
    """Clients that all follow one scene and play nothing.

    Args:
        address: of the server.
        scene_id: what to subscribe to.
        clients: how many.
        token: the server's, or None.
    """

    def __init__(self, address: Address, scene_id: str, *, clients: int, token: str | None) -> None:
        self._clients = [
            _Client(address, scene_id, name=f"load {number + 1}", token=token) for number in range(clients)
        ]

    async def run(self) -> None:
        """Connect all, and listen until cancelled.

        Raises:
            SonoramaError: the server can't be reached, or refuses.
        """
        gate = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for client in self._clients:
                group.create_task(client.run(gate))

    @property
    def ready(self) -> int:
        """How many clients have the scene."""
        return sum(client.is_ready for client in self._clients)

    def begin(self) -> None:
        """Count from now on."""
        for client in self._clients:
            client.begin()

    def report(self) -> LoadReport:
        """What has been counted."""
        ages_ms = 1e3 * np.concatenate([np.asarray(client.ages_s) for client in self._clients])
        p50_ms, p99_ms = np.percentile(ages_ms, [50, 99]) if ages_ms.size else (np.nan, np.nan)
        return LoadReport(
            clients=len(self._clients),
            welcomed=sum(client.welcomed for client in self._clients),
            lost=sum(client.lost for client in self._clients),
            messages=sum(client.messages for client in self._clients),
            moves=ages_ms.size,
            p50_ms=float(p50_ms),
            p99_ms=float(p99_ms),
        )


class _Client:
    def __init__(self, address: Address, scene_id: str, *, name: str, token: str | None) -> None:
        self._session = ClientSession(client=f"sonorama {name}", token=token)
        self._session.subscribe(Subscribe(scene_id=scene_id))
        self._link = Link(address, self._session, heard=self._hear, skims=self._skim)
        self._offset_s = 0.0
        self._since_read = 0
        self._opened = asyncio.Event()
        self.is_ready = False
        self.welcomed = 0
        self.begin()

    def begin(self) -> None:
        self.lost = self.messages = 0
        self.ages_s = array("d")

    async def run(self, gate: asyncio.Semaphore) -> None:
        async with gate:
            running = asyncio.create_task(self._link.run())
            opening = asyncio.create_task(self._opened.wait())
            await asyncio.wait([running, opening], return_when=asyncio.FIRST_COMPLETED)
            opening.cancel()
        try:
            await running
        finally:
            running.cancel()

    def _skim(self, frame: str | bytes, now_s: float) -> bool:
        self.messages += 1
        if isinstance(frame, bytes) or (moves := _MOVES.match(frame)) is None:
            return False
        self.ages_s.append(now_s + self._offset_s - float(moves[1]))
        self._since_read = (self._since_read + 1) % _READ_ONE_OF
        return self._since_read != 0

    def _hear(self, event: LinkEvent) -> None:
        match event:
            case Connected():
                self.welcomed += 1
                self._opened.set()
            case Parted():
                self.lost += 1
            case SceneSnapshot():
                self.is_ready = True
        estimate = self._session.clock.estimate(self._link.now_s())
        if estimate is not None:
            self._offset_s = estimate.offset_s


def first_error(group: BaseExceptionGroup[BaseException]) -> SonoramaError | None:
    """Of what went wrong for many, one that a person can mend; None where there is none."""
    match, _ = group.split(SonoramaError)
    while match is not None:
        first = match.exceptions[0]
        if isinstance(first, SonoramaError):
            return first
        match = first if isinstance(first, BaseExceptionGroup) else None
    return None
