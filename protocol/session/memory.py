"""What a server remembers of one client from connection to connection, and for how long."""

from __future__ import annotations

import secrets
from collections import OrderedDict, deque
from collections.abc import Callable

from protocol.session.sending.outbox import Outbox
from protocol.wire import Ack, AnyMessage, SceneRemoved, SceneSnapshot, Subscribe
from protocol.wire.codec import Prepared

MAX_LOG_MESSAGES = 1024
MAX_LOG_BYTES = 1024 * 1024
MAX_KEPT_SESSIONS = 1024


class SessionMemory:
    """One client's subscriptions, what waits for it, and what was sent but not yet acknowledged.

    Args:
        token: by which the client finds it again.
    """

    def __init__(self, token: str) -> None:
        self.token = token
        self.outbox = Outbox()
        self.subscriptions: dict[str, Subscribe] = {}
        self.received_seq = 0
        """The highest sequence number from the client."""
        self.sent_seq = 0
        """The highest sequence number to the client."""
        self.awaited: dict[str, int | None] = {}
        """Subscribed scenes whose snapshot is still to be published, and the ``subscribe`` that asked for it."""
        self._outstanding: set[int] = set()
        self._removed: dict[str, int] = {}
        """Scenes that were deleted, and the sequence number under which the client was told, until it has that."""
        self._log: deque[tuple[int, Prepared]] = deque()
        self._log_bytes = 0
        self._forgotten_seq = 0

    def publish(self, message: AnyMessage | Prepared) -> None:
        """Let a message wait until the client can take it, unless something newer comes before that.

        What is said of a scene before its snapshot is part of the snapshot, and needn't be said. With a scene goes its
        subscription.
        """
        prepared = message if isinstance(message, Prepared) else Prepared(message)
        if isinstance(prepared.message, SceneRemoved):
            self.unsubscribe(prepared.message.scene_id)
        if self.awaited and (scene_id := getattr(prepared.message, "scene_id", None)) in self.awaited:
            if isinstance(prepared.message, SceneSnapshot):
                del self.awaited[scene_id]
            elif prepared.key is not None:
                return
        self.outbox.put(prepared)

    def subscribe(self, message: Subscribe, seq: int) -> None:
        """The client wants a scene, from its snapshot on."""
        self.subscriptions[message.scene_id] = message
        self.awaited[message.scene_id] = seq
        self._removed.pop(message.scene_id, None)

    def unsubscribe(self, scene_id: str) -> bool:
        """Forget a scene; says whether the client had subscribed to it."""
        self.awaited.pop(scene_id, None)
        self.outbox.drop(f"scene/{scene_id}/")
        return self.subscriptions.pop(scene_id, None) is not None

    def refuse(self, seq: int) -> None:
        """What this message asked for can't be had; if that was a scene, it isn't subscribed to."""
        for scene_id in [scene_id for scene_id, asked in self.awaited.items() if asked == seq]:
            self.unsubscribe(scene_id)

    def numbered(self, prepared: Prepared) -> str:
        """The text frame of a message, under the next sequence number; remembered until acknowledged."""
        self.sent_seq += 1
        if isinstance(prepared.message, SceneRemoved):
            self._removed[prepared.message.scene_id] = self.sent_seq
        if prepared.message.survives:
            self._log.append((self.sent_seq, prepared))
            self._log_bytes += prepared.size_bytes
            while len(self._log) > MAX_LOG_MESSAGES or self._log_bytes > MAX_LOG_BYTES:
                self._forgotten_seq = self._unlogged()
        return prepared.text(self.sent_seq)

    def acknowledge(self, seq: int) -> None:
        """The client has everything up to this sequence number."""
        self._removed = {scene_id: told for scene_id, told in self._removed.items() if told > seq}
        while self._log and self._log[0][0] <= seq:
            self._unlogged()

    def expect(self, seq: int) -> None:
        """A command with this sequence number has come, and will be settled."""
        self._outstanding.add(seq)

    def settle(self, seq: int) -> None:
        """A command has been carried out or refused: tell the client up to where all of them are."""
        if seq in self._outstanding:
            self._outstanding.remove(seq)
            settled = min(self._outstanding) - 1 if self._outstanding else self.received_seq
            if settled > 0:
                self.publish(Ack(received_seq=settled))

    def detach(self) -> None:
        """The connection is gone: forget what only mattered on it."""
        self.outbox.keep_only(lambda prepared: prepared.message.survives)

    def rewind(self, last_seq: int) -> bool:
        """Let wait again what the client hasn't got, before what waits already.

        Args:
            last_seq: the highest sequence number that the client has.

        Returns:
            False where too much was missed: then nothing waits of its scenes but which are gone, and each of the others
            awaits a fresh snapshot.
        """
        complete = self._forgotten_seq <= last_seq
        if complete:
            waiting = list(self.outbox)
            self.outbox = Outbox()
            missed = [prepared for seq, prepared in self._log if seq > last_seq and self._concerns(prepared)]
            for prepared in [*missed, *waiting]:
                self.outbox.put(prepared)
        else:
            self.outbox.keep_only(_outlasts_snapshots)
            for scene_id in [scene_id for scene_id, told in self._removed.items() if told > last_seq]:
                self.outbox.put(Prepared(SceneRemoved(scene_id=scene_id)))
            self.awaited = {scene_id: self.awaited.get(scene_id) for scene_id in self.subscriptions}
        self._log.clear()
        self._log_bytes = 0
        self._forgotten_seq = 0
        return complete

    def _concerns(self, prepared: Prepared) -> bool:
        """Whether it's about something other than a scene whose snapshot the client doesn't want, or still awaits."""
        if not (prepared.key or "").startswith("scene/"):
            return True
        scene_id = getattr(prepared.message, "scene_id", None)
        if isinstance(prepared.message, SceneRemoved):
            return scene_id not in self.subscriptions
        return scene_id in self.subscriptions and scene_id not in self.awaited

    def _unlogged(self) -> int:
        seq, prepared = self._log.popleft()
        self._log_bytes -= prepared.size_bytes
        return seq


