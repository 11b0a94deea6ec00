"""What leaves next on one connection: answers, then live audio and messages in turn, then clips."""

from __future__ import annotations

from collections import deque

from protocol.session.memory import SessionMemory
from protocol.session.sending.clip_sender import ClipQueue
from protocol.wire import AnyMessage, ClockPong
from protocol.wire.codec import Prepared
from protocol.wire.handshake import Limits


class SendQueue:
    """Everything that waits for one connection, beside what its session's outbox has for any."""

    def __init__(self, limits: Limits) -> None:
        self.clips = ClipQueue(limits)
        self._first: deque[AnyMessage] = deque()
        self._ping: tuple[float, float] | None = None
        self._audio_last = False

    def put_first(self, message: AnyMessage) -> None:
        """Let a message go before everything else."""
        self._first.append(message)

    def answer_ping(self, *, client_sent_s: float, received_s: float) -> None:
        """Let the time be told as soon as possible; of several pings only the newest is answered."""
        self._ping = (client_sent_s, received_s)

    def clear(self) -> None:
        """Nothing more will leave."""
        self._first.clear()

    def next_goodbye(self, memory: SessionMemory | None) -> str | None:
        """The next frame of those that go first; None where none is left."""
        if not self._first:
            return None
        prepared = Prepared(self._first.popleft())
        return prepared.text(1) if memory is None else memory.numbered(prepared)

    def next_frame(self, memory: SessionMemory, now_s: float) -> str | bytes | None:
        """The next frame of all; None where nothing waits, or nothing for which the client has room."""
        if (text := self.next_goodbye(memory)) is not None:
            return text
        if self._ping is not None:
            (sent_s, received_s), self._ping = self._ping, None
            pong = ClockPong(client_sent_s=sent_s, server_received_s=received_s, server_sent_s=max(now_s, received_s))
            return memory.numbered(Prepared(pong))
        if not self._audio_last and (block := memory.outbox.pop_audio(now_s)) is not None:
            self._audio_last = True
            return block
        self._audio_last = False
        if (prepared := memory.outbox.pop()) is not None:
            return memory.numbered(prepared)
        if (block := memory.outbox.pop_audio(now_s)) is not None:
            return block
        bulk = self.clips.pop()
        return bulk if bulk is None or isinstance(bulk, bytes) else memory.numbered(Prepared(bulk))
