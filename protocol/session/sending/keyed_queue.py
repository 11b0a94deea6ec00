"""What waits for a reader: the newest value for each key, so that its size grows with live things, never with time.

A reader that is slow gets the newest state of everything instead of a backlog:

- of two waiting items with the same key only the newer is kept, in the newer's place;
- an item that makes others pointless culls them: a removal its source's changes, a snapshot its scene's;
- a removal of a source that was never passed on vanishes together with its addition;
- items may absorb an older one with their key: moves of a scene wait as one, the newest for each source;
- items without a key wait in a bounded number: beyond it the oldest is dropped and counted.

Everything else keeps its order, so an update never comes before its addition. The same queue serves every reader: the
outbox of a client, the followers of a scene over HTTP, and the sender of OSC.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, Protocol, Self, TypeVar

MAX_UNKEYED = 256
"""How many items without a key may wait."""


class Keyed(Protocol):
    """Anything that can wait in such a queue; :class:`protocol.message.Message` says what each part means."""

    @property
    def key(self) -> str | None: ...  # noqa: D102

    @property
    def culls(self) -> str | None: ...  # noqa: D102

    @property
    def undoes(self) -> str | None: ...  # noqa: D102

    def absorbing(self, older: Any) -> Self: ...  # noqa: D102

    def without(self, keys: str) -> Self | None: ...  # noqa: D102


T = TypeVar("T", bound=Keyed)


class KeyedQueue(Generic[T]):
    """Items for one reader, oldest first.

    Attributes:
        dropped: how many items without a key had to go because too many waited.
    """

    def __init__(self, items: Iterable[T] = ()) -> None:
        self.dropped = 0
        self._items: OrderedDict[str | int, T] = OrderedDict()
        self._unkeyed: deque[int] = deque()
        self._next_unkeyed = 0
        for item in items:
            self.put(item)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        """The waiting items, in the order in which they would be taken."""
        return iter(tuple(self._items.values()))

    def put(self, item: T) -> None:
        """Let an item wait, in place of those that it replaces."""
        undone = item.undoes is not None and item.undoes in self._items
        if item.culls is not None:
            self.drop(item.culls)
        key = item.key
        if key is None:
            self._put_unkeyed(item)
            return
        if undone:
            # An earlier removal may still wait, of the source that had this id before: it stays where it is.
            return
        # The newer goes behind all that it may refer to.
        older = self._items.pop(key, None)
        self._items[key] = item if older is None else item.absorbing(older)

    def pop(self) -> T | None:
        """Take the item that has waited longest; None where none waits."""
        if not self._items:
            return None
        key, item = self._items.popitem(last=False)
        if isinstance(key, int):
            self._unkeyed.popleft()
        return item

    def drop(self, keys: str) -> None:
        """Forget the items whose key begins so."""
        # A walk over the live keys: removals and snapshots are rare, moves and updates of one source seldom wait.
        for key, item in tuple(self._items.items()):
            if not isinstance(key, str):
                continue
            rest = item.without(keys)
            if rest is None:
                del self._items[key]
            elif rest is not item:
                self._items[key] = rest

    def keep_only(self, is_wanted: Callable[[T], bool]) -> None:
        """Forget the items that aren't wanted."""
        for key in [key for key, item in self._items.items() if not is_wanted(item)]:
            del self._items[key]
        self._unkeyed = deque(key for key in self._items if isinstance(key, int))

    def _put_unkeyed(self, item: T) -> None:
        if len(self._unkeyed) == MAX_UNKEYED:
            del self._items[self._unkeyed.popleft()]
            self.dropped += 1
        self._items[self._next_unkeyed] = item
        self._unkeyed.append(self._next_unkeyed)
        self._next_unkeyed += 1
