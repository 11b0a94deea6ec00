"""How long to wait before the next try."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST_S = 0.25
LONGEST_S = 15.0


class BackOff:
    """Waits that double from try to try, each somewhere between half of that and all.

    The chance in them keeps a server's clients from coming back all at once after it was away.

    Args:
        chance: a number in [0, 1), another each time.

    >>> back_off = BackOff(chance=lambda: 0.5)
    >>> [back_off.next_s() for _ in range(3)], back_off.next_s(at_least_s=5.0)
    ([0.1875, 0.375, 0.75], 6.5)
    """

    def __init__(self, *, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance
        self._tries = 0

    def reset(self) -> None:
        """It worked."""
        self._tries = 0

    def next_s(self, *, at_least_s: float = 0.0) -> float:
        """Seconds to wait now; ``at_least_s`` is what the server has asked for."""
        whole_s = min(FIRST_S * 2.0 ** min(self._tries, 16), LONGEST_S)
        self._tries += 1
        return at_least_s + whole_s * (1.0 + self._chance()) / 2.0
