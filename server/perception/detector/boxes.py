"""From the network's maps to boxes, as generalised focal loss has it (Li et al. 2020)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.perception.detector.network import BOX_STRIDES, Maps

LEAST_SCORE = 0.1
"""Cells below this are no candidates."""

_SIDES = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boxes:
    """Candidates, best first.

    Attributes:
        edges_px: float64 (N, 4): left, top, right, bottom.
        classes: int64 (N,), indices into ``CLASS_NAMES``.
        scores: float64 (N,) in [0, 1].
    """

    edges_px: NDArray[np.float64] = field(repr=False)
    classes: NDArray[np.int64] = field(repr=False)
    scores: NDArray[np.float64] = field(repr=False)

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Boxes:
        return Boxes(edges_px=self.edges_px[chosen], classes=self.classes[chosen], scores=self.scores[chosen])


def joined(parts: list[Boxes]) -> Boxes:
    """All of them, best first; of equal ones the leftmost."""
    edges_px = np.concatenate([np.empty((0, 4)), *(part.edges_px for part in parts)])
    classes = np.concatenate([np.empty(0, np.int64), *(part.classes for part in parts)])
    scores = np.concatenate([np.empty(0), *(part.scores for part in parts)])
    return Boxes(edges_px=edges_px, classes=classes, scores=scores)[np.lexsort((edges_px[:, 0], -scores))]


def decoded(maps: Maps, *, start_px: float, stop_px: float) -> Boxes:
    """The boxes of the cells whose centres lie in columns [start_px, stop_px) of the pixels that the network saw.

    A cell (row i, column j) at stride s has its centre at ((j + 0.5) · s, (i + 0.5) · s), and is the class that it
    scores highest. How far each side of its box is from the centre, in strides, is what the softmax of that side's
    bins expects.

    Args:
        maps: what the network says of some pixels.
        start_px: the first column.
        stop_px: one beyond the last.
    """
    found = []
    for stride, scores, distances in zip(BOX_STRIDES, maps.scores, maps.distances, strict=True):
        best = scores.max(axis=0)
        centres_px = (np.arange(best.shape[1]) + 0.5) * stride
        rows, columns = np.nonzero((best >= LEAST_SCORE) & (centres_px >= start_px) & (centres_px < stop_px))
        bins = distances[:, rows, columns].astype(np.float64).reshape(_SIDES, len(distances) // _SIDES, len(rows))
        weights = np.exp(bins - bins.max(axis=1, keepdims=True))
        expected = np.einsum("sbn,b->ns", weights / weights.sum(axis=1, keepdims=True), np.arange(bins.shape[1]))
        x, y = centres_px[columns], (rows + 0.5) * stride
        left, top, right, bottom = (expected * stride).T
        found.append(
            Boxes(
                edges_px=np.stack([x - left, y - top, x + right, y + bottom], axis=1),
                classes=scores[:, rows, columns].argmax(axis=0),
                scores=best[rows, columns].astype(np.float64),
            )
        )
    return joined(found)


def overlaps(one: NDArray[np.float64], others: NDArray[np.float64], *, around_px: float) -> NDArray[np.float64]:
    """Intersection over union of a box (4,) with others (N, 4); columns repeat after ``around_px``, if that is finite.

    Args:
        one: left, top, right, bottom.
        others: the same of each other.
        around_px: width of a panorama, or infinity.

    >>> overlaps(np.array([0.0, 0, 10, 10]), np.array([[100.0, 0, 110, 10], [5, 0, 15, 10]]), around_px=100)
    array([1.        , 0.33333333])
    """
    turned = np.zeros(len(others))
    if np.isfinite(around_px):
        turned = around_px * np.round((others[:, 0] + others[:, 2] - one[0] - one[2]) / 2 / around_px)
    width = np.minimum(one[2], others[:, 2] - turned) - np.maximum(one[0], others[:, 0] - turned)
    height = np.minimum(one[3], others[:, 3]) - np.maximum(one[1], others[:, 1])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    areas = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    union = (one[2] - one[0]) * (one[3] - one[1]) + areas - shared
    result: NDArray[np.float64] = shared / np.maximum(union, 1e-9)
    return result
