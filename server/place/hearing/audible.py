"""The audible few: which of all sources of a place are the loudest at a point, whatever the place's size.

Sources of one kind and nearly one level are in one tree; of each tree only the nearest can be among the loudest, and a
tree whose nearest would be too soft isn't looked into. So what it costs depends on how many are heard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from protocol.levels import MIN_DISTANCE_M, Spreading, amplitude_exponent
from protocol.place import PlacedSource, Point
from server.place.hearing.shapes import pieces_of
from server.place.viewpoints import Floats

MOST_HEARD = 48
"""How many sources are heard at once: what a laptop renders, and more than a listener tells apart."""
HYSTERESIS_DB = 3.0
"""What is heard goes on being heard until something this much louder wants its place."""

Numbers = NDArray[np.intp]

_NONE: Numbers = np.zeros(0, dtype=np.intp)
_CLASS_DB = 3.0
# A line is looked up by points on it this far apart.
_EVERY_M = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Class:
    """Sources of one kind and nearly one level.

    Attributes:
        fall_db: for ten times the distance.
        loudest_db: of any of them at 1 m.
        tree: of their points.
        source: the number of the source of each point, shape (P,).
        level_db: at 1 m, of each point's source, shape (P,).
        several: whether a source has several points.
    """

    fall_db: float
    loudest_db: float
    tree: cKDTree = field(repr=False)
    source: Numbers = field(repr=False)
    level_db: Floats = field(repr=False)
    several: bool


class AudibleFew:
    """Finds the loudest few of many sources.

    Args:
        sources: of a place; ambience and what is muted is passed over.
        most: how many are heard at once.
    """

    def __init__(self, sources: Sequence[PlacedSource], *, most: int = MOST_HEARD) -> None:
        self.most = most
        points: defaultdict[tuple[Spreading, int], list[tuple[int, Floats]]] = defaultdict(list)
        for number, source in enumerate(sources):
            if source.position_m is not None and not source.muted:
                at = (
                    np.array([source.position_m])
                    if isinstance(source.shape, Point)
                    else pieces_of(source.shape)[::_EVERY_M]
                )
                points[source.kind, int(source.level_db_spl_1m // _CLASS_DB)].append((number, at))
        levels_db = np.array([source.level_db_spl_1m for source in sources])
        self._classes = []
        for (kind, _), members in points.items():
            of = np.repeat([each for each, _ in members], [len(at) for _, at in members])
            self._classes.append(
                _Class(
                    fall_db=20.0 * amplitude_exponent(kind),
                    loudest_db=float(levels_db[of].max()),
                    tree=cKDTree(np.concatenate([at for _, at in members])),
                    source=of,
                    level_db=levels_db[of],
                    several=len(of) > len(members),
                )
            )
        self._classes.sort(key=lambda each: -each.loudest_db)

    def loudest(self, listener_m: Floats, *, before: Numbers = _NONE) -> Numbers:
        """The numbers of the sources that are heard at a point, the loudest first, at most ``most``.

        Args:
            listener_m: where the ears are, shape (3,).
            before: what was heard at the point before, which stays unless it is clearly outdone, so that two that are
                equally loud don't take turns.
        """
        numbers, levels_db = _NONE, np.zeros(0)
        for each in self._classes:
            found, their_db = self._among(each, listener_m, levels_db)
            numbers, levels_db = np.concatenate([numbers, found]), np.concatenate([levels_db, their_db])
        wanted_db = levels_db + HYSTERESIS_DB * np.isin(numbers, before)
        few = np.lexsort((numbers, -wanted_db))[: self.most]
        few = few[np.lexsort((numbers[few], -levels_db[few]))]
        return numbers[few]

    def _among(self, each: _Class, listener_m: Floats, levels_db: Floats) -> tuple[Numbers, Floats]:
        """Sources of a class that may be among the loudest, beside some of these levels; and how loud they are."""
        nearest_db = each.loudest_db - each.fall_db * float(np.log10(MIN_DISTANCE_M))
        if nearest_db < _floor_db(levels_db, self.most):
            return _NONE, np.zeros(0)
        count = 2 * self.most
        while True:
            numbers, their_db, left_db = _nearest(each, listener_m, count)
            if left_db <= _floor_db(np.concatenate([levels_db, their_db]), self.most):
                return numbers, their_db
            count *= 2


def _floor_db(levels_db: Floats, most: int) -> float:
    """What is softer than this isn't among the loudest, even if it was before."""
    if len(levels_db) < most:
        return -np.inf
    return float(np.partition(levels_db, -most)[-most]) - HYSTERESIS_DB


def _nearest(each: _Class, listener_m: Floats, count: int) -> tuple[Numbers, Floats, float]:
    """The nearest sources of a class, how loud they are, and how loud any other of it is at most."""
    away_m, at = each.tree.query(listener_m, k=min(count, each.tree.n))
    away_m, at = np.maximum(np.atleast_1d(away_m), MIN_DISTANCE_M), np.atleast_1d(at)
    numbers = each.source[at]
    levels_db = each.level_db[at] - each.fall_db * np.log10(away_m)
    left_db = each.loudest_db - each.fall_db * float(np.log10(away_m[-1])) if len(at) < each.tree.n else -np.inf
    if each.several:
        # The nearest point of each comes first.
        numbers, first = np.unique(numbers, return_index=True)
        levels_db = levels_db[first]
    return numbers, levels_db, left_db
