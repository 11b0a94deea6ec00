"""A client that follows one scene and, where there is something to play on, hears it live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from binaural.listener import Listener
from protocol.client_session import ClientSession
from protocol.errors import InputError
from protocol.frames import Frame
from protocol.session_events import Connected
from protocol.wire import ErrorMessage, ListenerPose, LiveStart, Subscribe
from server.client.address import Address
from server.client.link import Link, LinkEvent

_POSES_PER_S = 60.0


class Sink(Protocol):
    """Something that live blocks go to."""

    def take(self, block: Frame) -> None:
        """Here is the next one."""
        ...


class Listening:
    """One client.

    Args:
        address: of the server.
        scene_id: what to follow.
        token: the server's, or None.
        sinks: where live sound goes; where there are none, none is asked for.
        head: how the head is turned, so many seconds after the sound began.
        skims: see :class:`Link`.
    """

    def __init__(
        self,
        address: Address,
        scene_id: str,
        *,
        token: str | None,
        sinks: Sequence[Sink],
        head: Callable[[float], Listener],
        skims: Callable[[str | bytes, float], bool] = lambda _frame, _now_s: False,
    ) -> None:
        self.session = ClientSession(client="sonorama listen", token=token)
        self.session.subscribe(Subscribe(scene_id=scene_id))
        self._link = Link(address, self.session, heard=self._hear, skims=skims)
        self._address, self._scene_id = address, scene_id
        self._sinks, self._head = sinks, head
        self._told: Callable[[LinkEvent], None] = lambda _event: None
        self._refusal: asyncio.Future[InputError] | None = None
        self._known_head: Listener | None = None

    @staticmethod
    def now_s() -> float:
        """The client's clock."""
        return Link.now_s()

    async def run(self, told: Callable[[LinkEvent], None]) -> None:
        """Listen until cancelled.

        Args:
            told: hears of everything that happens, in order; blocks included.

        Raises:
            InputError: there is no such scene, or the token is wrong.
            UnavailableError: the server can't be reached, or refuses.
        """
        self._told = told
        self._refusal = asyncio.get_running_loop().create_future()
        work = [asyncio.create_task(self._link.run())]
        if self._sinks:
            work.append(asyncio.create_task(self._turn()))
        try:
            first: list[asyncio.Future[Any]] = [*work, self._refusal]
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if self._refusal.done():
                raise self._refusal.result()
            for task in work:
                if task.done():
                    task.result()
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    def _hear(self, event: LinkEvent) -> None:
        match event:
            case Frame():
                for sink in self._sinks:
                    sink.take(event)
            case Connected() if self._sinks:
                # A live stream ends with its connection, and what it knew of the head with it.
                self.session.send(LiveStart(scene_id=self._scene_id))
                self._known_head = None
            case ErrorMessage(message=message) if self._scene_id not in self.session.scenes:
                self._refuse(message)
        self._told(event)

    def _refuse(self, message: str) -> None:
        if self._refusal is not None and not self._refusal.done():
            remedy = "choose another scene with --scene"
            self._refusal.set_result(InputError(f"says: {message}", where=self._address.base_url, remedy=remedy))

    async def _turn(self) -> None:
        """Tell where the head is, as often as a headset would, while it moves."""
        began_s = self.now_s()
        while True:
            head = self._head(self.now_s() - began_s)
            if head != self._known_head and self._scene_id in self.session.scenes:
                self._known_head = head
                await self._link.send(self._pose(head))
            await asyncio.sleep(1.0 / _POSES_PER_S)

    def _pose(self, head: Listener) -> ListenerPose:
        w, x, y, z = head.quaternion
        return ListenerPose(
            scene_id=self._scene_id, position_m=head.position_m, orientation=(x, y, z, w), client_time_s=self.now_s()
        )
