"""One client's WebSocket: the session's machine, with a socket and a clock around it."""

from __future__ import annotations

import asyncio
import logging
from typing import assert_never

from starlette.websockets import WebSocket, WebSocketDisconnect

from protocol.errors import SonoramaError, UnavailableError
from protocol.session.events import (
    CommandReceived,
    Opened,
    RequestReceived,
    ServerEvent,
    SnapshotWanted,
    Unsubscribed,
)
from protocol.session.server_session import ServerSession
from protocol.wire import ClipRequest, ListenerPose, LiveStart, LiveStop, Request
from protocol.wire.versions import chosen_subprotocol
from server.api.connections.visits import Visit
from server.api.streaming.abortable import AbortableWebSocket
from server.api.streaming.clip_delivery import ClipDelivery
from server.api.streaming.live_scenes import LiveScenes
from server.api.streaming.live_sound import LiveSound
from server.api.streaming.subscriber import ConnectionInfo

_LOG = logging.getLogger("sonorama.streaming")

SEND_S = 2.0
"""How long a frame may take to leave; who doesn't read for so long is let go. uvicorn keeps at most 64 KiB before."""

_TICK_S = 1.0
# More in one go would keep other clients waiting.
_AT_ONCE = 8


class Connection:
    """A client from its upgrade to its end.

    Args:
        websocket: not yet accepted.
        live_scenes: what can be subscribed to.
        authorised: whether the upgrade request carried the token.
        socket: behind the WebSocket; None where that isn't known.
        visit: behind that; None where nobody keeps a door.
    """

    def __init__(
        self,
        websocket: WebSocket,
        live_scenes: LiveScenes,
        *,
        authorised: bool,
        socket: AbortableWebSocket | None,
        visit: Visit | None,
    ) -> None:
        self._websocket = websocket
        self._live_scenes = live_scenes
        self._socket = socket
        self._visit = visit
        self._is_sending = False
        self._wake = asyncio.Event()
        address = websocket.client
        self._name = "" if address is None else address.host
        self.session = ServerSession(
            policy=live_scenes.policy, sessions=live_scenes.sessions, now_s=live_scenes.now_s(), authorised=authorised
        )
        self._clips = ClipDelivery(self.session, live_scenes, self.wake)
        self._sound = LiveSound(self.session, live_scenes, self.wake)

    async def run(self) -> None:
        """Serve the client until one of both has had enough."""
        await self._websocket.accept(subprotocol=chosen_subprotocol(self._websocket.scope["subprotocols"]))
        self._live_scenes.join(self)
        tasks = [asyncio.create_task(work()) for work in (self._receive, self._send, self._tick)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            # Before the session waits for its client to come back, which needn't be told that its listener left.
            self._live_scenes.leave(self)
            self.session.disconnected(self._live_scenes.now_s())
            self._sound.stop_all()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._clips.stop()

    @property
    def info(self) -> ConnectionInfo:
        """Who this is."""
        memory = self.session.memory
        return ConnectionInfo(
            client=self._name,
            scene_ids=() if memory is None else tuple(memory.subscriptions),
            live_streams=len(self._sound),
            underruns=self._sound.underruns,
        )

    @property
    def listener_id(self) -> str:
        """What others call this listener: nothing that lets them take the session."""
        return f"listener-{id(self):x}"

    async def _receive(self) -> None:
        while (message := await self._websocket.receive())["type"] == "websocket.receive":
            text = message.get("text")
            self.session.receive(message["bytes"] if text is None else text, self._live_scenes.now_s())
            for event in self.session.take_events():
                await self._act(event)
            self.wake()

    # ------------------------------------------------------------------------------------------------ going out

    def wake(self) -> None:
        """Send what there is to send: at once as far as the kernel takes it, the rest as soon as it does."""
        socket, now_s = self._socket, self._live_scenes.now_s()
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
        session, live_scenes = self.session, self._live_scenes
        while True:
            self._is_sending = False
            await self._wake.wait()
            self._is_sending = True
            self._wake.clear()
            try:
                while (frame := session.next_frame(live_scenes.now_s())) is not None:
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
            self.session.tick(self._live_scenes.now_s())
            self._sound.report()
            self.wake()

    def offer_clip(self, scene_id: str, source_id: str) -> None:
        """Send a clip to a client who wants them through the socket, unless it has this one."""
        self._clips.offer(scene_id, source_id)

    def forget(self, scene_id: str) -> None:
        """A scene is gone: no more of its clips, and no more live sound."""
        self._clips.forget(scene_id)
        self._sound.stop_scene(scene_id)

    # ------------------------------------------------------------------------------------------------ what is asked

    async def _act(self, event: ServerEvent) -> None:
        match event:
            case Opened(client=client, resumed=resumed):
                self._name = client
                if self._visit is not None:
                    self._visit.let_in()
                _LOG.info("opened", extra={"fields": {"client": client, "resumed": resumed}})
            case SnapshotWanted(seq=seq, subscription=subscription):
                try:
                    await self._send_initial_state(subscription.scene_id, seq)
                except SonoramaError as error:
                    self.session.refuse(error, reply_to=seq, absent=subscription.scene_id)
            case Unsubscribed(scene_id=scene_id):
                self._clips.forget(scene_id)
            case CommandReceived(seq=seq, command=command):
                try:
                    await self._live_scenes.carry_out(command)
                    self.session.acknowledge(seq)
                except (SonoramaError, OSError) as error:
                    self.session.refuse(_without_folders(error), reply_to=seq)
            case RequestReceived(seq=seq, request=request):
                try:
                    await self._answer(seq, request)
                except SonoramaError as error:
                    # A pose is refused for no other reason.
                    absent = request.scene_id if isinstance(request, ListenerPose) else None
                    self.session.refuse(error, reply_to=seq, absent=absent)
            case _:
                assert_never(event)

    async def _send_initial_state(self, scene_id: str, seq: int | None) -> None:
        live = await self._live_scenes.open(scene_id)
        if seq is not None:
            self.session.acknowledge(seq)
        self._clips.forget(scene_id)
        for message in live.initial_state(self._live_scenes.now_s()):
            if not (isinstance(message, ListenerPose) and message.listener_id == self.listener_id):
                self.session.publish(message)
        for source in live.state.sources.values():
            if source.clip is not None:
                self.offer_clip(scene_id, source.id)

    async def _answer(self, seq: int, request: Request) -> None:
        match request:
            case ListenerPose(scene_id=scene_id):
                live = await self._live_scenes.open(scene_id)
                self._sound.turn(request)
                if request.share:
                    self._live_scenes.publish(scene_id, live.share_pose(request, listener_id=self.listener_id))
            case ClipRequest(scene_id=scene_id, source_id=source_id, codec=codec):
                await self._live_scenes.open(scene_id)
                self._clips.request(scene_id, source_id, codec, reply_to=seq)
            case LiveStart():
                self._sound.start(request, reply_to=seq)
            case LiveStop(stream_id=stream_id):
                self._sound.stop(stream_id)
            case _:
                assert_never(request)


def _without_folders(error: SonoramaError | OSError) -> SonoramaError:
    """What a client may know of an error: nothing of this machine's disk."""
    if isinstance(error, SonoramaError) and not isinstance(error.__cause__, OSError):
        return error
    _LOG.error("the folder can't be used: %s", error)
    return UnavailableError("can't be written now", where="scene.json", remedy="see the server's log")
