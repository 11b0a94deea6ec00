"""How much of something is allowed in the long run, and how much at once."""

from __future__ import annotations


class TokenBucket:
    """Fills at a steady rate; what happens takes from it.

    Args:
        per_s: how many a second in the long run.
        burst: how many at once; it starts full.
        now_s: the time on any steady clock.
    """

    def __init__(self, *, per_s: float, burst: float, now_s: float) -> None:
        self._per_s = per_s
        self._burst = burst
        self._level = burst
        self._at_s = now_s

    def take(self, now_s: float) -> bool:
        """Take one if there is one; says whether there was. A clock that runs backwards fills nothing."""
        self._level = min(self._burst, self._level + max(now_s - self._at_s, 0.0) * self._per_s)
        self._at_s = now_s
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True

    @property
    def wait_s(self) -> float:
        """How long, from the last take on, until there is one."""
        return max(1.0 - self._level, 0.0) / self._per_s
