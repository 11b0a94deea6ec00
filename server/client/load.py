"""Many clients in one process: how a server copes with them, and how old positions are when they arrive."""

from __future__ import annotations

import asyncio
import re
from array import array
from dataclasses import dataclass

import numpy as np

from protocol.errors import SonoramaError
from protocol.session.client_session import ClientSession
from protocol.session.events import Connected
from protocol.wire import SceneSnapshot, Subscribe
from server.client.address import Address
from server.client.link import Disconnected, Link, LinkEvent

# How moves begin when this project's server writes them; a message that begins otherwise is decoded in full.
_MOVES = re.compile(r'\{"type":"source_moved","seq":\d+,"scene_id":"[a-z0-9-]+","at_s":([0-9.e+-]+),')
# One of this many moves is decoded in full, so that the session acknowledges what has arrived.
_DECODED_SHARE = 64
# How many connections are opened at once: more would wait in the server's backlog.
_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What many clients have received."""

    clients: int
    welcomed: int
    """How often clients were welcomed, in all: more than ``clients`` if some had to connect again."""
    lost: int
    """How many connections were lost."""
    messages: int
    moves: int
    p50_ms: float
    """Median age of positions: the server time of their arrival less their own time. NaN if there were none."""
    p99_ms: float
    """The age below which 99 % of positions were."""


class LoadTest:
    """Clients that all follow one scene and play nothing.

    Args:
        address: the address of the server.
        scene_id: the scene that they follow.
        clients: how many clients.
        token: the server's token, or None.
    """

    def __init__(self, address: Address, scene_id: str, *, clients: int, token: str | None) -> None:
        self._clients = [
            _Client(address, scene_id, name=f"load {number + 1}", token=token) for number in range(clients)
        ]

    async def run(self) -> None:
        """Connect all clients, and receive until cancelled.

        Raises:
            ExceptionGroup: of the errors of clients that can't reach the server, or are refused.
        """
        gate = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for client in self._clients:
                group.create_task(client.run(gate))

    @property
    def ready(self) -> int:
        """How many clients have received the scene."""
        return sum(client.is_ready for client in self._clients)

    def begin_counting(self) -> None:
        """Count from zero from now on."""
        for client in self._clients:
            client.begin_counting()

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
        self._link = Link(address, self._session, on_event=self._handle, intercept=self._measure)
        self._offset_s = 0.0
        self._since_decoded = 0
        self._opened = asyncio.Event()
        self.is_ready = False
        self.welcomed = 0
        self.begin_counting()

    def begin_counting(self) -> None:
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

    def _measure(self, frame: str | bytes, now_s: float) -> bool:
        """Count a frame and the age of its positions; returns whether the session need not see it."""
        self.messages += 1
        if isinstance(frame, bytes) or (moves := _MOVES.match(frame)) is None:
            return False
        self.ages_s.append(now_s + self._offset_s - float(moves[1]))
        self._since_decoded = (self._since_decoded + 1) % _DECODED_SHARE
        return self._since_decoded != 0

    def _handle(self, event: LinkEvent) -> None:
        match event:
            case Connected():
                self.welcomed += 1
                self._opened.set()
            case Disconnected():
                self.lost += 1
            case SceneSnapshot():
                self.is_ready = True
        estimate = self._session.clock.estimate(self._link.now_s())
        if estimate is not None:
            self._offset_s = estimate.offset_s


def first_error(group: BaseExceptionGroup[BaseException]) -> SonoramaError | None:
    """The first error of a group that says what a person can do about it; None if there is none."""
    match, _ = group.split(SonoramaError)
    while match is not None:
        first = match.exceptions[0]
        if isinstance(first, SonoramaError):
            return first
        match = first if isinstance(first, BaseExceptionGroup) else None
    return None
