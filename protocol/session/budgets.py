"""How much a client may send, and how often it may be wrong, before its connection is closed."""

from __future__ import annotations

from protocol.session.token_bucket import TokenBucket
from protocol.wire.handshake import Limits

_BAD_MESSAGES_AT_ONCE = 10
_BAD_MESSAGES_PER_S = 0.1
_OVERLOADS_PER_S = 1.0


class Budgets:
    """Three budgets of one connection.

    Args:
        limits: what the server accepts.
        now_s: the server's time.

    Attributes:
        messages: for each message; what comes when it is empty isn't carried out.
        overload: for each message above that; when it is empty, the connection is closed.
        bad_messages: for each message that makes no sense; when it is empty, the connection is closed.
    """

    def __init__(self, limits: Limits, now_s: float) -> None:
        self.messages = TokenBucket(per_s=limits.messages_per_s, burst=limits.burst_messages, now_s=now_s)
        self.overload = TokenBucket(per_s=_OVERLOADS_PER_S, burst=limits.burst_messages, now_s=now_s)
        self.bad_messages = TokenBucket(per_s=_BAD_MESSAGES_PER_S, burst=_BAD_MESSAGES_AT_ONCE, now_s=now_s)
