"""Many moving sources around a moving head, block by block."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from binaural.convolver import Convolver
from binaural.delay import DelayLines
from binaural.directions import direction_table
from binaural.head import TabulatedHead
from binaural.kernels import kernels
from binaural.levels import MIN_DISTANCE_M, Spreading, amplitude_exponent
from binaural.listener import Listener
from binaural.propagation import SPEED_OF_SOUND_M_S
from binaural.travel import TravelTimes

Array = NDArray[np.float64]
Block = NDArray[np.float32]

# Larger blocks are rendered in hops of this: a head turns 2° in one at 1 turn/s, and more would be heard as steps.
_LARGEST_HOP = 256
_FAR_OFF = 1e9


class BinauralRenderer:
    """Positioned mono signals in, two ears out.

    As the head sees it, each source's place picks filters, delays to both ears, what the air takes away, and, nearer
    than 1 m, what the near ear gains; from hop to hop all of it is crossfaded into the next. So what moves does so
    without a click, and what stands still is exactly convolved.

    Args:
        head: whose ears.
        kinds: how each source spreads; as many as there are sources.
        block_samples: of every call, a power of two from 64 to 2048.
        doppler: whether sound takes its time to arrive, so that what moves changes pitch and is heard from where it
            was. Without it sources are heard at once.
        farthest_m: with ``doppler``, sources beyond are heard as late as from here.
        min_distance_m: sources nearer than this are as loud as from here.

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
        self._kernels = kernels()
        self._table = direction_table(head, self._hop)
        self._convolver = Convolver(self._table, len(kinds), self._hop)
        self.latency_samples = self._table.latency_samples
        self._exponents = np.zeros(len(kinds))
        self.spread_as(kinds)
        self._min_distance_m = min_distance_m
        self._lines, self._travel = None, None
        if doppler:
            longest = round(farthest_m * head.sample_rate_hz / SPEED_OF_SOUND_M_S)
            self._lines = DelayLines(len(kinds), longest_samples=longest, hop_samples=self._hop)
            self._travel = TravelTimes(
                len(kinds), rate_hz=head.sample_rate_hz, hop_samples=self._hop, longest_samples=longest
            )
            self.latency_samples += self._lines.latency_samples
        # Of all sources until now and from now on: place, gain and how much is hidden.
        self._before, self._after = np.zeros((len(kinds), 5)), np.zeros((len(kinds), 5))
        self._listener = Listener()
        self._pose = np.zeros(7)
        self._rows = np.zeros((2, len(kinds), 5), dtype=np.int32)
        self._factors = np.zeros((2, len(kinds)), dtype=np.float32)
        self._out = np.zeros((block_samples, 2), dtype=np.float32)
        # Once through, so that compiling makes no block late.
        self._begun = False
        self.process(np.zeros((len(kinds), block_samples), dtype=np.float32), self._after[:, :3], self._listener)
        self._begun = False

    def spread_as(self, kinds: Sequence[Spreading]) -> None:
        """From the next block on, sources spread so; shape as at the beginning. It is a glide, like all that changes.

        Raises:
            ValueError: these are not as many as there are sources.
        """
        self._exponents[:] = [amplitude_exponent(kind) for kind in kinds]

    def process(
        self,
        signals: Block,
        positions_m: ArrayLike,
        listener: Listener,
        gains: ArrayLike = 1.0,
        hidden: ArrayLike = 0.0,
    ) -> Block:
        """What the ears hear of a block.

        Args:
            signals: float32, shape (N, block): each source as it sounds at 1 m.
            positions_m: where the sources are by the end of the block, shape (N, 3), in scene axes. Until then they go
                there in a straight line from where they were; in the first block they stand.
            listener: where the head is by the end of the block.
            gains: factors that the sources have by the end of the block, shape (N,) or one for all.
            hidden: how much of each is by then behind something, in [0, 1], shape (N,) or one for all.

        Returns:
            Float32, shape (block, 2): left, right. The array is used again in the next call.

        Raises:
            ValueError: signals have another shape, or a place, a gain or the listener is no number or beyond 10⁹.
        """
        if signals.shape != (len(self._before), self.block_samples):
            raise ValueError(f"signals of shape {signals.shape}, not {(len(self._before), self.block_samples)}")
        self._after[:, :3], self._after[:, 3], self._after[:, 4] = positions_m, gains, hidden
        # Compiled loops would look up anything for what is no number.
        given = np.abs(self._after).max(initial=0.0) < _FAR_OFF and math.hypot(*listener.position_m) < _FAR_OFF
        if not (given and 0.0 < math.hypot(*listener.quaternion) < _FAR_OFF):
            raise ValueError(f"places, gains and quaternions must be numbers below {_FAR_OFF:g}, not all of them 0")
        if not self._begun:
            self._begin(listener)
        self._out[:] = 0.0
        for start in range(0, self.block_samples, self._hop):
            part, share = slice(start, start + self._hop), (start + self._hop) / self.block_samples
            samples = np.ascontiguousarray(signals[:, part], dtype=np.float32)
            if share == 1.0:
                self._render(samples, self._after, listener, self._out[part])
            else:
                now = self._before + share * (self._after - self._before)
                self._render(samples, now, self._listener.towards(listener, share), self._out[part])
        self._before[:], self._listener = self._after, listener
        return self._out

    def tail(self) -> Block:
        """What still sounds after the last block, where everything stays as it is; float32, shape (T, 2)."""
        longest = self._table.tail_samples
        if self._travel is not None:
            longest += int(np.ceil(self._travel.delays_samples.max(initial=0.0))) + 2 * DelayLines.latency_samples
        silence = np.zeros((len(self._before), self._hop), dtype=np.float32)
        heard = np.zeros((-(-longest // self._hop) * self._hop, 2), dtype=np.float32)
        for start in range(0, len(heard), self._hop):
            self._render(silence, self._before, self._listener, heard[start : start + self._hop])
        return heard[:longest]

    def _begin(self, listener: Listener) -> None:
        """Everything has always been where it is after the first block."""
        self._before[:], self._listener = self._after, listener
        if self._travel is not None:
            self._travel.begin(self._after[:, :3], np.array(listener.position_m))
        self._place(self._after, listener)
        self._begun = True

    def _render(self, signals: Block, sources: Array, listener: Listener, out: Block) -> None:
        """Add a hop by whose end sources (N, 5) and listener are here."""
        self._rows[0], self._factors[0] = self._rows[1], self._factors[1]
        self._place(sources, listener)
        if self._lines is not None and self._travel is not None:
            signals = self._lines.process(signals, self._travel.delays_samples)
        self._convolver.process(signals, self._rows, self._factors, out)

    def _place(self, sources: Array, listener: Listener) -> None:
        """Find what sources (N, 5) are heard through from here on."""
        w, x, y, z = listener.quaternion
        scale = 1.0 / math.hypot(w, x, y, z)
        self._pose[:] = (*listener.position_m, scale * w, scale * x, scale * y, scale * z)
        places_m = sources[:, :3]
        if self._travel is not None:
            places_m = self._travel.advance(places_m, self._pose[:3])
        self._kernels.place(
            places_m,
            sources[:, 3],
            sources[:, 4],
            self._exponents,
            self._pose,
            self._min_distance_m,
            self._table.nearest,
            self._table.delays_samples,
            self._rows[1],
            self._factors[1],
        )
