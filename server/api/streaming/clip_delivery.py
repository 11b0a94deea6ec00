"""Clips for one client: those of its subscriptions, and those that it asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from protocol.errors import SonoramaError
from protocol.session.server_session import ServerSession
from protocol.wire import ClipBegin
from protocol.wire.base import Codec
from server.api.streaming.clips import clip_payload
from server.api.streaming.live_scenes import LiveScenes


class ClipDelivery:
    """Reads and encodes clips beside the event loop, and hands them to the session.

    Args:
        session: the client's.
        live_scenes: where the clips are.
        wake: is called when there is something to send.
    """

    def __init__(self, session: ServerSession, live_scenes: LiveScenes, wake: Callable[[], None]) -> None:
        self._session = session
        self._live_scenes = live_scenes
        self._wake = wake
        self._sent: dict[tuple[str, str], str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def forget(self, scene_id: str) -> None:
        """From now on the client has no clips of a scene."""
        self._sent = {key: sha256 for key, sha256 in self._sent.items() if key[0] != scene_id}

    def offer(self, scene_id: str, source_id: str) -> None:
        """Send a clip to a client who wants them through the socket, unless it has this one."""
        memory = self._session.memory
        subscription = None if memory is None else memory.subscriptions.get(scene_id)
        if subscription is not None and subscription.delivery == "stream":
            self._begin(scene_id, source_id, subscription.codec, reply_to=None)

    def request(self, scene_id: str, source_id: str, codec: Codec | None, *, reply_to: int) -> None:
        """Send a clip that the client asks for, even if it has it; or else an error.

        Args:
            scene_id: of the scene.
            source_id: whose clip.
            codec: what to encode it as; None is the client's best.
            reply_to: the sequence number of the message that asks for it.
        """
        self._begin(scene_id, source_id, codec, reply_to=reply_to)

    async def stop(self) -> None:
        """Prepare no more clips."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, scene_id: str, source_id: str, codec: Codec | None, *, reply_to: int | None) -> None:
        async def begin() -> None:
            try:
                await self._send(scene_id, source_id, codec, is_asked_for=reply_to is not None)
            except SonoramaError as error:
                self._session.refuse(error, reply_to=reply_to)
            self._wake()

        task = asyncio.create_task(begin())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, scene_id: str, source_id: str, codec: Codec | None, *, is_asked_for: bool) -> None:
        live = await self._live_scenes.open(scene_id)
        clip = live.clip(source_id)
        if not is_asked_for and self._sent.get((scene_id, source_id)) == clip.sha256:
            return
        self._sent[scene_id, source_id] = clip.sha256
        chosen = self._session.clip_codec(codec)
        path = await asyncio.to_thread(self._live_scenes.scenes.clip, scene_id, clip.sha256)
        payload = await asyncio.to_thread(clip_payload, path, clip.sha256, chosen)
        begin = ClipBegin(
            stream_id=self._session.new_stream_id(),
            scene_id=scene_id,
            source_id=source_id,
            clip_sha256=clip.sha256,
            codec=chosen,
            sample_rate_hz=clip.sample_rate_hz,
            channels=clip.channels,
            size_bytes=len(payload),
        )
        self._session.send_clip(begin, payload)
