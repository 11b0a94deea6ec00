"""How well covers are told apart, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.perception.land_cover.classes import Cover

GROUND = (Cover.GRASS, Cover.WATER, Cover.ROAD, Cover.PAVED, Cover.SOIL)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Confusion:
    """How much of each cover (rows) was taken for which (columns); every picture weighs the same.

    Attributes:
        shares: (covers, covers).
    """

    shares: NDArray[np.float64] = field(repr=False)

    @classmethod
    def of(cls, true: NDArray[np.uint8], said: NDArray[np.uint8]) -> Confusion:
        """Of one picture's cells, (N,) each."""
        pair = true.astype(np.int64) * len(Cover) + said
        counts = np.bincount(pair, minlength=len(Cover) ** 2).reshape(len(Cover), len(Cover))
        return cls(shares=counts / max(1, counts.sum()))

    def __add__(self, other: Confusion) -> Confusion:
        return Confusion(shares=self.shares + other.shares)

    @property
    def accuracy(self) -> float:
        """The share of what is right."""
        return float(np.trace(self.shares) / self.shares.sum())

    def overlap(self, *covers: Cover) -> float | None:
        """Intersection over union of covers taken together; None where there are none."""
        own = np.isin(np.arange(len(Cover)), covers)
        both = self.shares[np.ix_(own, own)].sum()
        either = self.shares[own].sum() + self.shares[:, own].sum() - both
        return float(both / either) if self.shares[own].sum() > 0 else None


def table(by_picture: Mapping[str, Confusion]) -> Iterator[str]:
    """The lines of a table in Markdown: accuracy and overlaps of each picture, and of all together."""
    names = [cover.name.lower() for cover in Cover]
    yield "| picture | accuracy | ground together | " + " | ".join(names) + " |"
    yield "|---" * (3 + len(names)) + "|"
    together = sum(by_picture.values(), Confusion(shares=np.zeros((len(Cover), len(Cover)))))
    for name, found in [*sorted(by_picture.items()), ("**all**", together)]:
        overlaps = [found.overlap(*GROUND), *(found.overlap(cover) for cover in Cover)]
        shown = " | ".join("" if overlap is None else f"{overlap:.2f}" for overlap in overlaps)
        yield f"| {name} | {found.accuracy:.2f} | {shown} |"
