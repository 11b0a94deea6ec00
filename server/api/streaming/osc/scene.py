"""A live scene as OSC sends and changes it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import assert_never

from protocol.errors import SonoramaError, UnavailableError
from protocol.osc.commands import OscCommand, SceneWanted
from protocol.wire import AnyMessage, Keep, ListenerPose, Mute, Play, SetSource, Stop
from server.api.http.problems import NotFoundError
from server.api.streaming.live_scenes import LiveScenes

_LOG = logging.getLogger("sonorama.osc")

_LOOK_AGAIN_S = 1.0

LISTENER_ID = "osc"
"""What others call the head whose pose comes by OSC. It never leaves: datagrams don't say goodbye."""


class OscScene:
    """A live scene for the OSC server: its messages out, commands in.

    Args:
        live_scenes: where it is open.
        scene_id: which one.
    """

    def __init__(self, live_scenes: LiveScenes, scene_id: str) -> None:
        self._live_scenes, self._scene_id = live_scenes, scene_id
        self._keeping: set[asyncio.Task[None]] = set()

    async def messages(self) -> AsyncIterator[AnyMessage]:
        """The scene, then what changes; after its removal the next scene of the same id, once there is one.

        Raises:
            NotFoundError: there is no such scene to begin with.
        """
        while True:
            async for message in self._live_scenes.follow(self._scene_id):
                yield message
            while not await asyncio.to_thread(self._is_there):
                await asyncio.sleep(_LOOK_AGAIN_S)

    def _is_there(self) -> bool:
        try:
            self._live_scenes.scenes.check(self._scene_id)
        except NotFoundError:
            return False
        return True

    def apply(self, command: OscCommand) -> None:
        """Carry out a receiver's command.

        Raises:
            SonoramaError: it can't be done.
        """
        match command:
            case SceneWanted():
                raise UnavailableError(
                    "another scene is asked for", where=command.name, remedy="start the server with another --osc-scene"
                )
            case ListenerPose():
                live = self._live_scenes.opened(self._scene_id)
                messages = live.share_pose(command, listener_id=LISTENER_ID)
            case Keep():
                # The disk takes its time, and datagrams don't wait.
                task = asyncio.create_task(self._keep(command))
                self._keeping.add(task)
                task.add_done_callback(self._keeping.discard)
                return
            case Play() | Stop() | Mute() | SetSource():
                live = self._live_scenes.opened(self._scene_id)
                messages = live.apply(command, self.now_s())
            case _:
                assert_never(command)
        self._live_scenes.publish(self._scene_id, messages)

    async def _keep(self, command: Keep) -> None:
        try:
            await self._live_scenes.carry_out(command)
        except (SonoramaError, OSError) as error:
            _LOG.warning("not kept: %s", error)

    def now_s(self) -> float:
        """The server's time."""
        return self._live_scenes.now_s()
