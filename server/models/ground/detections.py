"""Boxes with exactly one phrase each, and which of them to keep where they overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.models.ground.phrases import Prompt

Floats = NDArray[np.float32]

# Thinner than this share of a view, less than a pixel, shows nothing.
_LEAST_SIDE = 1e-3
# Two boxes of one phrase that overlap more than this, over their union, are of one thing. Between phrases only
# near-identical boxes are: a rider and the bicycle overlap and are two, a "pedestrian" and a "person" coincide.
_SAME_PHRASE = 0.5
_ANY_PHRASE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detections:
    """Boxes found in one view.

    Attributes:
        boxes: float32 (N, 4): left, top, right and bottom as shares of the view's width and height.
        scores: float32 (N,), in [0, 1].
        phrases: int64 (N,), places in the list of phrases.
    """

    boxes: Floats = field(repr=False)
    scores: Floats = field(repr=False)
    phrases: NDArray[np.int64] = field(repr=False)


def detections(token_scores: Floats, centred: Floats, prompt: Prompt, *, threshold: float) -> Detections:
    """What the model's queries for one view and one prompt found.

    The score of a query for a phrase is the largest of its tokens' scores; its phrase is the one that scores most,
    the earlier of two equals.

    Args:
        token_scores: float32 (queries, tokens), sigmoids of the logits.
        centred: float32 (queries, 4), centre x, centre y, width and height as shares of the view.
        prompt: which tokens belong to which phrase.
        threshold: queries that score no more than this found nothing.
    """
    by_phrase = np.stack([token_scores[:, start:stop].max(axis=1) for start, stop in prompt.spans], axis=1)
    best = by_phrase.argmax(axis=1)
    scores = by_phrase[np.arange(len(best)), best]
    half = centred[:, 2:] / 2.0
    boxes = np.clip(np.concatenate([centred[:, :2] - half, centred[:, :2] + half], axis=1), 0.0, 1.0)
    kept = (scores > threshold) & np.all(boxes[:, 2:] - boxes[:, :2] >= _LEAST_SIDE, axis=1)
    return Detections(boxes=boxes[kept], scores=scores[kept], phrases=np.asarray(prompt.phrases)[best[kept]])


def suppressed(found: Sequence[Detections]) -> Detections:
    """Detections of several prompts for one view, together, each thing once and the surest first.

    Greedy non-maximum suppression: from the surest down, a box goes where a kept one of the same phrase overlaps it by
    more than half of their union, or one of any phrase by more than nine tenths.
    """
    boxes = np.concatenate([one.boxes for one in found])
    scores = np.concatenate([one.scores for one in found])
    phrases = np.concatenate([one.phrases for one in found])
    # Equals are told apart by phrase and place, so that the order of the model's queries doesn't matter.
    order = np.lexsort((*boxes.T[::-1], phrases, -scores))
    boxes, scores, phrases = boxes[order], scores[order], phrases[order]
    alive = np.ones(len(boxes), dtype=bool)
    for place in range(len(boxes)):
        if alive[place]:
            overlap = overlaps(boxes[place], boxes[place + 1 :])
            limit = np.where(phrases[place + 1 :] == phrases[place], _SAME_PHRASE, _ANY_PHRASE)
            alive[place + 1 :] &= overlap <= limit
    return Detections(boxes=boxes[alive], scores=scores[alive], phrases=phrases[alive])


def overlaps(box: Floats, others: Floats) -> Floats:
    """Intersection over union of one box (4,) with others (N, 4), all with an area."""
    size = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared = np.prod(np.maximum(size, 0.0), axis=1)
    union = np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1) - shared
    shares: Floats = (shared / union).astype(np.float32)
    return shares
