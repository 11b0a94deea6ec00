"""A client that follows one scene and, where there is something to play on, hears it live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from binaural.listener import Listener
from protocol.errors import InputError
from protocol.session.client_session import ClientSession
from protocol.session.events import Connected
from protocol.wire import ErrorMessage, ListenerPose, LiveStart, SceneRemoved, Subscribe
from protocol.wire.frames import Frame
from server.client.address import Address
from server.client.link import Link, LinkEvent

_POSES_PER_S = 60.0


class Sink(Protocol):
    """A receiver of live blocks, such as a sound card or a file."""

    def take(self, block: Frame) -> None:
        """Take the next block."""
        ...


class SceneClient:
    """Follows one scene.

    Args:
        address: the address of the server.
        scene_id: the scene to follow.
        token: the server's token, or None.
        sinks: where live sound goes; without a sink, the client does not ask for live sound.
        head: returns the pose of the head, given the seconds since the sound began.
        intercept: see :class:`Link`.
    """

    def __init__(
        self,
        address: Address,
        scene_id: str,
        *,
        token: str | None,
        sinks: Sequence[Sink],
        head: Callable[[float], Listener],
        intercept: Callable[[str | bytes, float], bool] = lambda _frame, _now_s: False,
    ) -> None:
        self.session = ClientSession(client="sonorama listen", token=token)
        self.session.subscribe(Subscribe(scene_id=scene_id))
        self._link = Link(address, self.session, on_event=self._handle, intercept=intercept)
        self._address, self._scene_id = address, scene_id
        self._sinks, self._head = sinks, head
        self._on_event: Callable[[LinkEvent], None] = lambda _event: None
        self._refusal: asyncio.Future[InputError] | None = None
        self._sent_head: Listener | None = None

    @staticmethod
    def now_s() -> float:
        """The client's clock, in seconds."""
        return Link.now_s()

    async def run(self, on_event: Callable[[LinkEvent], None]) -> None:
        """Follow the scene until cancelled.

        Args:
            on_event: called with everything that happens, in order, live blocks included.

        Raises:
            InputError: there is no such scene, or the token is wrong.
            UnavailableError: the server can't be reached, or refuses the client.
        """
        self._on_event = on_event
        self._refusal = asyncio.get_running_loop().create_future()
        work = [asyncio.create_task(self._link.run())]
        if self._sinks:
            work.append(asyncio.create_task(self._send_poses()))
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

    def _handle(self, event: LinkEvent) -> None:
        match event:
            case Frame():
                for sink in self._sinks:
                    sink.take(event)
            case Connected() if self._sinks:
                # A live stream ends with its connection: the new one doesn't know the head's pose yet.
                self.session.send(LiveStart(scene_id=self._scene_id))
                self._sent_head = None
            case SceneRemoved():
                self._fail("the scene was deleted")
            case ErrorMessage(message=message) if self._scene_id not in self.session.scenes:
                self._fail(message)
        self._on_event(event)

    def _fail(self, message: str) -> None:
        """Have :meth:`run` end with an error of the server's."""
        if self._refusal is not None and not self._refusal.done():
            remedy = "choose another scene with --scene"
            self._refusal.set_result(InputError(f"says: {message}", where=self._address.base_url, remedy=remedy))

    async def _send_poses(self) -> None:
        """Send the head's pose while it changes, as often as a headset would."""
        began_s = self.now_s()
        while True:
            head = self._head(self.now_s() - began_s)
            if head != self._sent_head and self._scene_id in self.session.scenes:
                self._sent_head = head
                await self._link.send(self._pose(head))
            await asyncio.sleep(1.0 / _POSES_PER_S)

    def _pose(self, head: Listener) -> ListenerPose:
        return ListenerPose(
            scene_id=self._scene_id, position_m=head.position_m, orientation=head.quaternion, client_time_s=self.now_s()
        )
