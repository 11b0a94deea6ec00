"""How long to wait before another try."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST_S = 0.25
LONGEST_S = 15.0


class BackOff:
    """Waits that double from try to try; each is a random share, between half and all, of that time.

    Because the waits are random, clients don't all come back at once after a server was away.

    Args:
        chance: returns a random number in [0, 1).

    >>> back_off = BackOff(chance=lambda: 0.5)
    >>> [back_off.next_wait_s() for _ in range(3)], back_off.next_wait_s(at_least_s=5.0)
    ([0.1875, 0.375, 0.75], 6.5)
    """

    def __init__(self, *, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance
        self._tries = 0

    def reset(self) -> None:
        """Begin with short waits again, because a try succeeded."""
        self._tries = 0

    def next_wait_s(self, *, at_least_s: float = 0.0) -> float:
        """Count a try that failed; returns how many seconds to wait now.

        ``at_least_s`` is the wait that the server has asked for.
        """
        whole_s = min(FIRST_S * 2.0 ** min(self._tries, 16), LONGEST_S)
        self._tries += 1
        return at_least_s + whole_s * (1.0 + self._chance()) / 2.0
