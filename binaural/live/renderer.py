"""Many moving sources around a moving head, block by block."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from binaural.hrtf.head import TabulatedHead
from binaural.listener import Listener
from binaural.live.convolver import Convolver
from binaural.live.delay import DelayLines
from binaural.live.filter_bank import filter_bank
from binaural.live.kernels import kernels
from binaural.propagation.air import SPEED_OF_SOUND_M_S
from binaural.propagation.doppler import RetardedTimes
from protocol.levels import MIN_DISTANCE_M, Spreading, amplitude_exponent

Array = NDArray[np.float64]
Block = NDArray[np.float32]

# Larger blocks are rendered in hops of this: a head turns 2° in one at 1 turn/s, and more would be heard as steps.
_LARGEST_HOP = 256
_FAR_OFF = 1e9


class BinauralRenderer:
    """Positioned mono signals in, two ears out.

    The place of each source in head axes selects the head's filters, the delays to both ears, and the path filters of
    air, occlusion and near field. From hop to hop all of these are crossfaded into the next. So sources move without a
    click, and a source that stands still is convolved exactly.

    Args:
        head: whose ears.
        kinds: how each of N sources spreads.
        block_samples: of every call, a power of two from 64 to 2048.
        doppler: whether sound takes its time to arrive, so that a moving source changes pitch and is heard from where
            it was. Without it, sources are heard at once. The first delay of each source is rounded to a whole sample,
            so that a source that stands still isn't filtered.
        farthest_m: with ``doppler``, sources farther away are as late as from here.
        min_distance_m: nearer sources are as loud as from here.

    Attributes:
        latency_samples: the extra delay of all sound, beyond the block itself.
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
        self._bank = filter_bank(head, self._hop)
        self._convolver = Convolver(self._bank, len(kinds), self._hop)
        self.latency_samples = self._bank.latency_samples
        self._exponents = np.zeros(len(kinds))
        self.spread_as(kinds)
        self._min_distance_m = min_distance_m
        self._lines, self._retarded = None, None
        if doppler:
            longest = round(farthest_m * head.sample_rate_hz / SPEED_OF_SOUND_M_S)
            self._lines = DelayLines(len(kinds), longest_samples=longest + 1, hop_samples=self._hop)
            self._retarded = RetardedTimes(
                len(kinds), rate_hz=head.sample_rate_hz, hop_samples=self._hop, longest_samples=longest
            )
            self.latency_samples += self._lines.latency_samples
        self._rounding = np.zeros(len(kinds))
        # Of all sources until now and from now on: place, gain and occlusion.
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
        """Change how the N sources spread, from the next block on; like all changes it is crossfaded.

        Raises:
            ValueError: the number of kinds isn't N.
        """
        self._exponents[:] = [amplitude_exponent(kind) for kind in kinds]

    def process(
        self,
        signals: Block,
        positions_m: ArrayLike,
        listener: Listener,
        gains: ArrayLike = 1.0,
        occlusion: ArrayLike = 0.0,
    ) -> Block:
        """Render a block for both ears.

        Args:
            signals: float32, shape (N, block): each source as it sounds at 1 m.
            positions_m: where the sources are by the end of the block, shape (N, 3), in scene axes. They go there in a
                straight line from where they were; in the first block they stand.
            listener: where the head is by the end of the block.
            gains: of the sources by the end of the block, factors of shape (N,) or one for all.
            occlusion: the fraction of each source that is behind something by the end of the block, in [0, 1], shape
                (N,) or one for all.

        Returns:
            Float32, shape (block, 2): left, right. The array is overwritten by the next call.

        Raises:
            ValueError: signals have another shape, or a place, a gain or the listener is NaN or beyond 10⁹.
        """
        if signals.shape != (len(self._before), self.block_samples):
            raise ValueError(f"signals of shape {signals.shape}, not {(len(self._before), self.block_samples)}")
        self._after[:, :3], self._after[:, 3], self._after[:, 4] = positions_m, gains, occlusion
        # Compiled loops would read anywhere in memory for NaN.
        given = np.abs(self._after).max(initial=0.0) < _FAR_OFF and math.hypot(*listener.position_m) < _FAR_OFF
        if not (given and 0.0 < math.hypot(*listener.quaternion) < _FAR_OFF):
            raise ValueError(f"places, gains and quaternions must be numbers below {_FAR_OFF:g}, not all of them 0")
        if not self._begun:
            self._begin(listener)
        self._out[:] = 0.0
        for start in range(0, self.block_samples, self._hop):
            part, fraction = slice(start, start + self._hop), (start + self._hop) / self.block_samples
            samples = np.ascontiguousarray(signals[:, part], dtype=np.float32)
            if fraction == 1.0:
                self._render(samples, self._after, listener, self._out[part])
            else:
                now = self._before + fraction * (self._after - self._before)
                self._render(samples, now, self._listener.towards(listener, fraction), self._out[part])
        self._before[:], self._listener = self._after, listener
        return self._out

    def _begin(self, listener: Listener) -> None:
        """Begin as if everything had always been where it is after the first block."""
        self._before[:], self._listener = self._after, listener
        if self._retarded is not None:
            self._retarded.begin(self._after[:, :3], np.array(listener.position_m))
            first = self._retarded.delays_samples[0]
            self._rounding = np.rint(first) - first
        self._find_rows(self._after, listener)
        self._begun = True

    def _render(self, signals: Block, sources: Array, listener: Listener, out: Block) -> None:
        """Add a hop to ``out``; by its end, sources (N, 5) and listener are here."""
        self._rows[0], self._factors[0] = self._rows[1], self._factors[1]
        self._find_rows(sources, listener)
        if self._lines is not None and self._retarded is not None:
            signals = self._lines.process(signals, self._retarded.delays_samples + self._rounding)
        self._convolver.process(signals, self._rows, self._factors, out)

    def _find_rows(self, sources: Array, listener: Listener) -> None:
        """Find the filters, delays and gains of sources (N, 5) from here on."""
        scale = 1.0 / math.hypot(*listener.quaternion)
        self._pose[:3], self._pose[3:] = listener.position_m, [scale * part for part in listener.quaternion]
        places_m = sources[:, :3]
        if self._retarded is not None:
            places_m = self._retarded.advance(places_m, self._pose[:3])
        self._kernels.find_rows(
            places_m,
            sources[:, 3],
            sources[:, 4],
            self._exponents,
            self._pose,
            self._min_distance_m,
            self._bank.nearest,
            self._bank.delays_samples,
            self._rows[1],
            self._factors[1],
        )
