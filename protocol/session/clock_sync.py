"""How far a server's clock is ahead, from exchanges of four time stamps.

Each exchange of NTP (RFC 5905, section 8) bounds the offset from both sides: what was received can't have been sent
later. The bounds of all exchanges that are remembered hold together, so that the offset lies where they overlap
(Marzullo and Owicki, Maintaining the time in a distributed system, 1983). One way that was quick bounds one side, and
another one the other: on a network whose ways vary by tens of milliseconds that is known much better than from any one
exchange alone.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

REMEMBERED = 24
"""How many exchanges count."""

FIRST_PINGS = 8
"""So many exchanges, quickly one after another, tell the offset well enough to begin."""

DRIFT = 100e-6
"""By how many seconds a second two clocks may drift apart: the crystals of sound cards are no better."""

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
    """There and back, of the quickest exchange."""
    error_s: float
    """The offset is wrong by no more, however unequal the two ways."""
    jitter_s: float
    """Root mean square of the exchanges' own offsets from this one."""


class Clock:
    """Estimates one server's clock for one client.

    The bounds of the last ``REMEMBERED`` exchanges count, each loosened by ``DRIFT`` with age.
    """

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=REMEMBERED)

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
        bounds_s = [self._bounds_s(exchange, now_s) for exchange in self._exchanges]
        least_s, most_s = max(least_s for least_s, _ in bounds_s), min(most_s for _, most_s in bounds_s)
        offset_s = (least_s + most_s) / 2.0
        apart = [(exchange.offset_s - offset_s) ** 2 for exchange in self._exchanges]
        return ClockEstimate(
            offset_s=offset_s,
            delay_s=max(min(exchange.delay_s for exchange in self._exchanges), 0.0),
            error_s=max((most_s - least_s) / 2.0, 0.0) + _RESOLUTION_S,
            jitter_s=math.sqrt(sum(apart) / len(apart)),
        )

    def server_time_s(self, now_s: float) -> float | None:
        """The server's time at this client time; None before the first exchange."""
        estimate = self.estimate(now_s)
        return None if estimate is None else now_s + estimate.offset_s

    def _contradicts(self, exchange: Exchange) -> bool:
        """Whether its bounds and what is known can't both hold."""
        known = self.estimate(exchange.client_received_s)
        if known is None:
            return False
        least_s, most_s = self._bounds_s(exchange, exchange.client_received_s)
        known_least_s, known_most_s = known.offset_s - known.error_s, known.offset_s + known.error_s
        return max(least_s - known_most_s, known_least_s - most_s) > _JUMP_S

    @staticmethod
    def _bounds_s(exchange: Exchange, now_s: float) -> tuple[float, float]:
        """The least and the most that the offset can be, by one exchange."""
        drift_s = DRIFT * max(now_s - exchange.client_received_s, 0.0)
        return (
            exchange.server_sent_s - exchange.client_received_s - drift_s,
            exchange.server_received_s - exchange.client_sent_s + drift_s,
        )
