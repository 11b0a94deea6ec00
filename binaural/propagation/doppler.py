"""Doppler: the retarded times and places of moving sources, as a moving listener hears them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.propagation.air import SPEED_OF_SOUND_M_S

Array = NDArray[np.float64]

# Each step reduces the error by the ratio of the source's speed to that of sound, from the delays of the last hop.
_STEPS = 3


class RetardedTimes:
    """The delays of sound from N sources, and the places that the sound came from.

    Sound that is heard at the time t left its source at the retarded time t − d, where c·d is the distance from where
    the source was then to where the listener is now (Morse and Ingard 1968, Theoretical Acoustics, section 11.2). So a
    source that approaches at the speed v is heard at 1 / (1 − v/c) times its frequency, and a listener who approaches
    a source hears it at 1 + v/c times its frequency.

    Args:
        sources: how many, N.
        rate_hz: of samples.
        hop_samples: from one place to the next.
        longest_samples: the longest delay; sources farther away are heard with this one.

    Attributes:
        delays_samples: at the beginning and at the end of the last hop, shape (2, N).
    """

    def __init__(self, sources: int, *, rate_hz: int, hop_samples: int, longest_samples: int) -> None:
        self._samples_per_m = rate_hz / SPEED_OF_SOUND_M_S
        self._hop, self._longest = hop_samples, longest_samples
        self._places_m = np.zeros((longest_samples // hop_samples + 2, sources, 3))
        self._every = np.arange(sources)
        self._newest = 0
        self.delays_samples = np.zeros((2, sources))

    def begin(self, places_m: Array, listener_m: Array) -> None:
        """Begin anew: sources (N, 3) and the listener (3,) have always been here, metres in scene axes."""
        self._places_m[:] = places_m
        self.delays_samples[:] = self._delays(places_m, listener_m)

    def advance(self, places_m: Array, listener_m: Array) -> Array:
        """Go on by a hop.

        Args:
            places_m: where the sources are by its end, shape (N, 3).
            listener_m: where the listener is by its end, shape (3,).

        Returns:
            Where the sources were when the sound left that is heard by the end of the hop, shape (N, 3).
        """
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
