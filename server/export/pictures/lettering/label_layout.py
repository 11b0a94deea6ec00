"""Places for labels: near what they name, and covering neither that nor each other.

Every label chooses from places around its mark, and from a grid over the whole frame, the one that costs least. What a
place may never cover is ruled out, everything else has a price. Labels of crowded marks choose first; then all choose
again, and two whose leaders cross change places, until nobody gains: the discrete gradient descent of Christensen,
Marks and Shieber, "An empirical study of algorithms for point-feature label placement" (1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.export.pictures.lettering.segments import (
    Array,
    attachments,
    counted,
    covered_shares,
    crossings,
    passes_through,
)

Rectangle = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""

_ANGLES = 24
# Gaps between a mark and its label, in heights of the label.
_GAPS = (0.35, 0.7, 1.2, 1.9, 2.8, 4.0, 5.6)
_GRID_STEPS = (3.0, 1.25)
_ROUNDS = 6
_AT_ONCE = 96
# Prices, in heights of a label that a leader is long.
_OWN_BODY = 1000.0
_OTHER_BODY = 15.0
_CROSSING = 10.0
_BUSY = 5.0
_BELOW = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label to be placed.

    Attributes:
        width_px: of its box.
        height_px: of its box.
        mark: the dot that it belongs to.
        body: what it names, where that is small enough to be left uncovered.
        has_leader: whether a line joins it to its mark; a mark without is only where it would like to be.
    """

    width_px: float
    height_px: float
    mark: tuple[float, float]
    body: Rectangle | None = None
    has_leader: bool = True


def label_places(
    labels: Sequence[Label],
    *,
    frame: Rectangle,
    keep_clear: Sequence[Rectangle],
    busy: NDArray[np.bool_] | None = None,
) -> list[Rectangle | None]:
    """A box for every label, inside the frame, over no other box and over nothing that must be kept clear.

    Args:
        labels: the important ones first.
        frame: what the boxes must lie in.
        keep_clear: what no label may cover, all dots among it.
        busy: pixels of the picture that are better not covered, shape (H, W).

    Returns:
        The boxes in the same order; None for a label that has no room left.
    """
    layout = _Layout(labels, frame, np.array(keep_clear, dtype=np.float64).reshape(-1, 4), busy)
    return layout.places()


