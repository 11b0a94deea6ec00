"""What takes long to make, made once beside whoever wants it, and kept for as long as there is room for its bytes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")

IN_USE_S = 10.0
"""What was asked for so recently is in use, and isn't given up for something else."""


@dataclass(slots=True)
class _Entry(Generic[Value]):
    made: Future[Value]
    size_bytes: int
    used_s: float


class ByteCache(Generic[Value]):
    """Keeps values by key within a number of bytes; those used last stay longest.

    Args:
        name: of the threads that make values.
        most_bytes: how much is kept, what is being made included.
        threads: how many values are made at once.
        now_s: a clock.
    """

    def __init__(
        self, name: str, *, most_bytes: int, threads: int = 1, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._most_bytes = most_bytes
        self._now_s = now_s
        self._entries: OrderedDict[Hashable, _Entry[Value]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name)

    @property
    def kept_bytes(self) -> int:
        """How much is kept."""
        return self._bytes

    def wanted(self, key: Hashable, make: Callable[[], Value], *, size_bytes: int) -> Future[Value] | None:
        """A value, or its promise: made once, however many want it at the same time.

        Args:
            key: what it is.
            make: makes it, in a thread of the cache's own.
            size_bytes: how large it is, or will be.

        Returns:
            None if there is no room for it beside what is in use.
        """
        with self._lock:
            now_s = self._now_s()
            entry = self._entries.get(key)
            if entry is None:
                self._make_room(size_bytes, now_s)
                if self._bytes + size_bytes > self._most_bytes:
                    return None
                entry = self._entries[key] = _Entry(self._executor.submit(make), size_bytes, now_s)
                self._bytes += size_bytes
            entry.used_s = now_s
            self._entries.move_to_end(key)
            return entry.made

    def forget(self, key: Hashable) -> None:
        """Keep a value no longer, for example since it could not be made."""
        with self._lock:
            self._drop(key)

    def forget_unused(self) -> None:
        """Keep only what is in use, or on its way."""
        with self._lock:
            before_s = self._now_s() - IN_USE_S
            for key in [key for key, entry in self._entries.items() if entry.used_s <= before_s and entry.made.done()]:
                self._drop(key)

    def close(self) -> None:
        """Make no more values, and keep none."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    def _make_room(self, size_bytes: int, now_s: float) -> None:
        while self._entries and self._bytes + size_bytes > self._most_bytes:
            key, oldest = next(iter(self._entries.items()))
            if now_s - oldest.used_s < IN_USE_S:
                return
            self._drop(key)

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.size_bytes
