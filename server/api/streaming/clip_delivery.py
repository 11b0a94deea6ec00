"""Clips for one client: those of its subscriptions, and those that it asks for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from protocol.errors import SonoramaError, UnavailableError
from protocol.session.server_session import ServerSession
from protocol.wire import ClipBegin
from protocol.wire.base import Codec
from server.api.streaming.live_scenes import LiveScenes

_MOST_WANTED = 1024
_LOOK_AGAIN_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    scene_id: str
    source_id: str
    codec: Codec | None
    reply_to: int | None
    """Who asks has an answer to come; None for what a subscription brings."""


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
        self._wanted: deque[_Wanted] = deque()
        self._sending: asyncio.Task[None] | None = None

    def forget(self, scene_id: str) -> None:
        """From now on the client has no clips of a scene."""
        self._sent = {key: sha256 for key, sha256 in self._sent.items() if key[0] != scene_id}
        self._wanted = deque(
            wanted for wanted in self._wanted if wanted.scene_id != scene_id or wanted.reply_to is not None
        )

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
        self._wanted.clear()
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)

    def _begin(self, scene_id: str, source_id: str, codec: Codec | None, *, reply_to: int | None) -> None:
        wanted = _Wanted(scene_id=scene_id, source_id=source_id, codec=codec, reply_to=reply_to)
        if wanted in self._wanted:
            return
        if len(self._wanted) >= _MOST_WANTED:
            error = UnavailableError("too many clips wait", where=f"source {source_id}", remedy="ask again later")
            self._session.refuse(error, reply_to=reply_to)
            return
        self._wanted.append(wanted)
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_wanted())

    async def _send_wanted(self) -> None:
        """Send what is wanted, one after another: who takes nothing has few clips in memory."""
        while self._wanted:
            while not self._session.takes_clips:
                await asyncio.sleep(_LOOK_AGAIN_S)
            wanted = self._wanted.popleft()
            try:
                await self._send(wanted)
            except SonoramaError as error:
                self._session.refuse(error, reply_to=wanted.reply_to)
            self._wake()

    async def _send(self, wanted: _Wanted) -> None:
        scene_id, source_id = wanted.scene_id, wanted.source_id
        live = await self._live_scenes.open(scene_id)
        clip = live.clip(source_id)
        if wanted.reply_to is None and self._sent.get((scene_id, source_id)) == clip.sha256:
            return
        self._sent[scene_id, source_id] = clip.sha256
        chosen = self._session.clip_codec(wanted.codec)
        path = await asyncio.to_thread(self._live_scenes.scenes.clip, scene_id, clip.sha256)
        encoded = await self._live_scenes.encoder.encoded(path, clip, chosen)
        begin = ClipBegin(
            stream_id=self._session.new_stream_id(),
            scene_id=scene_id,
            source_id=source_id,
            clip_sha256=clip.sha256,
            codec=chosen,
            sample_rate_hz=clip.sample_rate_hz,
            channels=clip.channels,
            size_bytes=len(encoded.payload),
        )
        self._session.send_clip(begin, encoded.payload, sha256=encoded.sha256)