class _Layout:
    """Candidates of all labels, and which of them each has chosen."""

    def __init__(
        self, labels: Sequence[Label], frame: Rectangle, keep_clear: Array, busy: NDArray[np.bool_] | None
    ) -> None:
        self._labels = labels
        self._marks = np.array([label.mark for label in labels], dtype=np.float64).reshape(-1, 2)
        self._bodies = np.array([label.body or (np.nan,) * 4 for label in labels], dtype=np.float64).reshape(-1, 4)
        self._leaders = np.array([label.has_leader for label in labels], dtype=np.bool_)
        self._candidates = [_candidates(label, frame, keep_clear) for label in labels]
        self._own_costs = [self._own_cost(index, keep_clear, busy) for index in range(len(labels))]
        for index, costs in enumerate(self._own_costs):
            order = np.argsort(costs, kind="stable")
            self._candidates[index], self._own_costs[index] = self._candidates[index][order], costs[order]
        self._chosen = np.full((len(labels), 4), np.nan)

    def places(self) -> list[Rectangle | None]:
        """Where every label ends up."""
        # Where few places near the mark are good, the choice is made first.
        nearness = np.linalg.norm(self._marks[:, None] - self._marks[None], axis=-1)
        heights = np.array([label.height_px for label in self._labels])
        crowd = (nearness < 6.0 * heights[:, None]).sum(axis=1) if self._labels else np.array([])
        for index in np.lexsort((np.arange(len(self._labels)), -crowd)):
            self._choose(int(index))
        # Where some have no place, none need a better one: the caller takes smaller labels.
        for _ in range(0 if np.isnan(self._chosen).any() else _ROUNDS):
            moved = [self._choose(index) for index in range(len(self._labels))]
            if not any([*moved, self._swap()]):
                break
        return [None if np.isnan(place[0]) else _rectangle(place) for place in self._chosen]

    def _own_cost(self, index: int, keep_clear: Array, busy: NDArray[np.bool_] | None) -> Array:
        """What each candidate costs, wherever the others are."""
        label, places = self._labels[index], self._candidates[index]
        ends = attachments(places, self._marks[index])
        cost: Array = np.linalg.norm(ends - self._marks[index], axis=-1) / label.height_px
        cost = cost + _BELOW * (places[:, 1] > label.mark[1])
        price = np.full(len(self._labels), _OTHER_BODY)
        price[index] = _OWN_BODY
        cost = cost + covered_shares(self._bodies, places) @ price
        if busy is not None:
            cost = cost + _BUSY * counted(busy, places) / label.height_px**2
        if label.has_leader:
            own = (keep_clear[:, 0] <= label.mark[0]) & (keep_clear[:, 2] >= label.mark[0])
            own &= (keep_clear[:, 1] <= label.mark[1]) & (keep_clear[:, 3] >= label.mark[1])
            through = passes_through(self._marks[index], ends, keep_clear[~own])
            cost = cost + _CROSSING * through.sum(axis=1)
        return cost

    def _cost(self, index: int, places: Array, own_cost: Array) -> Array:
        """What places cost a label, as the others stand; infinite where they overlap."""
        placed = ~np.isnan(self._chosen[:, 0])
        placed[index] = False
        others = self._chosen[placed]
        if not len(others):
            return own_cost
        cost = np.where(covered_shares(others, places).any(axis=1), np.inf, own_cost)
        led = placed & self._leaders
        if led.any():
            marks = self._marks[led]
            theirs = attachments(self._chosen[led], marks)
            cost = cost + _CROSSING * passes_through(marks, theirs, places).sum(axis=0)
            if self._leaders[index]:
                ends = attachments(places, self._marks[index])
                cost = cost + _CROSSING * crossings(self._marks[index], ends, marks, theirs).sum(axis=1)
        if self._leaders[index]:
            ends = attachments(places, self._marks[index])
            cost = cost + _CROSSING * passes_through(self._marks[index], ends, others).sum(axis=1)
        return cost

    def _choose(self, index: int) -> bool:
        """Give a label its cheapest place; returns whether it moved."""
        places, own_costs = self._candidates[index], self._own_costs[index]
        best, least = None, np.inf
        # They are sorted by what they cost alone, to which the others only add.
        for begin in range(0, len(places), _AT_ONCE):
            if own_costs[begin] >= least:
                break
            some = slice(begin, begin + _AT_ONCE)
            costs = self._cost(index, places[some], own_costs[some])
            cheapest = int(np.argmin(costs))
            if costs[cheapest] < least:
                best, least = places[begin + cheapest], float(costs[cheapest])
        if best is None or np.array_equal(best, self._chosen[index]):
            return False
        self._chosen[index] = best
        return True

    def _swap(self) -> bool:
        """Let two labels of nearly the same size change places where that costs both together less."""
        led = np.flatnonzero(self._leaders)
        ends = attachments(self._chosen, self._marks)
        pairs = [
            (int(first), int(second))
            for first in led
            for second in led[crossings(self._marks[first], ends[[first]], self._marks[led], ends[led])[0]]
            if first < second
        ]
        return sum(self._swap_two(first, second) for first, second in pairs) > 0

    def _swap_two(self, first: int, second: int) -> bool:
        """Let one pair do so; returns whether it did."""
        before = self._chosen[[first, second]].copy()
        cost = self._cost_of(first) + self._cost_of(second)
        for index, place in ((first, before[1]), (second, before[0])):
            near = np.abs(self._candidates[index][:, :2] - place[:2]).sum(axis=1)
            self._chosen[index] = self._candidates[index][int(np.argmin(near))]
        if self._cost_of(first) + self._cost_of(second) < cost:
            return True
        self._chosen[[first, second]] = before
        return False

    def _cost_of(self, index: int) -> float:
        at = int(np.argmin(np.abs(self._candidates[index] - self._chosen[index]).sum(axis=1)))
        return float(self._cost(index, self._candidates[index][at : at + 1], self._own_costs[index][at : at + 1])[0])


def _candidates(label: Label, frame: Rectangle, keep_clear: Array) -> Array:
    """Boxes around the mark, around its body, and all over the frame: those that are allowed, shape (N, 4)."""
    width, height = label.width_px, label.height_px
    angles = np.radians(np.arange(_ANGLES) * 360.0 / _ANGLES - 90.0)
    around = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    left, top, right, bottom = label.body or (*label.mark, *label.mark)
    middles = []
    for gap in _GAPS:
        reach = np.array([width / 2 + gap * height, height / 2 + gap * height])
        middles.append(np.array(label.mark) + around * reach / np.abs(around).max(axis=1, keepdims=True))
        reach = reach + np.array([(right - left) / 2, (bottom - top) / 2])
        centre = np.array([(left + right) / 2, (top + bottom) / 2])
        middles.append(centre + around * reach / np.abs(around).max(axis=1, keepdims=True))
    columns = np.arange(frame[0] + width / 2, frame[2] - width / 2 + 1e-6, width / _GRID_STEPS[0])
    rows = np.arange(frame[1] + height / 2, frame[3] - height / 2 + 1e-6, height * _GRID_STEPS[1])
    middles.append(np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2))
    middle = np.concatenate(middles)
    # A box that would leave the frame is pushed back into it.
    half = np.array([width / 2, height / 2])
    low, high = np.array(frame[:2]) + half, np.array(frame[2:]) - half
    if (low > high).any():
        return np.empty((0, 4))
    middle = np.clip(middle, low, high)
    places = np.concatenate([middle - half, middle + half], axis=1)
    return places[~covered_shares(keep_clear, places).any(axis=1)]


def _rectangle(place: NDArray[np.float64]) -> Rectangle:
    left, top, right, bottom = (float(value) for value in place)
    return left, top, right, bottom
