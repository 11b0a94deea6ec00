"""All scenes that somebody hears now, and everybody who hears them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from protocol.codec import Prepared
from protocol.server_policy import ServerPolicy
from protocol.session import ServerSession
from protocol.session_memory import Sessions
from protocol.wire import AnyMessage, SceneSnapshot, SourceAdded, SourceUpdated
from server.api.hub import Hub
from server.api.live.host import LiveHost
from server.api.problems import ConflictError, NotFoundError
from server.api.scenes import Scenes
from server.api.stage.live_scene import LiveScene

_LOG = logging.getLogger("sonorama.stage")

_COME_BACK_S = 2.0
_GOODBYE_S = 1.0

MOVES_PER_S = 60.0
"""How often places of moving sources are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who is connected, for whoever watches the server."""

    client: str
    """What it calls itself, or where it is until it has said so."""
    scene_ids: tuple[str, ...]
    live_streams: int
    underruns: int
    """Blocks of these streams that were late."""


class Audience(Protocol):
    """Somebody who hears of scenes."""

    @property
    def guest(self) -> Guest:
        """Who it is."""
        ...

    @property
    def session(self) -> ServerSession: ...  # noqa: D102 - see protocol.session

    def wake(self) -> None:
        """There may be something to send."""
        ...

    def clip_came(self, scene_id: str, source_id: str) -> None:
        """A source of a scene that is heard has a clip, or another one."""
        ...


class Stage:
    """Live scenes by id, each opened when it is first asked for and kept until it is deleted or the server stops.

    Args:
        scenes: of the library.
        hub: where changes are published.
        policy: what clients are offered.
    """

    def __init__(self, scenes: Scenes, hub: Hub, policy: ServerPolicy) -> None:
        self.scenes = scenes
        self.policy = policy
        self.sessions = Sessions(resume_s=policy.limits.resume_s)
        self.host = LiveHost(scenes.clip)
        self._hub = hub
        self._live: dict[str, LiveScene] = {}
        self._followers: dict[str, asyncio.Task[None]] = {}
        self._overhearing: defaultdict[str, set[asyncio.Queue[AnyMessage]]] = defaultdict(set)
        self._audience: set[Audience] = set()
        self._opening = asyncio.Lock()
        self._ticker: asyncio.Task[None] | None = None

    @staticmethod
    def now_s() -> float:
        """The server's clock: steady, and the one that all messages speak of."""
        return time.monotonic()

    @property
    def listeners(self) -> int:
        """How many connections there are."""
        return len(self._audience)

    def join(self, somebody: Audience) -> None:
        """Have somebody hear what they subscribe to."""
        self._audience.add(somebody)

    def leave(self, somebody: Audience) -> None:
        """They are gone."""
        self._audience.discard(somebody)

    def heard(self) -> tuple[LiveScene, ...]:
        """The scenes that somebody hears, or has heard."""
        return tuple(self._live.values())

    def audience(self) -> tuple[Audience, ...]:
        """Everybody who is connected."""
        return tuple(self._audience)

    async def live(self, scene_id: str) -> LiveScene:
        """A scene, ready to be heard.

        Raises:
            NotFoundError: there is no such scene.
        """
        async with self._opening:
            if scene_id not in self._live:
                await asyncio.to_thread(self.scenes.check, scene_id)
                self._live[scene_id] = await self._opened(scene_id)
        return self._live[scene_id]

    def opened(self, scene_id: str) -> LiveScene:
        """A scene that is heard already.

        Raises:
            NotFoundError: it isn't.
        """
        if scene_id not in self._live:
            raise NotFoundError("nobody hears it", where=f"scene {scene_id}", remedy="subscribe to it")
        return self._live[scene_id]

    async def overheard(self, scene_id: str) -> AsyncIterator[AnyMessage]:
        """All that there is to know of a scene, then all that is told of it.

        Raises:
            NotFoundError: there is no such scene.
        """
        live = await self.live(scene_id)
        told: asyncio.Queue[AnyMessage] = asyncio.Queue()
        self._overhearing[scene_id].add(told)
        try:
            for message in live.introduction(self.now_s()):
                yield message
            while True:
                yield await told.get()
        finally:
            self._overhearing[scene_id].discard(told)

    async def _opened(self, scene_id: str) -> LiveScene:
        # What happens while the disk is read waits in the subscription, and says the same things again.
        subscription = self._hub.subscribed(scene_id)
        changes = subscription.__enter__()
        try:
            scene, _ = await asyncio.to_thread(self.scenes.scene, scene_id)
        except ConflictError:
            scene = None
        except BaseException:
            subscription.__exit__(None, None, None)
            raise
        live = LiveScene(scene_id, scene, now_s=self.now_s())

        async def follow() -> None:
            try:
                async for change in changes:
                    for message in live.heard(change, self.now_s()):
                        self.publish(scene_id, message)
            finally:
                subscription.__exit__(None, None, None)
                self._live.pop(scene_id, None)
                self._followers.pop(scene_id, None)

        self._followers[scene_id] = asyncio.create_task(follow())
        return live

    def publish(self, scene_id: str, message: AnyMessage) -> None:
        """Tell all who hear a scene, and those whose connection is broken once they are back."""
        prepared = Prepared(message)
        voiced = _new_clips(message)
        for somebody in self._audience:
            memory = somebody.session.memory
            if memory is not None and scene_id in memory.subscriptions:
                somebody.session.publish(prepared)
                for source_id in voiced:
                    somebody.clip_came(scene_id, source_id)
                somebody.wake()
        for queue in self._overhearing[scene_id]:
            queue.put_nowait(message)
        for memory in self.sessions.waiting(self.now_s()):
            if scene_id in memory.subscriptions:
                memory.publish(prepared)
        self._keep_moving()

    def _keep_moving(self) -> None:
        if self._ticker is None and any(live.is_moving for live in self._live.values()):
            self._ticker = asyncio.create_task(self._move())

    async def _move(self) -> None:
        """Tell where moving sources are, until none moves."""
        next_s = self.now_s()
        try:
            while True:
                for scene_id, live in tuple(self._live.items()):
                    moves = live.moves(self.now_s())
                    if moves is not None:
                        self.publish(scene_id, moves)
                if not any(live.is_moving for live in self._live.values()):
                    return
                next_s = max(next_s + 1.0 / MOVES_PER_S, self.now_s())
                await asyncio.sleep(next_s - self.now_s())
        finally:
            self._ticker = None

    async def say_goodbye(self) -> None:
        """The server stops: clients may come back, and have a moment to hear so."""
        for somebody in self._audience:
            somebody.session.shut_down("the server stops", retry_after_s=_COME_BACK_S)
            somebody.wake()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                while self._audience:
                    await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Nobody hears anything any more."""
        self.host.stop()
        tasks = [*self._followers.values(), *([self._ticker] if self._ticker else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _new_clips(message: AnyMessage) -> list[str]:
    """The sources that a message gives a sound."""
    match message:
        case SourceAdded(source=source) | SourceUpdated(source=source):
            return [source.id] if source.clip is not None else []
        case SceneSnapshot(sources=sources):
            return [source.id for source in sources if source.clip is not None]
        case _:
            return []
