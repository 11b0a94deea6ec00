"""How much a client may ask for."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_MOST_CLIENTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one server takes; the pixels of a picture are limited by :mod:`server.pipeline.image`."""

    upload_bytes: int = 128 * 2**20
    body_bytes: int = 2**20
    """Of every other request."""
    body_s: float = 300.0
    """How long a request may take to arrive."""
    connections: int = 1024
    waiting_jobs: int = 100
    requests_per_s: float = 100.0
    """Of one client, in the long run."""
    requests_at_once: float = 500.0


class Buckets:
    """A token bucket for each client: ``at_once`` at first, then ``per_s`` a second.

    >>> buckets = Buckets(per_s=1.0, at_once=2.0, now=iter([0.0, 0.0, 0.0, 1.0]).__next__)
    >>> [buckets.take("client") for _ in range(4)]
    [0.0, 0.0, 1.0, 0.0]
    """

    def __init__(self, *, per_s: float, at_once: float, now: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._at_once = at_once
        self._now = now
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Take one; returns 0, or how many seconds to wait first."""
        now_s = self._now()
        level, at_s = self._levels.pop(client, (self._at_once, now_s))
        level = min(self._at_once, level + (now_s - at_s) * self._per_s)
        wait_s = 0.0 if level >= 1.0 else (1.0 - level) / self._per_s
        self._levels[client] = (level if wait_s else level - 1.0, now_s)
        if len(self._levels) > _MOST_CLIENTS:
            self._levels.popitem(last=False)
        return wait_s
