"""All scenes that are live now, and everybody who is connected."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import assert_never

from protocol.session.memory import Sessions
from protocol.session.policy import ServerPolicy
from protocol.wire import (
    AnyMessage,
    Command,
    ListenerLeft,
    ListenerPose,
    SceneMessage,
    SceneProgress,
    SceneReady,
    SceneRemoved,
    SceneSnapshot,
    SourceAdded,
    SourceMoved,
    SourceRemoved,
    SourceUpdated,
)
from protocol.wire.codec import Prepared
from server.api.http.problems import ConflictError, NotFoundError
from server.api.rendering.host import LiveHost
from server.api.scenes.hub import Hub
from server.api.scenes.store import SceneStore
from server.api.scenes.subscription import Subscription
from server.api.streaming.clips import ClipEncoder
from server.api.streaming.keeping import kept_by, with_live_kept
from server.api.streaming.live_scene import LiveScene
from server.api.streaming.subscriber import Subscriber

_COME_BACK_S = 2.0
_GOODBYE_S = 1.0

MOVES_PER_S = 60.0
"""How often places of moving sources are sent."""


class LiveScenes:
    """Live scenes by id, each opened when it is first asked for and kept until it is deleted or the server stops.

    Args:
        scenes: of the library.
        hub: where changes are published.
        policy: what clients are offered.
        memory_bytes: how much of their clips is kept, loaded to be heard or encoded to be sent.
    """

    def __init__(self, scenes: SceneStore, hub: Hub, policy: ServerPolicy, *, memory_bytes: int) -> None:
        self.scenes = scenes
        self.policy = policy
        self.sessions = Sessions(resume_s=policy.limits.resume_s)
        self.host = LiveHost(scenes.clip, memory_bytes=memory_bytes * 3 // 4)
        self.encoder = ClipEncoder(memory_bytes=memory_bytes // 4)
        self._hub = hub
        self._live: dict[str, LiveScene] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._followers: defaultdict[str, set[Subscription[AnyMessage]]] = defaultdict(set)
        self._subscribers: set[Subscriber] = set()
        self._opening = asyncio.Lock()
        self._ticker: asyncio.Task[None] | None = None

    @staticmethod
    def now_s() -> float:
        """The server's clock: steady, and the one that all messages speak of."""
        return time.monotonic()

    # ------------------------------------------------------------------------------------------------ connections

    @property
    def listeners(self) -> int:
        """How many connections there are."""
        return len(self._subscribers)

    def subscribers(self) -> tuple[Subscriber, ...]:
        """All that are connected."""
        return tuple(self._subscribers)

    def join(self, subscriber: Subscriber) -> None:
        """Let a connection have what it subscribes to."""
        self._subscribers.add(subscriber)
        self._keep_moving()

    def leave(self, subscriber: Subscriber) -> None:
        """A connection is gone, and with it its listener: the others are told."""
        self._subscribers.discard(subscriber)
        for live in tuple(self._live.values()):
            self.publish(live.scene_id, live.remove_listener(subscriber.listener_id))

    # ------------------------------------------------------------------------------------------------ scenes

    def open_scenes(self) -> tuple[LiveScene, ...]:
        """The scenes that somebody has subscribed to."""
        return tuple(self._live.values())

    async def open(self, scene_id: str) -> LiveScene:
        """A scene, made live where it isn't yet.

        Raises:
            NotFoundError: there is no such scene.
        """
        async with self._opening:
            if scene_id not in self._live:
                await asyncio.to_thread(self.scenes.check, scene_id)
                self._live[scene_id] = await self._make_live(scene_id)
        self._keep_moving()
        return self._live[scene_id]

    def opened(self, scene_id: str) -> LiveScene:
        """A scene that is live already.

        Raises:
            NotFoundError: it isn't.
        """
        if scene_id not in self._live:
            raise NotFoundError("is not live", where=f"scene {scene_id}", remedy="subscribe to it")
        return self._live[scene_id]

    async def _make_live(self, scene_id: str) -> LiveScene:
        # What happens while the disk is read waits in the subscription, and says the same things again.
        subscription = self._hub.subscribed(scene_id)
        events = subscription.__enter__()
        try:
            scene, _ = await asyncio.to_thread(self.scenes.scene, scene_id)
        except ConflictError:
            scene = None
        except BaseException:
            subscription.__exit__(None, None, None)
            raise
        live = LiveScene(scene_id, scene, now_s=self.now_s())

        async def follow_library() -> None:
            try:
                async for event in events:
                    self.publish(scene_id, live.receive(event, self.now_s()))
            finally:
                subscription.__exit__(None, None, None)
                self._live.pop(scene_id, None)
                self._tasks.pop(scene_id, None)

        self._tasks[scene_id] = asyncio.create_task(follow_library())
        return live

    async def follow(self, scene_id: str) -> AsyncIterator[AnyMessage]:
        """A scene's initial state, then what changes until it is removed; who is slow gets the newest of everything.

        Raises:
            NotFoundError: there is no such scene.
        """
        live = await self.open(scene_id)
        follower = Subscription(live.initial_state(self.now_s()))
        self._followers[scene_id].add(follower)
        self._keep_moving()
        try:
            async for message in follower:
                yield message
                if isinstance(message, SceneRemoved):
                    return
        finally:
            self._followers[scene_id].discard(follower)

    async def carry_out(self, command: Command) -> None:
        """Carry out a command: tell all who subscribed, and write to the scene's file what is to be kept.

        Raises:
            SonoramaError: it can't be done, or can't be kept.
        """
        live = await self.open(command.scene_id)
        self.publish(command.scene_id, live.apply(command, self.now_s()))
        names, source_id = kept_by(command), command.source_id
        if names:
            scene, _ = await self.scenes.change(
                command.scene_id,
                lambda scene: with_live_kept(
                    scene, live.snapshot(self.now_s()).sources, source_id=source_id, names=names
                ),
            )
            self.publish(command.scene_id, live.take_kept(scene, source_id=source_id, names=names))

    # ------------------------------------------------------------------------------------------------ going out

    def publish(self, scene_id: str, messages: Sequence[AnyMessage]) -> None:
        """Send what a scene's state has taken in to all who subscribed, also to those who may come back."""
        for message in messages:
            self._publish(scene_id, message)
        # Only these can set a source off, and poses come often.
        if any(isinstance(message, SceneSnapshot | SourceAdded | SourceUpdated) for message in messages):
            self._keep_moving()

    def _publish(self, scene_id: str, message: AnyMessage) -> None:
        prepared = Prepared(message)
        voiced = _new_clips(message)
        # Nobody is told of their own head.
        about = message.listener_id if isinstance(message, ListenerPose | ListenerLeft) else None
        for subscriber in self._subscribers:
            memory = subscriber.session.memory
            if memory is None or scene_id not in memory.subscriptions:
                continue
            if about is not None and about == subscriber.listener_id:
                continue
            subscriber.session.publish(prepared)
            for source_id in voiced:
                subscriber.offer_clip(scene_id, source_id)
            subscriber.wake()
        for follower in self._followers.get(scene_id, ()):
            follower.put(message)
        for memory in self.sessions.waiting(self.now_s()):
            if scene_id in memory.subscriptions:
                memory.publish(prepared)
        if isinstance(message, SceneRemoved):
            for subscriber in self._subscribers:
                subscriber.forget(scene_id)

    def _keep_moving(self) -> None:
        if self._ticker is None and self._moving():
            self._ticker = asyncio.create_task(self._move())

    async def _move(self) -> None:
        """Send where moving sources are, until none moves that anybody is told of."""
        next_s = self.now_s()
        try:
            while True:
                moving = self._moving()
                if not moving:
                    return
                for live in moving:
                    moves = live.move(self.now_s())
                    if moves is not None:
                        self._publish(live.scene_id, moves)
                next_s = max(next_s + 1.0 / MOVES_PER_S, self.now_s())
                await asyncio.sleep(next_s - self.now_s())
        finally:
            self._ticker = None

    def _moving(self) -> list[LiveScene]:
        """The scenes in which something moves, and somebody is connected who is told so."""
        moving = [live for live in self._live.values() if live.is_moving]
        if not moving:
            return []
        told = {scene_id for scene_id, followers in self._followers.items() if followers}
        for subscriber in self._subscribers:
            if subscriber.session.memory is not None:
                told.update(subscriber.session.memory.subscriptions)
        return [live for live in moving if live.scene_id in told]

    # ------------------------------------------------------------------------------------------------ the end

    async def say_goodbye(self) -> None:
        """The server stops: tell clients so, who may come back, and give them a moment to read it."""
        for subscriber in self._subscribers:
            subscriber.session.shut_down("the server stops", retry_after_s=_COME_BACK_S)
            subscriber.wake()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                while self._subscribers:
                    await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """End everything that is live."""
        self.host.stop()
        self.encoder.close()
        tasks = [*self._tasks.values(), *([self._ticker] if self._ticker else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _new_clips(message: AnyMessage) -> list[str]:
    """The sources that a message gives a sound."""
    if not isinstance(message, SceneMessage):
        return []
    match message:
        case SourceAdded(source=source) | SourceUpdated(source=source):
            return [source.id] if source.clip is not None else []
        case SceneSnapshot(sources=sources):
            return [source.id for source in sources if source.clip is not None]
        case (
            SourceMoved() | SourceRemoved() | SceneProgress() | SceneReady() | SceneRemoved()
            | ListenerPose() | ListenerLeft()
        ):  # fmt: skip
            return []
        case _:
            assert_never(message)
