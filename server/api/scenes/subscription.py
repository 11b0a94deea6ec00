"""A keyed queue that one reader waits at: iterate to read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Generic, TypeVar

from protocol.session.sending.keyed_queue import Keyed, KeyedQueue

T = TypeVar("T", bound=Keyed)


class Subscription(Generic[T]):
    """What one reader has yet to read. The iteration ends when the subscription is closed.

    Args:
        items: what waits from the beginning.
    """

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._queue = KeyedQueue[T](items)
        self._wake = asyncio.Event()
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def dropped(self) -> int:
        """How many items had to go because too many waited that nothing replaces."""
        return self._queue.dropped

    def put(self, item: T) -> None:
        """Let an item wait for the reader."""
        self._queue.put(item)
        self._wake.set()

    def close(self) -> None:
        """End the iteration, once all that waits was read."""
        self._is_closed = True
        self._wake.set()

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            self._wake.clear()
            while (item := self._queue.pop()) is not None:
                yield item
            if self._is_closed:
                return
            await self._wake.wait()
