"""Live binaural sound for one client: the streams that it started."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from protocol.errors import SonoramaError, UnavailableError
from protocol.events import Notice
from protocol.session.server_session import ServerSession
from protocol.wire import ListenerPose, LiveStart
from server.api.rendering.engine import LATE_S
from server.api.rendering.host import live_report
from server.api.rendering.live_stream import LiveStream
from server.api.streaming.live_scenes import LiveScenes

_SOON_S = 0.001
# How long a scene that is gone is still rendered, so that it falls silent without a click.
_FADE_S = 0.1


class LiveSound:
    """Starts and stops the streams of one client, and turns them with its head.

    Args:
        session: the client's.
        live_scenes: what can be heard.
        wake: is called when there is something to send.
    """

    def __init__(self, session: ServerSession, live_scenes: LiveScenes, wake: Callable[[], None]) -> None:
        self._session = session
        self._live_scenes = live_scenes
        self._wake = wake
        self._streams: dict[int, tuple[LiveStream, str]] = {}
        self._starting: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._streams)

    @property
    def underruns(self) -> int:
        """Blocks of these streams that were late."""
        return sum(stream.underruns for stream, _ in tuple(self._streams.values()))

    def start(self, request: LiveStart, *, reply_to: int) -> None:
        """Begin a stream, once the client has been told that it comes; meanwhile its other messages are answered.

        Args:
            request: what the client asks for.
            reply_to: the sequence number of its message, for an error that comes later.

        Raises:
            UnavailableError: the client has as many streams as it may have.
        """
        if len(self._streams) + len(self._starting) >= self._live_scenes.policy.limits.streams:
            raise UnavailableError("there are too many streams", where="live_start", remedy="stop another one first")

        async def start() -> None:
            try:
                await self._start(request)
            except SonoramaError as error:
                self._session.refuse(error, reply_to=reply_to)
                self._wake()

        task = asyncio.create_task(start())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _start(self, request: LiveStart) -> None:
        live_scenes = self._live_scenes
        scene = await live_scenes.open(request.scene_id)
        stream_id = self._session.new_stream_id()

        def deliver(frame: bytes, due_s: float) -> None:
            self._session.send_live(frame, deadline_s=due_s + LATE_S)
            self._wake()

        stream, started = await live_scenes.host.prepare(request, scene, stream_id=stream_id, others=len(self._streams))
        self._session.publish(started)
        self._wake()
        # Blocks overtake messages, and this one must come first.
        while (memory := self._session.memory) is not None and len(memory.outbox):
            await asyncio.sleep(_SOON_S)
        self._streams[stream_id] = stream, request.scene_id

        def tell(source_id: str) -> None:
            notice = Notice(text=f"{source_id} can't be played and is left out", scene_id=scene.scene_id)
            live_scenes.publish(scene.scene_id, [notice])

        live_scenes.host.begin(stream, scene, deliver, on_fault=tell)

    def stop(self, stream_id: int) -> None:
        """End a stream; one that is over already is passed over."""
        stream, _ = self._streams.pop(stream_id, (None, ""))
        if stream is not None:
            self._live_scenes.host.end(stream)

    def stop_scene(self, scene_id: str) -> None:
        """End the streams of a scene that is gone, once its sources have faded out."""
        loop = asyncio.get_running_loop()
        for stream_id, (_, streamed) in self._streams.items():
            if streamed == scene_id:
                loop.call_later(_FADE_S, self.stop, stream_id)

    def stop_all(self) -> None:
        """End all streams, also those that have not begun yet."""
        for task in self._starting:
            task.cancel()
        for stream_id in tuple(self._streams):
            self.stop(stream_id)

    def turn(self, pose: ListenerPose) -> None:
        """Let the head of the streams of a scene be as a pose has it."""
        for stream, scene_id in self._streams.values():
            if scene_id == pose.scene_id:
                stream.set_pose(pose)

    def report(self) -> None:
        """Tell the client how its streams are doing."""
        memory = self._session.memory
        for stream, _ in self._streams.values():
            dropped = 0 if memory is None else memory.outbox.dropped_blocks
            self._session.publish(live_report(stream, dropped=dropped, now_s=self._live_scenes.now_s()))
