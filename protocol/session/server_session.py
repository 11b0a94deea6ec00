"""The server's side of one connection, without a socket: frames and the time in, frames, events and a close out.

The program around it owns the socket and calls, in whatever order things happen:

.. code-block:: text

    session = ServerSession(policy=…, sessions=…, now_s=…)      once the WebSocket is open
    session.receive(frame, now_s)                               for each frame that comes
    session.tick(now_s)                                         once a second or so
    session.take_events()                                       after each of the three: what to act upon
    session.publish(message), send_live(…), send_clip(…)        whenever there is something to say
    session.next_frame(now_s)                                   whenever the socket can take a frame
    session.close                                               not None: send what is left, and close with it
    session.disconnected(now_s)                                 once the socket is gone

A program with many clients calls ``next_frame`` right after ``publish`` wherever the socket's buffer is empty, and
wakes a sender with a deadline only for the others: waking a task for each frame costs far more than the frame.

Every ``now_s`` is the server's clock: steady, starting at 0 or later, and the one that messages speak of.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from protocol.errors import SonoramaError, UnavailableError, WireError
from protocol.session.absent_scenes import AbsentScenes
from protocol.session.budgets import Budgets
from protocol.session.events import (
    Close,
    CommandReceived,
    Opened,
    RequestReceived,
    ServerEvent,
    SnapshotWanted,
    Unsubscribed,
)
from protocol.session.handshake import refusal, take_up, welcome
from protocol.session.memory import SessionMemory, Sessions
from protocol.session.policy import ServerPolicy
from protocol.session.sending.send_queue import SendQueue
from protocol.wire import (
    Ack,
    AnyMessage,
    Bye,
    ClientMessage,
    ClipAbort,
    ClipBegin,
    ClockPing,
    Command,
    Credit,
    ErrorMessage,
    Hello,
    ListenerPose,
    Request,
    SceneRemoved,
    Subscribe,
    Unsubscribe,
)
from protocol.wire.base import Codec
from protocol.wire.codec import Prepared, Unknown, decoded
from protocol.wire.control import CloseCode

_SILENT_HEARTBEATS = 3


class ServerSession:
    """One connection.

    Args:
        policy: what the server offers and asks for.
        sessions: what it remembers of clients, shared by all its connections.
        now_s: the server's time.
        authorised: whether the upgrade request carried the token already.
    """

    def __init__(self, *, policy: ServerPolicy, sessions: Sessions, now_s: float, authorised: bool = False) -> None:
        self._policy = policy
        self._sessions = sessions
        self._authorised = authorised
        self._began_s = self._last_frame_s = now_s
        self._budgets = Budgets(policy.limits, now_s)
        self._memory: SessionMemory | None = None
        self._events: list[ServerEvent] = []
        self._send_queue = SendQueue(policy.limits)
        self._last_stream_id = 0
        self._absent = AbsentScenes(most=policy.limits.subscriptions)
        self._ended = False
        self.close: Close | None = None
        """With what the connection is to be closed; None: it goes on."""
        self.codecs: tuple[Codec, ...] = ()
        """What both sides know, the client's best first."""

    @property
    def memory(self) -> SessionMemory | None:
        """What is remembered of the client; None before ``welcome``."""
        return self._memory

    def take_events(self) -> list[ServerEvent]:
        """What has happened since the last call, oldest first."""
        events, self._events = self._events, []
        return events

    # ------------------------------------------------------------------------------------------------ coming in

    def receive(self, frame: str | bytes, now_s: float) -> None:
        """Take a frame in: text as ``str``, binary as ``bytes``. Nothing that a client sends raises."""
        if self.close is not None:
            return
        self._last_frame_s = now_s
        try:
            if isinstance(frame, bytes):
                raise WireError(
                    "clients send no binary frames", where="binary frame", remedy="see PROTOCOL.md", code="bad_frame"
                )
            seq, message = decoded(frame, sender="client", max_bytes=self._policy.limits.message_bytes)
        except WireError as error:
            self._complain(error, now_s)
            return
        in_time = self._budgets.messages.take(now_s)
        memory = self._memory
        if memory is None:
            self._shake_hands(seq, message, now_s)
        elif memory is not None and seq > memory.received_seq:
            memory.received_seq = seq
            if in_time and not isinstance(message, Unknown):
                self._take_message(memory, seq, message, now_s)
        if not in_time:
            self._slow_down(seq, now_s)

    def tick(self, now_s: float) -> None:
        """Look at the clock: ``hello`` may be overdue, or the client silent for too long."""
        if self._memory is None and now_s - self._began_s > self._policy.hello_deadline_s:
            self._shut(CloseCode.TIMED_OUT, f"no hello within {self._policy.hello_deadline_s:g} s")
        elif now_s - self._last_frame_s > _SILENT_HEARTBEATS * self._policy.heartbeat_s:
            self._shut(CloseCode.TIMED_OUT, f"silent for {_SILENT_HEARTBEATS} heartbeats")

    def disconnected(self, now_s: float) -> None:
        """The socket is gone, whoever closed it: from now on the client may resume."""
        if self._memory is not None and not self._ended:
            self._sessions.detach(self._memory, now_s)
        self._ended = True
        self._send_queue.clear()
        self._shut(CloseCode.NORMAL, "disconnected")

    # ------------------------------------------------------------------------------------------------ going out

    def publish(self, message: AnyMessage | Prepared) -> None:
        """Send the client a message as soon as possible, unless something newer takes its place before.

        Without a connection nothing is sent: ``Sessions.waiting`` has the memories that still need the message.
        """
        if self._memory is None or self._ended:
            return
        self._memory.publish(message)
        content = message.message if isinstance(message, Prepared) else message
        if isinstance(content, SceneRemoved):
            self._send_queue.clips.drop_scene(content.scene_id)
            self._absent.add(content.scene_id)

    def acknowledge(self, seq: int) -> None:
        """The command with this sequence number has been carried out, even if its connection is gone by now."""
        if self._memory is not None:
            self._memory.settle(seq)

    def refuse(
        self,
        error: SonoramaError,
        *,
        reply_to: int | None = None,
        retry_after_s: float | None = None,
        absent: str | None = None,
    ) -> None:
        """Tell the client why it doesn't get what it asked for; a command is settled, a subscription void, by that.

        Args:
            error: why.
            reply_to: the sequence number of what it asked for; None where that isn't known.
            retry_after_s: when the same may succeed; None where it won't without a change.
            absent: the scene that isn't there, if it's this: the client's poses for it are passed over from now on,
                until it subscribes, since they would all be refused for the one reason that it has been told.
        """
        if self._memory is not None and reply_to is not None:
            self._memory.refuse(reply_to)
        if absent is not None:
            self._absent.add(absent)
        self._err(error.code, str(error), reply_to=reply_to, retry_after_s=retry_after_s, scene_id=absent)

    def clip_codec(self, wanted: Codec | None) -> Codec:
        """The codec to send a clip in.

        Args:
            wanted: what ``subscribe`` or ``clip_request`` asks for; None is the client's best.

        Raises:
            UnavailableError: the server can't send that, or nothing that the client can decode.
        """
        if wanted in self._policy.codecs:
            return wanted
        if wanted is None and self.codecs:
            return self.codecs[0]
        raise UnavailableError(
            f"can't be sent as {wanted or 'anything that the client named in hello'}",
            where="clip",
            remedy=f"ask for one of: {', '.join(self._policy.codecs)}",
        )

    def new_stream_id(self) -> int:
        """A number for a stream of binary frames that no other on this connection has."""
        self._last_stream_id += 1
        return self._last_stream_id

    def send_live(self, block: bytes, *, deadline_s: float) -> None:
        """Send a live block's frame if that's possible until then; dropped blocks are counted by the outbox."""
        if self._memory is not None and not self._ended:
            self._memory.outbox.put_audio(block, deadline_s=deadline_s)

    @property
    def takes_clips(self) -> bool:
        """Whether few enough clips wait or are under way that the next one may be prepared."""
        return len(self._send_queue.clips) < self._policy.limits.streams

    def send_clip(self, begin: ClipBegin, payload: bytes, *, sha256: str) -> None:
        """Send a clip, chunk by chunk, whenever nothing more urgent waits and the client has room for it.

        Args:
            begin: its announcement, with a new stream id; nothing is sent where the same clip is under way already.
            payload: its encoded bytes.
            sha256: of these.
        """
        self._send_queue.clips.add(begin, payload, sha256=sha256)

    def drop_clips(self, scene_id: str, source_id: str | None = None) -> None:
        """Send no more clips of a scene, or of one of its sources."""
        self._send_queue.clips.drop_scene(scene_id, source_id)

    def next_frame(self, now_s: float) -> str | bytes | None:
        """The next frame to send; None where nothing waits.

        Answers come first, then live audio and messages in turn, then clips. Before a close only goodbye is said:
        what waits may be sent on the next connection.
        """
        if self._memory is None or self.close is not None:
            return self._send_queue.next_goodbye(self._memory)
        return self._send_queue.next_frame(self._memory, now_s)

    def shut_down(self, reason: str, *, retry_after_s: float | None = None) -> None:
        """The server is going away: say goodbye, and close."""
        if self.close is None:
            self._send_queue.put_first(Bye(reason=reason[:512], retry_after_s=retry_after_s))
            self._shut(CloseCode.GOING_AWAY, reason)

    def give_up(self) -> None:
        """A frame couldn't be sent in time: the client doesn't read."""
        self._shut(CloseCode.TOO_SLOW, "you stopped reading")

    # ------------------------------------------------------------------------------------------------ inside

    def _shake_hands(self, seq: int, message: ClientMessage | Unknown, now_s: float) -> None:
        policy = self._policy
        self.close = refusal(message, policy=policy, authorised=self._authorised)
        if self.close is not None or not isinstance(message, Hello):
            return
        memory, resumed = take_up(self._sessions, seq, message, now_s)
        resumed_from_seq = memory.received_seq if resumed else None
        memory.received_seq = seq
        self._memory = memory
        self._sessions.attach(memory, take_over=self._hand_over)
        answer = welcome(message, policy=policy, memory=memory, resumed_from_seq=resumed_from_seq, now_s=now_s)
        self.codecs = policy.shared_codecs(message.codecs)
        self._send_queue.put_first(answer)
        self._events.append(Opened(client=message.client, resumed=resumed))
        self._events.extend(
            SnapshotWanted(seq=memory.awaited[scene_id], subscription=memory.subscriptions[scene_id])
            for scene_id in memory.awaited
        )

    def _take_message(self, memory: SessionMemory, seq: int, message: ClientMessage, now_s: float) -> None:
        if message.is_command:
            memory.expect(seq)
        if isinstance(message, Command):
            self._events.append(CommandReceived(seq=seq, command=message))
            return
        if isinstance(message, ListenerPose) and message.scene_id in self._absent:
            return
        if isinstance(message, Request):
            self._events.append(RequestReceived(seq=seq, request=_of_sender(message)))
            return
        match message:
            case Subscribe():
                self._subscribe(memory, seq, message)
            case Unsubscribe(scene_id=scene_id):
                if memory.unsubscribe(scene_id):
                    self._send_queue.clips.drop_scene(scene_id)
                    self._events.append(Unsubscribed(scene_id=scene_id))
                memory.settle(seq)
            case ClockPing(client_sent_s=sent_s):
                self._send_queue.answer_ping(client_sent_s=sent_s, received_s=now_s)
            case Credit(stream_id=stream_id, bytes=byte_count):
                self._send_queue.clips.credit(stream_id, byte_count)
            case ClipAbort(stream_id=stream_id):
                self._send_queue.clips.drop(stream_id)
            case Ack(received_seq=received_seq):
                memory.acknowledge(min(received_seq, memory.sent_seq))
            case Bye():
                self._sessions.end(memory)
                self._ended = True
                self._shut(CloseCode.NORMAL, "goodbye")
            case Hello():
                error = WireError(
                    "was said already", where="hello", remedy="open another connection", code="bad_message"
                )
                self._complain(error, now_s)
            case _:
                assert_never(message)

    def _subscribe(self, memory: SessionMemory, seq: int, message: Subscribe) -> None:
        most = self._policy.limits.subscriptions
        if message.scene_id not in memory.subscriptions and len(memory.subscriptions) >= most:
            self._err("too_many", f"subscribe: {most} scenes at most", reply_to=seq)
            return
        memory.subscribe(message, seq)
        self._absent.discard(message.scene_id)
        self._events.append(SnapshotWanted(seq=seq, subscription=message))

    def _complain(self, error: WireError, now_s: float) -> None:
        if error.code == "too_big":
            self._shut(CloseCode.TOO_BIG, str(error))
        elif self._memory is None or not self._budgets.bad_messages.take(now_s):
            self._shut(CloseCode.BAD_MESSAGES, str(error))
        else:
            self.refuse(error, reply_to=error.reply_to)

    def _slow_down(self, seq: int, now_s: float) -> None:
        if not self._budgets.overload.take(now_s):
            self._shut(CloseCode.TOO_FAST, "too many messages")
            return
        message = f"more than {self._policy.limits.messages_per_s:g} messages a second; this one was passed over"
        self._err("rate_limited", message, reply_to=seq, retry_after_s=self._budgets.messages.wait_s)

    def _err(
        self,
        code: str,
        message: str,
        *,
        reply_to: int | None,
        retry_after_s: float | None = None,
        scene_id: str | None = None,
    ) -> None:
        self.publish(
            ErrorMessage(
                code=code, message=message[:512], reply_to=reply_to, retry_after_s=retry_after_s, scene_id=scene_id
            )
        )
        # An ack says what is settled, not what was done: after the error, it can't be taken for a yes.
        if self._memory is not None and reply_to is not None:
            self._memory.settle(reply_to)

    def _hand_over(self, now_s: float) -> None:
        """The client has come back on another connection."""
        self.disconnected(now_s)
        self.close = Close(code=CloseCode.TAKEN_OVER, reason="the session was resumed elsewhere")

    def _shut(self, code: CloseCode, reason: str) -> None:
        if self.close is None:
            self.close = Close.of(code, reason)


def _of_sender(request: Request) -> Request:
    """A request that claims to be nobody's but its sender's: what a listener is called for others, the server says."""
    if isinstance(request, ListenerPose) and request.listener_id is not None:
        return replace(request, listener_id=None)
    return request
