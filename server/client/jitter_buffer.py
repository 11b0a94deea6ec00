"""A buffer between a network that delivers samples in bursts and a sound card that wants them evenly."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.hrir import SAMPLE_RATE_HZ

# Sound begins when this much is buffered: two blocks of 256 samples, and a reserve for the card.
_LEAST_S = 0.03
# More is buffered only if the card's clock is slower than the server's.
_MOST_S = 0.15


class JitterBuffer:
    """Samples on their way from the network to the sound card; its methods may be called from different threads.

    Attributes:
        underruns: how often the card wanted samples that had not arrived.
    """

    def __init__(self) -> None:
        self._least, self._most = round(_LEAST_S * SAMPLE_RATE_HZ), round(_MOST_S * SAMPLE_RATE_HZ)
        self._blocks: deque[NDArray[np.float32]] = deque()
        self._buffered = 0
        self._is_playing = False
        self._lock = threading.Lock()
        self.underruns = 0

    def put(self, samples: NDArray[np.float32]) -> None:
        """Add samples, shape (N, 2); the oldest are dropped if too many are buffered."""
        with self._lock:
            self._blocks.append(samples)
            self._buffered += len(samples)
            while self._buffered > self._most:
                self._buffered -= len(self._blocks.popleft())

    def fill(self, wanted: NDArray[np.float32]) -> None:
        """Write the next samples into ``wanted``, shape (N, 2); silence until enough is buffered, or none is left."""
        with self._lock:
            self._is_playing = self._is_playing or self._buffered >= self._least
            done = 0
            while self._is_playing and done < len(wanted) and self._blocks:
                block = self._blocks.popleft()
                part = block[: len(wanted) - done]
                wanted[done : done + len(part)] = part
                done += len(part)
                if len(part) < len(block):
                    self._blocks.appendleft(block[len(part) :])
            self._buffered -= done
            wanted[done:] = 0.0
            if self._is_playing and done < len(wanted):
                self._is_playing = False
                self.underruns += 1
