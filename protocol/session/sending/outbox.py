"""What waits to be sent to one client: messages in a keyed queue, and blocks of live sound that must be in time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from protocol.session.sending.keyed_queue import KeyedQueue
from protocol.wire.codec import Prepared

MAX_AUDIO_BLOCKS = 64


class Outbox(KeyedQueue[Prepared]):
    """Messages and live audio blocks for one client, oldest first.

    Attributes:
        dropped_blocks: how many audio blocks went because they were too late or too many.
    """

    def __init__(self) -> None:
        super().__init__()
        self.dropped_blocks = 0
        self._audio: deque[tuple[float, bytes]] = deque()

    def __len__(self) -> int:
        return super().__len__() + len(self._audio)

    def put_audio(self, block: bytes, *, deadline_s: float) -> None:
        """Let a live block wait until this time at most."""
        self._audio.append((deadline_s, block))
        if len(self._audio) > MAX_AUDIO_BLOCKS:
            self._audio.popleft()
            self.dropped_blocks += 1

    def pop_audio(self, now_s: float) -> bytes | None:
        """Take the oldest live block that can still be in time; None where none waits."""
        while self._audio:
            deadline_s, block = self._audio.popleft()
            if deadline_s >= now_s:
                return block
            self.dropped_blocks += 1
        return None

    def keep_only(self, is_wanted: Callable[[Prepared], bool]) -> None:
        """Forget the messages that aren't wanted, and all audio."""
        super().keep_only(is_wanted)
        self._audio.clear()
