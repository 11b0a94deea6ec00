"""Who tells whom: whatever happens to a scene is published here, and read by whoever listens to it.

A message has a ``key``: the newest value for a key replaces an older one that a slow reader has not taken yet, so what
waits for a reader grows with what there is to tell of, not with time. All of it lives in one event loop.

To follow a scene: subscribe to the topic that is its id, read what :class:`server.api.scenes.Scenes` has of it (a scene
in the making has nothing yet, but its events are retained for late readers), then iterate. What comes are events of
:mod:`protocol.messages` and changes of :mod:`server.api.changes`.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Protocol


class Message(Protocol):
    """Anything that can be published; see :mod:`protocol.messages`."""

    @property
    def key(self) -> str | None:
        """Of two messages with the same key the newer replaces the older; None marks one that nothing replaces."""
        ...


MOST_UNKEYED = 256
"""How many messages that nothing replaces may wait for a reader; beyond, the oldest go."""


class Mailbox:
    """The newest message for each key, in the order in which the keys were first written."""

    def __init__(self) -> None:
        self._waiting: dict[str | int, Message] = {}
        self._numbers = count()

    def put(self, message: Message) -> None:
        """Take a message in, in place of one with its key."""
        key = message.key
        if key is not None:
            # A message goes behind all that it may refer to.
            self._waiting.pop(key, None)
            self._waiting[key] = message
            return
        unkeyed = [number for number in self._waiting if isinstance(number, int)]
        if len(unkeyed) >= MOST_UNKEYED:
            del self._waiting[unkeyed[0]]
        self._waiting[next(self._numbers)] = message

    def copy(self) -> Mailbox:
        """A mailbox with the same content."""
        other = Mailbox()
        for message in self._waiting.values():
            other.put(message)
        return other

    def take(self) -> Message | None:
        """The message that waits longest, or None."""
        if not self._waiting:
            return None
        return self._waiting.pop(next(iter(self._waiting)))

    def __iter__(self) -> Iterator[Message]:
        return iter(tuple(self._waiting.values()))


class Subscription:
    """What one reader has yet to hear; iterate to hear it. It ends when the hub closes the topic."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._wake = asyncio.Event()
        self._closed = False

    def put(self, message: Message) -> None:
        """Have a message heard."""
        self._mailbox.put(message)
        self._wake.set()

    def close(self) -> None:
        """End the iteration, once all that waits was heard."""
        self._closed = True
        self._wake.set()

    async def __aiter__(self) -> AsyncIterator[Message]:
        while True:
            self._wake.clear()
            while (message := self._mailbox.take()) is not None:
                yield message
            if self._closed:
                return
            await self._wake.wait()


class Hub:
    """Topics, each with its readers and, while something is in the making, what a late one has missed."""

    def __init__(self) -> None:
        self._readers: defaultdict[str, set[Subscription]] = defaultdict(set)
        self._retained: dict[str, Mailbox] = {}
        self._closed = False

    @property
    def readers(self) -> int:
        """How many there are, of all topics."""
        return sum(map(len, self._readers.values()))

    def publish(self, topic: str, message: Message) -> None:
        """Tell all readers of a topic, and those to come while the topic is retained."""
        if topic in self._retained:
            self._retained[topic].put(message)
        for reader in self._readers.get(topic, ()):
            reader.put(message)

    def retain(self, topic: str) -> None:
        """From now on keep the newest message for each key, for readers to come."""
        self._retained[topic] = Mailbox()

    def release(self, topic: str) -> None:
        """Keep nothing any more."""
        self._retained.pop(topic, None)

    def retained(self, topic: str) -> tuple[Message, ...]:
        """What a late reader of the topic would hear first."""
        return tuple(self._retained.get(topic, ()))

    @contextmanager
    def subscribed(self, topic: str) -> Iterator[Subscription]:
        """Hear a topic: first what is retained of it, then what happens."""
        subscription = Subscription(self._retained.get(topic, Mailbox()).copy())
        if self._closed:
            subscription.close()
        self._readers[topic].add(subscription)
        try:
            yield subscription
        finally:
            self._readers[topic].discard(subscription)
            if not self._readers[topic]:
                del self._readers[topic]

    def end(self, topic: str) -> None:
        """Let the readers of a topic go, and forget it."""
        self.release(topic)
        for reader in tuple(self._readers.get(topic, ())):
            reader.close()

    def close(self) -> None:
        """Let all readers go, now and from now on: the server stops."""
        self._closed = True
        for topic in tuple(self._readers):
            self.end(topic)
