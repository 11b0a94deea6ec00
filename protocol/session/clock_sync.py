"""How far a server's clock is ahead, from exchanges of four time stamps: the clock filter of RFC 5905, section 10."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

STAGES = 8
"""How many exchanges the filter remembers (NSTAGE)."""

DRIFT = 15e-6
"""By how many seconds a second two clocks may drift apart (PHI)."""

_RESOLUTION_S = 1e-6

_JUMP_S = 0.001
"""Offsets that are so much further apart than they can be are no drift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One ``clock_ping`` and its ``clock_pong``: client times by the client's clock, server times by the server's."""

    client_sent_s: float
    server_received_s: float
    server_sent_s: float
    client_received_s: float

    @property
    def offset_s(self) -> float:
        """Server time less client time, if both ways took equally long (RFC 5905, section 8).

        >>> Exchange(client_sent_s=0.0, server_received_s=10.5, server_sent_s=10.5, client_received_s=1.0).offset_s
        10.0
        """
        return ((self.server_received_s - self.client_sent_s) + (self.server_sent_s - self.client_received_s)) / 2.0

    @property
    def delay_s(self) -> float:
        """How long the message and the answer were under way, together."""
        return (self.client_received_s - self.client_sent_s) - (self.server_sent_s - self.server_received_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEstimate:
    """What the filter makes of the exchanges."""

    offset_s: float
    """Server time less client time."""
    delay_s: float
    """There and back, of the exchange that the offset is from."""
    error_s: float
    """The offset is wrong by no more, however unequal the two ways: half the delay, and drift since."""
    jitter_s: float
    """Root mean square of the other exchanges' offsets from this one."""


class Clock:
    """Estimates one server's clock for one client.

    An exchange that was quick can't be far off: of the last ``STAGES`` the one with the smallest error bound counts,
    where each bound grows by ``DRIFT`` with age.
    """

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=STAGES)

    def add(self, exchange: Exchange) -> None:
        """Take an exchange in; one that can't have happened (a negative delay, time that ran backwards) is ignored.

        One that can't be true together with what is known tells that a clock was set, or stood still while a machine
        slept: what was known is forgotten.
        """
        times = (
            exchange.client_sent_s,
            exchange.server_received_s,
            exchange.server_sent_s,
            exchange.client_received_s,
        )
        possible = (
            all(math.isfinite(time) for time in times)
            and exchange.client_received_s >= exchange.client_sent_s
            and exchange.server_sent_s >= exchange.server_received_s
            and exchange.delay_s >= -_RESOLUTION_S
        )
        if possible:
            if self._contradicts(exchange):
                self._exchanges.clear()
            self._exchanges.append(exchange)

    def clear(self) -> None:
        """Forget everything: for another server, or a client's clock that was set."""
        self._exchanges.clear()

    def estimate(self, now_s: float) -> ClockEstimate | None:
        """The best estimate at this client time; None before the first exchange."""
        if not self._exchanges:
            return None
        best = min(self._exchanges, key=lambda exchange: self._error_s(exchange, now_s))
        others = [exchange.offset_s - best.offset_s for exchange in self._exchanges if exchange is not best]
        return ClockEstimate(
            offset_s=best.offset_s,
            delay_s=max(best.delay_s, 0.0),
            error_s=self._error_s(best, now_s),
            jitter_s=math.sqrt(sum(other * other for other in others) / len(others)) if others else 0.0,
        )

    def server_time_s(self, now_s: float) -> float | None:
        """The server's time at this client time; None before the first exchange."""
        estimate = self.estimate(now_s)
        return None if estimate is None else now_s + estimate.offset_s

    def _contradicts(self, exchange: Exchange) -> bool:
        """Whether the two offsets can't both be within their errors."""
        now_s = exchange.client_received_s
        known = self.estimate(now_s)
        if known is None:
            return False
        return abs(exchange.offset_s - known.offset_s) > self._error_s(exchange, now_s) + known.error_s + _JUMP_S

    @staticmethod
    def _error_s(exchange: Exchange, now_s: float) -> float:
        age_s = max(now_s - exchange.client_received_s, 0.0)
        return max(exchange.delay_s, 0.0) / 2.0 + DRIFT * age_s + _RESOLUTION_S
