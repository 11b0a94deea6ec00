"""How long sound takes from sources that move to a listener who moves, and where it was when it set out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.propagation import SPEED_OF_SOUND_M_S

Array = NDArray[np.float64]

# Each step leaves an error smaller by the source's speed over that of sound; the last hop's delays are near already.
_STEPS = 3


class TravelTimes:
    """The delay of sound from N sources, each a time and a place ago.

    What is heard at t left its source at t − d: c·d is the distance from where the source was then to where the
    listener is now. So a source that comes at the speed v is heard 1 / (1 − v/c) times as high, and a listener who
    goes to one hears it 1 + v/c times as high.

    Args:
        sources: how many, N.
        rate_hz: of samples.
        hop_samples: from one place to the next.
        longest_samples: what is farther away is heard as late as this, and as of then.

    Attributes:
        delays_samples: until now and from now on, shape (2, N).
    """

    def __init__(self, sources: int, *, rate_hz: int, hop_samples: int, longest_samples: int) -> None:
        self._samples_per_m = rate_hz / SPEED_OF_SOUND_M_S
        self._hop, self._longest = hop_samples, longest_samples
        self._places_m = np.zeros((longest_samples // hop_samples + 2, sources, 3))
        self._every = np.arange(sources)
        self._newest = 0
        self.delays_samples = np.zeros((2, sources))

    def begin(self, places_m: Array, listener_m: Array) -> None:
        """Sources (N, 3) have always been here, and so has the listener (3,)."""
        self._places_m[:] = places_m
        self.delays_samples[:] = self._delays(places_m, listener_m)

    def advance(self, places_m: Array, listener_m: Array) -> Array:
        """A hop later, sources and listener are here: where are sources heard from? Shape (N, 3)."""
        size = len(self._places_m)
        self._newest = (self._newest + 1) % size
        self._places_m[self._newest] = places_m
        before, after = self.delays_samples
        before[:] = after
        for _ in range(_STEPS):
            hops = after / self._hop
            whole = hops.astype(np.intp)
            later = self._places_m[(self._newest - whole) % size, self._every]
            earlier = self._places_m[(self._newest - whole - 1) % size, self._every]
            from_m: Array = later + (hops - whole)[:, None] * (earlier - later)
            after[:] = self._delays(from_m, listener_m)
        return from_m

    def _delays(self, places_m: Array, listener_m: Array) -> Array:
        distances_m = np.sqrt(((places_m - listener_m) ** 2).sum(axis=1))
        delays: Array = np.minimum(self._samples_per_m * distances_m, self._longest)
        return delays
