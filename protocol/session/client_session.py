"""The client's side of a session, without a socket: what the reference client runs, and what the server is tested with.

It outlives connections: tell it ``connected`` and ``disconnected``, and it resumes, subscribes again where it must, and
sends again what may not have arrived.

.. code-block:: text

    session = ClientSession(client="name 1.0")
    session.subscribe("square")                                 before or after the connection stands
    session.connected(now_s)                                    the WebSocket is open
    session.receive(frame, now_s), session.tick(now_s)          as things happen
    session.take_events(), session.next_frame(now_s)            what to act upon, what to send
    session.disconnected()                                      connect again, wait longer each time

Every ``now_s`` is the client's own steady clock; ``session.clock`` knows how far the server's is ahead.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from protocol.errors import WireError
from protocol.session.clip_receiver import ClipReceiver
from protocol.session.clock_sync import Clock, Exchange
from protocol.session.events import ClipFailed, ClipReceived, Connected
from protocol.session.scene_state import SceneState
from protocol.session.sending.outbox import Outbox
from protocol.wire import (
    Ack,
    AnyMessage,
    Bye,
    ClipAbort,
    ClipBegin,
    ClipEnd,
    ClockPing,
    ClockPong,
    Command,
    Credit,
    ErrorMessage,
    Hello,
    Report,
    SceneMessage,
    SceneRemoved,
    SceneSnapshot,
    ServerMessage,
    Subscribe,
    Unsubscribe,
    Welcome,
)
from protocol.wire.base import Codec
from protocol.wire.codec import Prepared, Unknown, decoded
from protocol.wire.frames import Frame, FrameKind, frame_from_bytes
from protocol.wire.handshake import Resume
from protocol.wire.versions import MAJORS

ClientEvent = Connected | ClipReceived | ClipFailed | Frame | AnyMessage
"""A frame is a live block; a message is one that the session has taken in already, told for whoever wants to know."""

_MESSAGES_PER_ACK = 64


class ClientSession:
    """One client, from connection to connection.

    Args:
        client: its name and version, for the server's log.
        token: the server's token, where it wants one.
        codecs: what the client can decode, best first.
    """

    def __init__(self, *, client: str, token: str | None = None, codecs: tuple[Codec, ...] = ("pcm16",)) -> None:
        self._client = client
        self._token = token
        self._codecs = codecs
        self._sent_seq = 0
        self._received_seq = 0
        self._acked_seq = 0
        self._welcome: Welcome | None = None
        self._resume_token: str | None = None
        self._pinged_at_s = 0.0
        self._events: list[ClientEvent] = []
        self._handshake: deque[AnyMessage] = deque()
        self._outbox = Outbox()
        self._unacknowledged: OrderedDict[int, AnyMessage] = OrderedDict()
        self._subscriptions: dict[str, Subscribe] = {}
        self._scenes: dict[str, SceneState] = {}
        self._clips: dict[int, ClipReceiver] = {}
        self._owed_bytes: dict[int, int] = {}
        self.clock = Clock()

    @property
    def welcome(self) -> Welcome | None:
        """What the server said of itself; None without a connection."""
        return self._welcome

    @property
    def scenes(self) -> Mapping[str, SceneState]:
        """The subscribed scenes of which a snapshot has come."""
        return MappingProxyType(self._scenes)

    def take_events(self) -> list[ClientEvent]:
        """What has happened since the last call, oldest first."""
        events, self._events = self._events, []
        return events

    def connected(self, now_s: float) -> None:
        """A WebSocket is open: shake hands, and go on with the session if there was one."""
        token = self._resume_token
        resume = None if token is None else Resume(token=token, last_seq=self._received_seq)
        hello = Hello(majors=MAJORS, client=self._client, token=self._token, codecs=self._codecs, resume=resume)
        self._handshake = deque([hello, ClockPing(client_sent_s=now_s)])
        self._pinged_at_s = now_s

    def disconnected(self) -> None:
        """The WebSocket is gone. Scenes stay as they were last seen; clips on their way are lost."""
        self._welcome = None
        self._handshake.clear()
        self._clips.clear()
        self._owed_bytes.clear()
        self._outbox.keep_only(lambda prepared: prepared.message.survives)

    def subscribe(self, message: Subscribe) -> None:
        """Ask for a scene, now and after every reconnection."""
        self._subscriptions[message.scene_id] = message
        self.send(message)

    def unsubscribe(self, scene_id: str) -> None:
        """Hear no more of a scene."""
        self._forget(scene_id)
        if self._subscriptions.pop(scene_id, None) is not None:
            self.send(Unsubscribe(scene_id=scene_id))

    def send(self, message: AnyMessage) -> None:
        """Send a message as soon as possible; a command again until it is acknowledged."""
        self._outbox.put(Prepared(message))

    def tick(self, now_s: float) -> None:
        """Look at the clock: give a sign of life, and say what has arrived."""
        if self._welcome is not None and now_s - self._pinged_at_s >= self._welcome.heartbeat_s / 2.0:
            self._pinged_at_s = now_s
            self._handshake.append(ClockPing(client_sent_s=now_s))
            self._acknowledge()

    def next_frame(self, now_s: float) -> str | None:
        """The next frame to send; None where nothing waits. Nothing but the handshake goes before the welcome."""
        if self._handshake and (self._welcome is not None or isinstance(self._handshake[0], Hello)):
            message = self._handshake.popleft()
            if isinstance(message, ClockPing):
                message = ClockPing(client_sent_s=now_s)
            return self._numbered(Prepared(message))
        if self._welcome is None or (prepared := self._outbox.pop()) is None:
            return None
        return self._numbered(prepared)

    def receive(self, frame: str | bytes, now_s: float) -> None:
        """Take a frame in; one that has been here before is passed over.

        Raises:
            WireError: the server said something that makes no sense. The session can go on without it.
        """
        if isinstance(frame, bytes):
            self._take_frame(frame_from_bytes(frame))
            return
        seq, message = decoded(frame, sender="server")
        if isinstance(message, Welcome):
            self._begin(seq, message)
        elif seq <= self._received_seq:
            return
        else:
            self._received_seq = seq
            if isinstance(message, Unknown):
                return
            self._take_message(message, now_s)
        if self._received_seq - self._acked_seq >= _MESSAGES_PER_ACK:
            self._acknowledge()

    def _numbered(self, prepared: Prepared) -> str:
        self._sent_seq += 1
        if prepared.message.is_command:
            self._unacknowledged[self._sent_seq] = prepared.message
        return prepared.text(self._sent_seq)

    def _acknowledge(self) -> None:
        if self._received_seq > self._acked_seq:
            self._acked_seq = self._received_seq
            self.send(Ack(received_seq=self._received_seq))

    def _begin(self, seq: int, welcome: Welcome) -> None:
        self._welcome = welcome
        self._resume_token = welcome.resume_token
        commands, self._unacknowledged = self._unacknowledged, OrderedDict()
        lost: tuple[Command, ...] = ()
        if welcome.resumed:
            waiting = list(self._outbox)
            self._outbox = Outbox()
            for command_seq, command in commands.items():
                if command_seq > welcome.received_seq:
                    self.send(command)
            for prepared in waiting:
                self._outbox.put(prepared)
        else:
            lost = tuple(command for command in commands.values() if isinstance(command, Command))
            self._acked_seq = 0
            self._scenes.clear()
            self.clock.clear()
            for subscription in self._subscriptions.values():
                self.send(subscription)
        self._received_seq = seq
        self._events.append(Connected(welcome=welcome, lost=lost))

    def _take_message(self, message: ServerMessage, now_s: float) -> None:
        if isinstance(message, SceneMessage):
            self._apply(message)
        if isinstance(message, SceneMessage | Report):
            self._events.append(message)
            return
        match message:
            case ClockPong():
                self.clock.add(
                    Exchange(
                        client_sent_s=message.client_sent_s,
                        server_received_s=message.server_received_s,
                        server_sent_s=message.server_sent_s,
                        client_received_s=now_s,
                    )
                )
                return
            case Ack(received_seq=received_seq):
                while self._unacknowledged and next(iter(self._unacknowledged)) <= received_seq:
                    self._unacknowledged.popitem(last=False)
                return
            case ClipBegin():
                self._clips[message.stream_id] = ClipReceiver(message)
            case ClipEnd(stream_id=stream_id):
                if (clip := self._clips.pop(stream_id, None)) is not None:
                    self._end_clip(clip, message)
            case ClipAbort(stream_id=stream_id):
                if (clip := self._clips.pop(stream_id, None)) is not None:
                    self._events.append(ClipFailed(begin=clip.begin, abort=message))
            case ErrorMessage(reply_to=reply_to):
                if reply_to is not None:
                    self._unacknowledged.pop(reply_to, None)
            case Welcome() | Bye():
                # For the program to read; a welcome has been taken in before.
                pass
            case _:
                assert_never(message)
        self._events.append(message)

    def _apply(self, message: SceneMessage) -> None:
        scene_id = message.scene_id
        if isinstance(message, SceneSnapshot) and scene_id in self._subscriptions and scene_id not in self._scenes:
            self._scenes[scene_id] = SceneState(message)
        elif isinstance(message, SceneRemoved):
            self._forget(scene_id)
            asked_again = (*self._unacknowledged.values(), *(prepared.message for prepared in self._outbox))
            if self._subscriptions.get(scene_id) not in asked_again:
                self._subscriptions.pop(scene_id, None)
        elif scene_id in self._scenes:
            self._scenes[scene_id].apply(message)

    def _forget(self, scene_id: str) -> None:
        self._scenes.pop(scene_id, None)
        for stream_id in [stream_id for stream_id, clip in self._clips.items() if clip.begin.scene_id == scene_id]:
            del self._clips[stream_id]
            self._owed_bytes.pop(stream_id, None)

    def _take_frame(self, frame: Frame) -> None:
        if frame.kind == FrameKind.LIVE_BLOCK:
            self._events.append(frame)
            return
        clip = self._clips.get(frame.stream_id)
        if clip is None:
            return
        try:
            clip.take(frame)
        except WireError as error:
            self._fail(clip, error)
            return
        owed = self._owed_bytes.get(frame.stream_id, 0) + len(frame.payload)
        window = self._welcome.limits.window_bytes if self._welcome is not None else 0
        if owed * 4 >= window:
            self.send(Credit(stream_id=frame.stream_id, bytes=owed))
            owed = 0
        self._owed_bytes[frame.stream_id] = owed

    def _end_clip(self, clip: ClipReceiver, end: ClipEnd) -> None:
        try:
            self._events.append(ClipReceived(begin=clip.begin, payload=clip.payload(end)))
        except WireError as error:
            self._fail(clip, error)
        self._owed_bytes.pop(end.stream_id, None)

    def _fail(self, clip: ClipReceiver, error: WireError) -> None:
        abort = ClipAbort(stream_id=clip.begin.stream_id, reason=str(error)[:512])
        self._clips.pop(clip.begin.stream_id, None)
        self._owed_bytes.pop(clip.begin.stream_id, None)
        self.send(abort)
        self._events.append(ClipFailed(begin=clip.begin, abort=abort))
