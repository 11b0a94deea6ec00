"""Levels vote on what they see: non-maximum suppression over all of them, and a calibrated confidence.

What one level sees and another, which should see it as well, does not see is often a pattern that looks like a thing at
that one size. So the network's scores are averaged, as logits, over the levels at which the thing has a size that the
network knows; a level without it counts as a score of ``LEAST_SCORE``. Platt's (1999) logistic function turns that mean
into a probability, for each group of classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.perception.detector.boxes import LEAST_SCORE, Boxes, overlaps
from server.perception.detector.levels import Level
from server.perception.detector.network import CLASS_NAMES

_SEED_SCORE = 0.25
"""Some level has to see a thing so well."""
_OVERLAP = 0.45
"""Two boxes of a class whose intersection over union is above this show one thing."""
_VISIBLE_PX = (24.0, 250.0)
"""Geometric mean of the sides of things that the network knows to see."""
_BEST_VISIBLE_PX = 70.0
_LEAST_VOTERS = 2
_MOST_SCORE = 0.999
"""A score of 1, which single precision can round to, has no logit."""

_ROAD_VEHICLES = {"bicycle", "car", "motorcycle", "bus", "truck"}
_RARE = {
    "airplane",
    "train",
    "boat",
    "bird",
    "cat",
    "dog",
    "horse",
    "sheep",
    "cow",
    "elephant",
    "bear",
    "zebra",
    "giraffe",
}
"""What no panorama that was judged holds, though the network saw such things in them 85 times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platt:
    """Probability 1 / (1 + exp(-(offset + slope · logit)))."""

    offset: float
    slope: float

    def probability(self, logit: float) -> float:
        """How probable a thing is whose mean logit is this."""
        return float(1 / (1 + np.exp(-(self.offset + self.slope * logit))))


PLATT = {
    "person": Platt(offset=2.71, slope=2.95),
    "road vehicle": Platt(offset=2.41, slope=2.11),
    "rare": Platt(offset=0.05, slope=2.84),
    "other": Platt(offset=0.85, slope=2.50),
}
"""Fitted by ``tools/fit_detector_confidence.py`` to 612 detections in 24 panoramas, judged by eye. How many there were
at each confidence, and how many of them were there, each panorama judged without its own detections:

=============  ========  ============  ========  ========
confidence     person    road vehicle  rare      other
=============  ========  ============  ========  ========
0.0 to 0.1      4 of 14                0 of 88   15 of 288
0.1 to 0.3     12 of 44   8 of 28      0 of 2     8 of 36
0.3 to 0.5      4 of 13  13 of 27                 1 of 11
0.5 to 0.7      3 of 5    6 of 13      0 of 1     3 of 5
0.7 to 0.9     10 of 14   5 of 7
0.9 to 1.0      3 of 3   11 of 11                 2 of 2
=============  ========  ============  ========  ========
"""


def group_of(name: str) -> str:
    """The group of classes, a key of ``PLATT``, that a class belongs to."""
    if name == "person":
        return name
    return "road vehicle" if name in _ROAD_VEHICLES else "rare" if name in _RARE else "other"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Elected:
    """One thing: its box (left, top, right, bottom) in the posed picture, its class and its confidence."""

    edges_px: NDArray[np.float64]
    class_name: str
    confidence: float


def elected(seen: list[tuple[Level, Boxes]], *, around_px: float) -> list[Elected]:
    """The things that the levels see, surest first.

    Args:
        seen: each level, and its candidates in pixels of the posed picture.
        around_px: after how many columns the picture repeats: a panorama's width, or infinity.
    """
    edges_px = np.concatenate([boxes.edges_px for _, boxes in seen])
    classes = np.concatenate([boxes.classes for _, boxes in seen])
    scores = np.concatenate([boxes.scores for _, boxes in seen])
    at_level = np.repeat(np.arange(len(seen)), [len(boxes) for _, boxes in seen])
    free = np.ones(len(scores), np.bool_)
    things = []
    for number in np.lexsort((edges_px[:, 0], -scores)):
        if scores[number] < _SEED_SCORE:
            break
        if not free[number]:
            continue
        rivals = np.flatnonzero(free & (classes == classes[number]))
        same = rivals[overlaps(edges_px[number], edges_px[rivals], around_px=around_px) > _OVERLAP]
        free[same] = False
        votes = [scores[same][at_level[same] == level].max(initial=LEAST_SCORE) for level in range(len(seen))]
        voters = _voters([level for level, _ in seen], int(at_level[number]), edges_px[number])
        name = CLASS_NAMES[classes[number]]
        voted = np.minimum([votes[level] for level in voters], _MOST_SCORE)
        logit = float(np.mean(np.log(voted / (1 - voted))))
        confidence = PLATT[group_of(name)].probability(logit)
        things.append(Elected(edges_px=edges_px[number], class_name=name, confidence=confidence))
    return sorted(things, key=lambda thing: (-thing.confidence, *thing.edges_px))


def _voters(levels: list[Level], seen_at: int, edges_px: NDArray[np.float64]) -> list[int]:
    """Which levels have a say on a box: that which saw it, and those that show it whole at a size the network knows.

    Two at least: where no other level knows the size, that which is nearest to it.
    """
    left, top, right, bottom = edges_px
    size_px = max(np.sqrt(max(right - left, 0) * max(bottom - top, 0)), 1e-9)
    rest = [
        (abs(np.log(size_px * level.scale / _BEST_VISIBLE_PX)), number)
        for number, level in enumerate(levels)
        if number != seen_at and max(top, 0.0) >= level.top_px - 1 and bottom <= level.bottom_px + 1
    ]
    knowing = [number for _, number in rest if _VISIBLE_PX[0] <= size_px * levels[number].scale <= _VISIBLE_PX[1]]
    return [seen_at, *(knowing or [number for _, number in sorted(rest)[: _LEAST_VOTERS - 1]])]
