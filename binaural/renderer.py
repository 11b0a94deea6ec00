"""Many moving sources around a moving head, block by block."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from binaural.convolver import Block, Convolver, FilterBank, Rows
from binaural.delay import DelayLines
from binaural.directions import DirectionTable
from binaural.head import TabulatedHead
from binaural.levels import MIN_DISTANCE_M, Spreading, amplitude_exponent
from binaural.listener import Listener

Array = NDArray[np.float64]

SPEED_OF_SOUND_M_S = 343.2
"""In dry air at 20 °C (ISO 9613-1)."""

# Larger blocks are rendered in hops of this: a head turns 2° in one at 1 turn/s, and more would be heard as steps.
_LARGEST_HOP = 256


class BinauralRenderer:
    """Positioned mono signals in, two ears out.

    Each source's direction, as the head sees it, picks a filter from a table of the head's; from hop to hop it is
    crossfaded into the next. So what moves does so without a click, and what stands still is exactly convolved.

    Args:
        head: whose ears.
        kinds: how each source spreads; as many as there are sources.
        block_samples: of every call, a power of two from 64 to 2048.
        doppler: whether sound takes its time to arrive, so that what moves changes pitch. It is as late as the
            distance is when it is heard: exact for a head that moves; of a source that comes at v the pitch rises by
            1 + v/c rather than 1 / (1 − v/c), 13 cents less at 30 m/s. Without it sources are heard at once.
        farthest_m: with ``doppler``, sources beyond are heard as late as from here.
        min_distance_m: sources nearer than this sound as from here.

    Attributes:
        latency_samples: how much later sound comes than it must, beyond the block itself.
    """

    def __init__(
        self,
        head: TabulatedHead,
        kinds: Sequence[Spreading],
        *,
        block_samples: int = 256,
        doppler: bool = False,
        farthest_m: float = 300.0,
        min_distance_m: float = MIN_DISTANCE_M,
    ) -> None:
        if block_samples not in (64, 128, 256, 512, 1024, 2048):
            raise ValueError(f"blocks are of 64, 128, 256, 512, 1024 or 2048 samples, not of {block_samples}")
        self.block_samples = block_samples
        self._hop = min(block_samples, _LARGEST_HOP)
        self._table = DirectionTable(head)
        self.latency_samples = self._table.lead_samples
        self._bank = FilterBank(self._table.filters, self._hop)
        self._convolver = Convolver(self._bank, len(kinds))
        self._exponents = np.array([amplitude_exponent(kind) for kind in kinds])
        self._min_distance_m = min_distance_m
        self._samples_per_m = head.sample_rate_hz / SPEED_OF_SOUND_M_S
        self._lines = (
            DelayLines(len(kinds), longest_samples=farthest_m * self._samples_per_m, block_samples=self._hop)
            if doppler
            else None
        )
        self._relative_m: Array | None = None
        self._rows: Rows = np.zeros(len(kinds), dtype=np.int32)
        self._gains: Block = np.zeros(len(kinds), dtype=np.float32)
        self._given: Array = np.ones(len(kinds))
        self._out = np.zeros((block_samples, 2), dtype=np.float32)

    def process(
        self, signals: Block, positions_m: Array, listener: Listener, gains: NDArray[np.floating] | float = 1.0
    ) -> Block:
        """What the ears hear of a block.

        Args:
            signals: float32, shape (N, block): each source as it sounds at 1 m.
            positions_m: where the sources are by the end of the block, shape (N, 3), in scene axes. Until then they go
                there in a straight line, as the head sees it, from where they were; in the first block they stand.
            listener: where the head is by the end of the block.
            gains: factors that the sources have by the end of the block, shape (N,) or one for all.

        Returns:
            Float32, shape (block, 2): left, right. The array is used again in the next call.
        """
        after_m = listener.to_head(positions_m)
        given = np.broadcast_to(np.asarray(gains, dtype=np.float64), self._given.shape)
        first = self._relative_m is None
        before_m = after_m if self._relative_m is None else self._relative_m
        before_given = given if first else self._given
        if first:
            self._aim(before_m, before_given)
        self._out[:] = 0.0
        for start in range(0, self.block_samples, self._hop):
            share = (start + self._hop) / self.block_samples
            rows, factors = self._rows, self._gains
            self._aim(before_m + share * (after_m - before_m), before_given + share * (given - before_given))
            part = slice(start, start + self._hop)
            heard = signals[:, part]
            if self._lines is not None:
                heard = self._lines.process(heard, self._late)
            self._convolver.process(heard, rows, self._rows, factors, self._gains, self._out[part])
        self._relative_m, self._given = after_m, given.copy()
        return self._out

    def tail(self) -> Block:
        """What still sounds after the last block, where everything stays as it is; float32, shape (T, 2)."""
        longest = self._bank.taps + (self._lines.longest_samples if self._lines is not None else 0)
        silence = np.zeros((len(self._rows), self._hop), dtype=np.float32)
        heard = np.zeros((-(-longest // self._hop) * self._hop, 2), dtype=np.float32)
        for start in range(0, len(heard), self._hop):
            quiet = silence if self._lines is None else self._lines.process(silence, self._late)
            self._convolver.process(
                quiet, self._rows, self._rows, self._gains, self._gains, heard[start : start + self._hop]
            )
        return heard

    def _aim(self, relative_m: Array, given: Array) -> None:
        """Take on the filters, factors and delays of sources at these places as the head sees them."""
        distance_m = np.sqrt(np.einsum("nx,nx->n", relative_m, relative_m))
        self._rows = self._table.rows(relative_m, distance_m)
        heard_m = np.maximum(distance_m, self._min_distance_m)
        self._gains = (given * heard_m**-self._exponents).astype(np.float32)
        self._late = distance_m * self._samples_per_m
