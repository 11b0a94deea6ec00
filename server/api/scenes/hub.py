"""Whatever happens to a scene or a job is published here, and read by whoever follows it.

To follow a scene: subscribe to the topic that is its id, read what :class:`server.api.scenes.store.SceneStore` has
of it (a scene in the making has nothing yet, but its events are retained for late readers), then iterate. What comes
are the events of :mod:`server.api.scenes.events`. All of it lives in one event loop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from protocol.session.sending.keyed_queue import KeyedQueue
from server.api.scenes.events import AnyEvent
from server.api.scenes.subscription import Subscription


class Hub:
    """Topics, each with its readers and, while something is in the making, what a late one has missed."""

    def __init__(self) -> None:
        self._readers: defaultdict[str, set[Subscription[AnyEvent]]] = defaultdict(set)
        # Until a scene is finished, its state is nowhere but in the events of the job that makes it: this is what late
        # readers start from. A finished scene's state is on the disk, a live one's in its SceneState.
        self._retained: dict[str, KeyedQueue[AnyEvent]] = {}
        self._is_closed = False

    @property
    def readers(self) -> int:
        """How many there are, of all topics."""
        return sum(map(len, self._readers.values()))

    def publish(self, topic: str, event: AnyEvent) -> None:
        """Let all readers of a topic have an event, and those to come while the topic is retained."""
        if topic in self._retained:
            self._retained[topic].put(event)
        for reader in self._readers.get(topic, ()):
            reader.put(event)

    def retain(self, topic: str) -> None:
        """From now on keep the newest event for each key, for readers to come."""
        self._retained[topic] = KeyedQueue()

    def release(self, topic: str) -> None:
        """Keep nothing any more."""
        self._retained.pop(topic, None)

    def retained(self, topic: str) -> tuple[AnyEvent, ...]:
        """What a late reader of the topic would read first."""
        return tuple(self._retained.get(topic, ()))

    @contextmanager
    def subscribed(self, topic: str) -> Iterator[Subscription[AnyEvent]]:
        """Follow a topic: first what is retained of it, then what happens."""
        subscription = Subscription(self.retained(topic))
        if self._is_closed:
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
        self._is_closed = True
        for topic in tuple(self._readers):
            self.end(topic)
