"""One client's WebSocket: the session's machine, with a socket and a clock around it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from protocol.errors import SonoramaError, UnavailableError
from protocol.session import ServerSession
from protocol.session_events import Opened, ServerEvent, SnapshotWanted, Unsubscribed, Wished
from protocol.versions import chosen_subprotocol
from protocol.wire import ClipBegin, ClipRequest, ListenerLeft, ListenerPose, LiveStart, LiveStop
from protocol.wire.base import Codec
from server.api.live.engine import LATE_S
from server.api.live.host import report
from server.api.live.stream import LiveStream
from server.api.stage.abortable import AbortableWebSocket
from server.api.stage.clips import clip_payload
from server.api.stage.stage import Guest, Stage

_LOG = logging.getLogger("sonorama.stream")

SEND_S = 2.0
"""How long a frame may take to leave; who doesn't read for so long is let go. uvicorn keeps at most 64 KiB before."""

_TICK_S = 1.0
# More in one go would keep other clients waiting.
_AT_ONCE = 8
_SOON_S = 0.001


class Connection:
    """A client from its upgrade to its end.

    Args:
        websocket: not yet accepted.
        stage: what can be heard.
        authorised: whether the upgrade request carried the token.
        socket: behind the WebSocket; None where that isn't known.
    """

    def __init__(
        self, websocket: WebSocket, stage: Stage, *, authorised: bool, socket: AbortableWebSocket | None
    ) -> None:
        self._websocket = websocket
        self._stage = stage
        self._socket = socket
        self._is_sending = False
        self._wake = asyncio.Event()
        self._sent_clips: dict[tuple[str, str], str] = {}
        self._shared_in: set[str] = set()
        self._live: dict[int, tuple[LiveStream, str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        address = websocket.client
        self._name = "" if address is None else address.host
        self.session = ServerSession(
            policy=stage.policy, sessions=stage.sessions, now_s=stage.now_s(), authorised=authorised
        )

    async def run(self) -> None:
        """Serve the client until one of both has had enough."""
        await self._websocket.accept(subprotocol=chosen_subprotocol(self._websocket.scope["subprotocols"]))
        self._stage.join(self)
        tasks = [asyncio.create_task(work()) for work in (self._receive, self._send, self._tick)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self.session.disconnected(self._stage.now_s())
            self._stage.leave(self)
            self._tell_of_leaving()
            for stream_id in tuple(self._live):
                self._end_live(stream_id)
            for task in (*tasks, *self._tasks):
                task.cancel()
            await asyncio.gather(*tasks, *self._tasks, return_exceptions=True)

    @property
    def guest(self) -> Guest:
        """Who this is."""
        memory = self.session.memory
        return Guest(
            client=self._name,
            scene_ids=() if memory is None else tuple(memory.subscriptions),
            live_streams=len(self._live),
            underruns=sum(stream.underruns for stream, _ in tuple(self._live.values())),
        )

    async def _receive(self) -> None:
        while (message := await self._websocket.receive())["type"] == "websocket.receive":
            text = message.get("text")
            self.session.receive(message["bytes"] if text is None else text, self._stage.now_s())
            for event in self.session.take_events():
                await self._act(event)
            self.wake()

    # ------------------------------------------------------------------------------------------------ going out

    def wake(self) -> None:
        """Send what there is to send: at once as far as the kernel takes it, the rest as soon as it does."""
        socket, now_s = self._socket, self._stage.now_s()
        if socket is not None and not self._is_sending:
            for _ in range(_AT_ONCE):
                if not socket.takes_more:
                    break
                frame = self.session.next_frame(now_s)
                if frame is None:
                    if self.session.close is not None:
                        break
                    return
                socket.write(frame)
        self._wake.set()

    async def _send(self) -> None:
        """Send what can't be sent at once; each frame has a deadline."""
        session, stage = self.session, self._stage
        while True:
            self._is_sending = False
            await self._wake.wait()
            self._is_sending = True
            self._wake.clear()
            try:
                while (frame := session.next_frame(stage.now_s())) is not None:
                    kind = "text" if isinstance(frame, str) else "bytes"
                    async with asyncio.timeout(SEND_S):
                        await self._websocket.send({"type": "websocket.send", kind: frame})
                if session.close is not None:
                    async with asyncio.timeout(SEND_S):
                        await self._websocket.close(session.close.code, session.close.reason)
                    return
            except TimeoutError:
                session.give_up()
                _LOG.info("stopped reading", extra={"fields": {"client": str(self._websocket.client)}})
                if self._socket is not None:
                    self._socket.abort()
                return
            except (WebSocketDisconnect, RuntimeError):
                return

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self.session.tick(self._stage.now_s())
            self._report()
            self.wake()

    # ------------------------------------------------------------------------------------------------ what is asked

    async def _act(self, event: ServerEvent) -> None:
        match event:
            case Opened(client=client, resumed=resumed):
                self._name = client
                _LOG.info("opened", extra={"fields": {"client": client, "resumed": resumed}})
            case SnapshotWanted(seq=seq, subscription=subscription):
                await self._show(subscription.scene_id, seq)
            case Unsubscribed(scene_id=scene_id):
                self._sent_clips = {key: sha for key, sha in self._sent_clips.items() if key[0] != scene_id}
            case Wished(message=LiveStop(stream_id=stream_id)):
                self._end_live(stream_id)
            case Wished(seq=seq, message=message):
                try:
                    await self._grant(seq, message)
                except SonoramaError as error:
                    self.session.refuse(error, reply_to=seq)

    async def _show(self, scene_id: str, seq: int | None) -> None:
        try:
            live = await self._stage.live(scene_id)
        except SonoramaError as error:
            self.session.refuse(error, reply_to=seq)
            return
        self._sent_clips = {key: sha for key, sha in self._sent_clips.items() if key[0] != scene_id}
        for message in live.introduction(self._stage.now_s()):
            self.session.publish(message)
        for source in live.state.sources.values():
            if source.clip is not None:
                self.clip_came(scene_id, source.id)

    async def _grant(self, seq: int, message: Any) -> None:
        live = await self._stage.live(message.scene_id)
        match message:
            case ListenerPose():
                self._hear_pose(message)
            case ClipRequest(source_id=source_id, codec=codec):
                self._begin_clip(message.scene_id, source_id, codec, reply_to=seq)
            case LiveStart():
                await self._begin_live(message)
            case _:
                for told in live.obeyed(message, self._stage.now_s()):
                    self._stage.publish(message.scene_id, told)
                self.session.acknowledge(seq)

    # ------------------------------------------------------------------------------------------------ poses

    @property
    def listener_id(self) -> str:
        """What others call this listener: nothing that lets them take the session."""
        return f"listener-{id(self):x}"

    def _hear_pose(self, pose: ListenerPose) -> None:
        for stream, scene_id in self._live.values():
            if scene_id == pose.scene_id:
                stream.turn(pose)
        if pose.share:
            self._shared_in.add(pose.scene_id)
            self._tell_others(pose.scene_id, _told_of(pose, self.listener_id))

    def _tell_of_leaving(self) -> None:
        for scene_id in self._shared_in:
            self._tell_others(scene_id, ListenerLeft(scene_id=scene_id, listener_id=self.listener_id))

    def _tell_others(self, scene_id: str, message: ListenerPose | ListenerLeft) -> None:
        for other in self._stage.audience():
            memory = other.session.memory
            if other is not self and memory is not None and scene_id in memory.subscriptions:
                other.session.publish(message)
                other.wake()

    # ------------------------------------------------------------------------------------------------ live sound

    async def _begin_live(self, wish: LiveStart) -> None:
        if len(self._live) >= self._stage.policy.limits.streams:
            raise UnavailableError("there are too many streams", where="live_start", remedy="stop another one first")
        scene = await self._stage.live(wish.scene_id)
        stream_id = self.session.new_stream_id()

        def deliver(frame: bytes, due_s: float) -> None:
            self.session.send_live(frame, deadline_s=due_s + LATE_S)
            self.wake()

        stream, told = await self._stage.host.prepared(wish, scene, stream_id=stream_id)
        self.session.publish(told)
        self.wake()
        # Blocks overtake messages, and this one must come first.
        while (memory := self.session.memory) is not None and len(memory.outbox):
            await asyncio.sleep(_SOON_S)
        self._live[stream_id] = stream, wish.scene_id
        self._stage.host.begin(stream, scene, deliver)

    def _end_live(self, stream_id: int) -> None:
        stream, _ = self._live.pop(stream_id, (None, ""))
        if stream is not None:
            self._stage.host.ended(stream)

    def _report(self) -> None:
        memory = self.session.memory
        for stream, _ in self._live.values():
            dropped = 0 if memory is None else memory.outbox.dropped_blocks
            self.session.publish(report(stream, dropped=dropped, now_s=self._stage.now_s()))

    # ------------------------------------------------------------------------------------------------ clips

    def clip_came(self, scene_id: str, source_id: str) -> None:
        """Send a clip to a client who wants them here, unless it has this one."""
        memory = self.session.memory
        subscription = None if memory is None else memory.subscriptions.get(scene_id)
        if subscription is not None and subscription.delivery == "stream":
            self._begin_clip(scene_id, source_id, subscription.codec)

    def _begin_clip(self, scene_id: str, source_id: str, codec: Codec | None, *, reply_to: int | None = None) -> None:
        """Send a clip. One that is asked for by a message comes even if the client has it, or else an error does."""

        async def begin() -> None:
            try:
                await self._send_clip(scene_id, source_id, codec, is_asked_for=reply_to is not None)
            except SonoramaError as error:
                self.session.refuse(error, reply_to=reply_to)
            self.wake()

        task = asyncio.create_task(begin())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_clip(self, scene_id: str, source_id: str, codec: Codec | None, *, is_asked_for: bool) -> None:
        live = await self._stage.live(scene_id)
        clip = live.clip(source_id)
        if not is_asked_for and self._sent_clips.get((scene_id, source_id)) == clip.sha256:
            return
        self._sent_clips[scene_id, source_id] = clip.sha256
        chosen = self.session.clip_codec(codec)
        path = await asyncio.to_thread(self._stage.scenes.clip, scene_id, clip.sha256)
        payload = await asyncio.to_thread(clip_payload, path, clip.sha256, chosen)
        begin = ClipBegin(
            stream_id=self.session.new_stream_id(),
            scene_id=scene_id,
            source_id=source_id,
            clip_sha256=clip.sha256,
            codec=chosen,
            sample_rate_hz=clip.sample_rate_hz,
            channels=clip.channels,
            size_bytes=len(payload),
        )
        self.session.send_clip(begin, payload)


def _told_of(pose: ListenerPose, listener_id: str) -> ListenerPose:
    return ListenerPose(
        scene_id=pose.scene_id,
        position_m=pose.position_m,
        orientation=pose.orientation,
        client_time_s=pose.client_time_s,
        share=True,
        listener_id=listener_id,
    )
