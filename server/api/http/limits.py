"""How much clients may send."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from protocol.session.token_bucket import TokenBucket

_MOST_CLIENTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """What one server accepts; the pixels of a picture are limited by :mod:`server.pipeline.picture.image`."""

    upload_bytes: int = 128 * 2**20
    body_bytes: int = 16 * 2**10
    """Of every request that is not an upload: reading more JSON would take so long that others notice."""
    body_s: float = 300.0
    """How many seconds a request may take to arrive, at the most."""
    body_grace_s: float = 20.0
    """For how long the rest of a request may arrive as slowly as it likes."""
    body_bytes_per_s: float = 1000.0
    """How fast it has to come, on average, after that."""
    waiting_jobs: int = 100
    requests_per_s: float = 100.0
    """Of one client, on average."""
    requests_at_once: float = 500.0
    """Of one client, before the average counts."""


class ClientRates:
    """Limits how often each client may do something: ``at_once`` times at first, then ``per_s`` times a second.

    >>> rates = ClientRates(per_s=1.0, at_once=2.0)
    >>> [rates.take("client", now_s) for now_s in (0.0, 0.0, 0.0, 1.0)]
    [0.0, 0.0, 1.0, 0.0]
    """

    def __init__(self, *, per_s: float, at_once: float) -> None:
        self._per_s = per_s
        self._at_once = at_once
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, client: str, now_s: float) -> float:
        """Count one request; returns 0, or for how many seconds the client has to wait first."""
        bucket = self._buckets.pop(client, None) or TokenBucket(per_s=self._per_s, burst=self._at_once, now_s=now_s)
        self._buckets[client] = bucket
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if bucket.take(now_s) else bucket.wait_s
