"""Connected regions of a picture that may go on around the seam, and the azimuths that they span."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]

# A gap lower than this part of what stands on either side of it parts two clumps.
_VALLEY = 0.4


def regions(mask: Mask, *, around: bool) -> tuple[int, Labels]:
    """How many connected regions a mask has, and int32 (H, W): 0 outside, else the number of the region from 1.

    Args:
        mask: (H, W).
        around: whether the last column borders on the first.
    """
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    names = np.arange(count)
    if around:
        for shift in (-1, 0, 1):
            last, first = labels[:, -1], np.roll(labels[:, 0], shift)
            if shift == 1:
                first[0] = 0
            elif shift == -1:
                first[-1] = 0
            for a, b in np.unique(np.stack([last, first], axis=1)[(last > 0) & (first > 0)], axis=0):
                low, high = sorted((names[a], names[b]))
                names[names == high] = low
    kept, names = np.unique(names, return_inverse=True)
    return kept.size - 1, names[labels].astype(np.int32)


def region_sums(labels: Labels, count: int, weight: NDArray[np.floating]) -> NDArray[np.float64]:
    """The sum of a weight over each region; index 0 is what lies outside of all.

    Args:
        labels: (H, W), as from :func:`regions`.
        count: how many regions there are.
        weight: (H, W).

    Returns:
        Shape (count + 1,).
    """
    sums: NDArray[np.float64] = np.bincount(labels.ravel(), weight.ravel(), minlength=count + 1).astype(np.float64)
    return sums


def runs(filled: Mask, *, around: bool) -> list[tuple[int, int]]:
    """Start and stop of each run of True; one across the seam stops beyond the length, one all round is (0, length).

    >>> runs(np.array([True, False, True, True]), around=True)
    [(2, 5)]
    >>> runs(np.array([True, False, True, True]), around=False)
    [(0, 1), (2, 4)]
    """
    if filled.all():
        return [(0, filled.size)]
    offset = int(np.argmin(filled)) if around else 0
    turned = np.roll(filled, -offset).astype(np.int8)
    change = np.diff(np.concatenate([[0], turned, [0]]))
    starts, stops = np.flatnonzero(change > 0) + offset, np.flatnonzero(change < 0) + offset
    found = []
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        behind = filled.size if start >= filled.size else 0
        found.append((start - behind, stop - behind))
    return sorted(found)


def split_runs(height: NDArray[np.float64], found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs cut at every deep valley: where a profile falls below a part of the lower of the two peaks beside it.

    Args:
        height: (N,), of a profile that goes on around.
        found: start and stop of each run, as from :func:`runs`. One that goes all round is cut only where it has two
            valleys.

    >>> split_runs(np.array([5.0, 6.0, 1.0, 4.0, 3.0]), [(0, 5)])
    [(0, 5)]
    >>> split_runs(np.array([0.0, 6.0, 1.0, 4.0, 0.0]), [(1, 4)])
    [(1, 2), (2, 4)]
    """
    parts = []
    for start, stop in found:
        opened = start + int(np.argmin(height)) if stop - start == height.size else start
        cut = _split(height[np.arange(opened, opened + stop - start) % height.size])
        parts += [(start, stop)] if len(cut) == 1 else [(opened + a, opened + b) for a, b in cut]
    return sorted((start % height.size, start % height.size + stop - start) for start, stop in parts)


def _split(height: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Start and stop of each hill of a profile."""
    left, right = np.maximum.accumulate(height), np.maximum.accumulate(height[::-1])[::-1]
    depth = height / np.minimum(left, right)
    deepest = int(np.argmin(depth))
    if depth[deepest] > _VALLEY:
        return [(0, height.size)]
    before, after = _split(height[:deepest]), _split(height[deepest:])
    return [*before, *((deepest + start, deepest + stop) for start, stop in after)]
