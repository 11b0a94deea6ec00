"""What one source adds to a mix, and mixes of such stems in blocks, however long they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from binaural.mix.positioned_signal import PositionedSignal, Samples

BLOCK_SAMPLES = 1 << 14
"""So many samples of a mix are made at a time: a third of a second."""

Blocks = Callable[[], Iterator[Samples]]
"""A mix that can be made from its beginning as often as need be: blocks of shape (n, channels), one after another."""


class Part(Protocol):
    """Whatever adds something to each block of a mix."""

    def add_to(self, block: Samples, begin: int) -> None:
        """Add to a block, shape (n, channels), of a mix whose sample ``begin`` is the block's first."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Stem:
    """A source as it reaches the listener, once through.

    Attributes:
        samples: float32, shape (N, channels).
        loop: whether it goes on from its end with its beginning.
    """

    samples: Samples = field(repr=False)
    loop: bool

    def add_to(self, block: Samples, begin: int) -> None:
        """Add to a block, shape (n, channels), of a mix whose sample ``begin`` is the block's first."""
        for to, part in stretches(self.samples, begin, len(block), loop=self.loop):
            block[to : to + len(part)] += part

    def joined(self, other: Stem) -> Stem:
        """Both at once; a loop is as long as the other."""
        longer, shorter = sorted((self.samples, other.samples), key=len, reverse=True)
        samples = longer.copy()
        samples[: len(shorter)] += shorter
        return Stem(samples, self.loop)


def stretches(samples: Samples, begin: int, count: int, *, loop: bool) -> Iterator[tuple[int, Samples]]:
    """The stretches of a signal, looped or heard once, that sound in so many samples from ``begin`` on.

    Args:
        samples: shape (N, ...).
        begin: sample of the mix.
        count: of samples of the mix.
        loop: whether the signal goes on from its end with its beginning.

    Yields:
        Where each stretch begins, counted from ``begin``, and its samples, a view of shape (n, ...).
    """
    done = 0
    while done < count and (loop or begin + done < len(samples)):
        at = (begin + done) % len(samples)
        part = samples[at : at + count - done]
        yield done, part
        done += len(part)


def mixed(parts: Sequence[Part], *, channels: int, length_samples: int) -> Blocks:
    """The mix of parts, in blocks.

    Args:
        parts: what is mixed, in this order.
        channels: of the mix.
        length_samples: of the mix.

    Returns:
        A function that makes the blocks, each of shape (n, channels).
    """

    def blocks() -> Iterator[Samples]:
        for begin in range(0, length_samples, BLOCK_SAMPLES):
            block = np.zeros((min(BLOCK_SAMPLES, length_samples - begin), channels), np.float32)
            for part in parts:
                part.add_to(block, begin)
            yield block

    return blocks


def whole(blocks: Iterable[Samples], channels: int) -> Samples:
    """All of a mix in one array, shape (N, channels)."""
    return np.concatenate([np.zeros((0, channels), np.float32), *blocks])


def longest_samples(sources: Sequence[PositionedSignal]) -> int:
    """The length of the longest signal; 0 without any."""
    return max((len(source.samples) for source in sources), default=0)
