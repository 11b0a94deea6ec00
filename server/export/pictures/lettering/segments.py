"""Boxes and straight lines in a picture: what covers, what crosses, and where a line meets a box."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def covered_shares(boxes: Array, places: Array) -> Array:
    """How much of boxes, shape (M, 4), places of shape (N, 4) cover: shares of the boxes' areas, shape (N, M).

    A box without numbers is nowhere. Boxes are left, top, right and bottom.

    >>> covered_shares(np.array([[0.0, 0.0, 10.0, 10.0]]), np.array([[5.0, 0.0, 20.0, 10.0], [10.0, 0.0, 20.0, 9.0]]))
    array([[0.5],
           [0. ]])
    """
    low = np.maximum(places[:, None, :2], boxes[None, :, :2])
    high = np.minimum(places[:, None, 2:], boxes[None, :, 2:])
    common = np.prod(np.maximum(high - low, 0.0), axis=-1)
    area = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-9), axis=-1)
    shares: Array = np.nan_to_num(common / area[None])
    return shares


def counted(flags: Flags, places: Array) -> Array:
    """How many of a picture's flagged pixels, bool of shape (H, W), boxes of shape (N, 4) cover: shape (N,).

    >>> counted(np.eye(4, dtype=bool), np.array([[0.0, 0.0, 2.0, 3.0], [2.0, 0.0, 9.0, 2.0]]))
    array([2., 0.])
    """
    height_px, width_px = flags.shape
    summed = np.pad(flags.astype(np.float64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    left, right = (np.clip(np.round(places[:, side]).astype(np.int64), 0, width_px) for side in (0, 2))
    top, foot = (np.clip(np.round(places[:, side]).astype(np.int64), 0, height_px) for side in (1, 3))
    counts: Array = summed[foot, right] - summed[top, right] - summed[foot, left] + summed[top, left]
    return counts


def attachments(places: Array, marks: Array) -> Array:
    """Where leaders meet their labels: the points of boxes, shape (N, 4), nearest to marks, (N, 2) or (2,): (N, 2)."""
    points: Array = np.clip(np.broadcast_to(marks, (len(places), 2)), places[:, :2], places[:, 2:])
    return points


def crossings(start: Array, ends: Array, starts: Array, their_ends: Array) -> Flags:
    """Which lines cross.

    Args:
        start: of all lines of the first kind, shape (2,).
        ends: of these, shape (N, 2).
        starts: of the lines of the second kind, shape (M, 2).
        their_ends: of these, shape (M, 2).

    Returns:
        Shape (N, M).
    """
    ends, starts, their_ends = ends[:, None], starts[None], their_ends[None]
    one = _side(start, ends, starts) * _side(start, ends, their_ends)
    other = _side(starts, their_ends, start) * _side(starts, their_ends, ends)
    crossed: Flags = (one < 0.0) & (other < 0.0)
    return crossed


def passes_through(starts: Array, ends: Array, boxes: Array) -> Flags:
    """Which lines go through the inside of which boxes.

    Args:
        starts: of N lines, shape (N, 2) or (2,).
        ends: of these, shape (N, 2).
        boxes: shape (M, 4).

    Returns:
        Shape (N, M).
    """
    starts = np.broadcast_to(starts, ends.shape)
    way = (ends - starts)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        # The slab method: the share of the way at which a line enters and leaves a box.
        first = (boxes[None, :, :2] - starts[:, None]) / way
        second = (boxes[None, :, 2:] - starts[:, None]) / way
    still = way == 0.0
    within = (starts[:, None] > boxes[None, :, :2]) & (starts[:, None] < boxes[None, :, 2:])
    near = np.where(still, np.where(within, -np.inf, np.inf), np.minimum(first, second)).max(axis=-1)
    far = np.where(still, np.where(within, np.inf, -np.inf), np.maximum(first, second)).min(axis=-1)
    through: Flags = np.maximum(near, 0.0) < np.minimum(far, 1.0)
    return through


def _side(start: Array, end: Array, point: Array) -> Array:
    """On which side of a line a point lies: the sign of the cross product."""
    way, to = end - start, point - start
    side: Array = way[..., 0] * to[..., 1] - way[..., 1] * to[..., 0]
    return side
