"""Boxes with one phrase each, and which of them to keep where they overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.models.ground.phrases import GroundingPrompt

Floats = NDArray[np.float32]

# A box thinner than this share of a view, less than a pixel, shows nothing.
_LEAST_SIDE = 1e-3
# Two boxes of one phrase with more intersection over union than this show one object. Boxes of different phrases show
# one only if they are nearly identical: a rider and the bicycle overlap, a "pedestrian" and a "person" coincide.
_SAME_PHRASE = 0.5
_ANY_PHRASE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detections:
    """Boxes found in one view.

    Attributes:
        boxes: float32 (N, 4): left, top, right and bottom as shares of the view's width and height.
        scores: float32 (N,), in [0, 1].
        phrases: int64 (N,), indices in the list of phrases.
    """

    boxes: Floats = field(repr=False)
    scores: Floats = field(repr=False)
    phrases: NDArray[np.int64] = field(repr=False)


def decoded_detections(
    token_scores: Floats, centred: Floats, prompt: GroundingPrompt, *, threshold: float
) -> Detections:
    """Detections of one view and one prompt, out of what the model's queries answer.

    The score of a query for a phrase is the largest of the scores of the phrase's tokens; a query detects the phrase
    for which it scores most, the earlier of two equals.

    Args:
        token_scores: float32 (queries, tokens), sigmoids of the logits.
        centred: float32 (queries, 4), centre x, centre y, width and height as shares of the view.
        prompt: which tokens belong to which phrase.
        threshold: queries that score no more than this detect nothing.
    """
    by_phrase = np.stack([token_scores[:, start:stop].max(axis=1) for start, stop in prompt.spans], axis=1)
    best = by_phrase.argmax(axis=1)
    scores = by_phrase[np.arange(len(best)), best]
    half = centred[:, 2:] / 2.0
    boxes = np.clip(np.concatenate([centred[:, :2] - half, centred[:, :2] + half], axis=1), 0.0, 1.0)
    kept = (scores > threshold) & np.all(boxes[:, 2:] - boxes[:, :2] >= _LEAST_SIDE, axis=1)
    return Detections(boxes=boxes[kept], scores=scores[kept], phrases=np.asarray(prompt.phrases)[best[kept]])


def suppressed(found: Sequence[Detections]) -> Detections:
    """Detections of several prompts for one view together, the surest first, without duplicates.

    Greedy non-maximum suppression: in the order of their scores, a box goes where a kept box of the same phrase has an
    intersection over union of more than a half with it, or a kept box of any phrase of more than nine tenths.
    """
    boxes = np.concatenate([detections.boxes for detections in found])
    scores = np.concatenate([detections.scores for detections in found])
    phrases = np.concatenate([detections.phrases for detections in found])
    # Equal scores are ordered by phrase and position, so that the order of the model's queries doesn't matter.
    surest_first = np.lexsort((*boxes.T[::-1], phrases, -scores))
    boxes, scores, phrases = boxes[surest_first], scores[surest_first], phrases[surest_first]
    kept = np.ones(len(boxes), dtype=bool)
    for index in range(len(boxes)):
        if kept[index]:
            overlap = intersection_over_union(boxes[index], boxes[index + 1 :])
            limit = np.where(phrases[index + 1 :] == phrases[index], _SAME_PHRASE, _ANY_PHRASE)
            kept[index + 1 :] &= overlap <= limit
    return Detections(boxes=boxes[kept], scores=scores[kept], phrases=phrases[kept])


def intersection_over_union(box: Floats, others: Floats) -> Floats:
    """Intersection over union of one box (4,) with others (N, 4), all with an area."""
    size = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared = np.prod(np.maximum(size, 0.0), axis=1)
    union = np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1) - shared
    shares: Floats = (shared / union).astype(np.float32)
    return shares