def _outlasts_snapshots(prepared: Prepared) -> bool:
    """Whether a message isn't part of what a fresh snapshot of each subscribed scene says."""
    return not (prepared.key or "").startswith("scene/") or isinstance(prepared.message, SceneRemoved)


class Sessions:
    """All sessions of a server: those with a connection, and those whose client may come back.

    Args:
        resume_s: how long a session waits for its client.
        new_token: makes tokens that nobody can guess.
    """

    def __init__(self, *, resume_s: float, new_token: Callable[[], str] = lambda: secrets.token_urlsafe(24)) -> None:
        self._resume_s = resume_s
        self._new_token = new_token
        self._connected: dict[str, Callable[[float], None]] = {}
        self._waiting: OrderedDict[str, tuple[float, SessionMemory]] = OrderedDict()

    def begun(self) -> SessionMemory:
        """A new session."""
        return SessionMemory(self._new_token())

    def attach(self, memory: SessionMemory, *, take_over: Callable[[float], None]) -> None:
        """A session has a connection, which ``take_over(now_s)`` takes it from when its client resumes on another."""
        self._connected[memory.token] = take_over

    def detach(self, memory: SessionMemory, now_s: float) -> None:
        """A session's connection is gone; its client has from now on to come back."""
        self._connected.pop(memory.token, None)
        memory.detach()
        self._waiting[memory.token] = (now_s + self._resume_s, memory)
        if len(self._waiting) > MAX_KEPT_SESSIONS:
            self._waiting.popitem(last=False)

    def end(self, memory: SessionMemory) -> None:
        """A session is over for good."""
        self._connected.pop(memory.token, None)

    def resumable(self, token: str, now_s: float) -> SessionMemory | None:
        """The session that waits under this token, taken off its old connection if it still has one; or None."""
        if (take_over := self._connected.get(token)) is not None:
            take_over(now_s)
        self.expire(now_s)
        waiting = self._waiting.get(token)
        return None if waiting is None else waiting[1]

    def resume(self, memory: SessionMemory) -> None:
        """A session waits no more."""
        self._waiting.pop(memory.token, None)

    def waiting(self, now_s: float) -> list[SessionMemory]:
        """The sessions without a connection, which still need to be told what changes."""
        self.expire(now_s)
        return [memory for _, memory in self._waiting.values()]

    def expire(self, now_s: float) -> list[SessionMemory]:
        """Forget, and return, the sessions whose clients didn't come back in time."""
        late = [memory for deadline_s, memory in self._waiting.values() if deadline_s < now_s]
        for memory in late:
            del self._waiting[memory.token]
        return late
