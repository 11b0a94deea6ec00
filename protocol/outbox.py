"""What waits to be sent to one client: the newest value per key, whose cost grows with live keys, never with history.

A client that reads slowly gets the newest state of everything instead of a backlog:

- of two waiting messages with the same key only the newer is kept, in the newer's place;
- a message that makes others pointless culls them: a removal its source's changes, a snapshot its scene's;
- a removal of a source that was never sent vanishes together with its addition;
- moves of a scene wait as one message, the newest for each source;
- messages without a key wait in a bounded number: beyond it the oldest is dropped and counted;
- a live audio block that can't be in time any more is dropped and counted.

Everything else keeps its order, so an update never comes before its addition.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator

from protocol.codec import Prepared
from protocol.wire import SourceMoved

MAX_UNKEYED = 256
MAX_AUDIO_BLOCKS = 64


class Outbox:
    """Messages and live audio blocks for one client, oldest first."""

    def __init__(self) -> None:
        self._messages: OrderedDict[str | int, Prepared] = OrderedDict()
        self._unkeyed: deque[int] = deque()
        self._next_unkeyed = 0
        self._audio: deque[tuple[float, bytes]] = deque()
        self.dropped_messages = 0
        """Messages without a key that had to go because too many waited."""
        self.dropped_blocks = 0
        """Audio blocks that went because they were too late or too many."""

    def __len__(self) -> int:
        return len(self._messages) + len(self._audio)

    def __iter__(self) -> Iterator[Prepared]:
        """The waiting messages, in the order in which they'd be sent."""
        return iter(tuple(self._messages.values()))

    def put(self, prepared: Prepared) -> None:
        """Let a message wait, in place of those that it replaces."""
        message = prepared.message
        undone = message.undoes is not None and message.undoes in self._messages
        if message.culls is not None:
            self._cull(message.culls)
        key = message.key
        if key is None:
            self._put_unkeyed(prepared)
            return
        if undone:
            # An earlier removal may still wait, of the source that had this id before: it stays where it is.
            return
        older = self._messages.pop(key, None)
        if older is not None and isinstance(message, SourceMoved) and isinstance(older.message, SourceMoved):
            merged = message.absorbing(older.message)
            prepared = prepared if merged is message else Prepared(merged)
        self._messages[key] = prepared

    def pop(self) -> Prepared | None:
        """The message that has waited longest; None where none waits."""
        if not self._messages:
            return None
        key, prepared = self._messages.popitem(last=False)
        if isinstance(key, int):
            self._unkeyed.popleft()
        return prepared

    def put_audio(self, block: bytes, *, deadline_s: float) -> None:
        """Let a live block wait until this time at most."""
        self._audio.append((deadline_s, block))
        if len(self._audio) > MAX_AUDIO_BLOCKS:
            self._audio.popleft()
            self.dropped_blocks += 1

    def pop_audio(self, now_s: float) -> bytes | None:
        """The oldest live block that can still be in time; None where none waits."""
        while self._audio:
            deadline_s, block = self._audio.popleft()
            if deadline_s >= now_s:
                return block
            self.dropped_blocks += 1
        return None

    def drop(self, keys: str) -> None:
        """Forget the messages whose key begins so."""
        self._cull(keys)

    def keep_only(self, wanted: Callable[[Prepared], bool]) -> None:
        """Forget the messages that aren't wanted, and all audio."""
        for key in [key for key, prepared in self._messages.items() if not wanted(prepared)]:
            del self._messages[key]
        self._unkeyed = deque(key for key in self._messages if isinstance(key, int))
        self._audio.clear()

    def _cull(self, keys: str) -> None:
        # A walk over the live keys: removals and snapshots are rare, moves and updates of one source seldom wait.
        for key, prepared in tuple(self._messages.items()):
            if not isinstance(key, str):
                continue
            if isinstance(prepared.message, SourceMoved):
                rest = prepared.message.without(keys)
                if rest is None:
                    del self._messages[key]
                elif rest is not prepared.message:
                    self._messages[key] = Prepared(rest)
            elif key.startswith(keys):
                del self._messages[key]

    def _put_unkeyed(self, prepared: Prepared) -> None:
        if len(self._unkeyed) == MAX_UNKEYED:
            del self._messages[self._unkeyed.popleft()]
            self.dropped_messages += 1
        self._messages[self._next_unkeyed] = prepared
        self._unkeyed.append(self._next_unkeyed)
        self._next_unkeyed += 1
