"""The middle line of a long patch and of its branches: the longest of all shortest paths along its ridge."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from server.place.viewpoints import Floats

Mask = NDArray[np.uint8]

# How many times as long a way may be that keeps to the middle: off it, every step costs more.
_PULL = 4.0
_WIDE = 0.7
_MOST_BRANCHES = 8


def ridge(mask: Mask, *, least_length: float) -> Iterator[NDArray[np.intp]]:
    """Middle lines, from end to end, (N, 2) as row and column.

    Args:
        mask: 1 where the patch is, shape (H, W), with a margin of zeros.
        least_length: in cells; what is shorter is no line.

    Yields:
        The longest first, then what branches off it.
    """
    depth = np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5), dtype=np.float64)
    left = mask.astype(np.bool_)
    for _ in range(_MOST_BRANCHES):
        path = _longest(left, depth)
        if len(path) < 2 or np.abs(np.diff(path, axis=0)).max(axis=1).sum() < least_length:
            return
        # The ends run into corners; a line ends where its patch is wide.
        wide = np.flatnonzero(depth[tuple(path.T)] >= _WIDE * np.median(depth[tuple(path.T)]))
        yield path[wide[0] : wide[-1] + 1]
        # What is as near to the line as the patch is wide there belongs to it.
        line = np.ones(mask.shape, dtype=np.uint8)
        line[tuple(path.T)] = 0
        away, nearest = cv2.distanceTransformWithLabels(line, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
        width = np.zeros(int(nearest.max()) + 1)
        on_line = line == 0
        width[nearest[on_line]] = depth[on_line]
        left &= away > 1.5 * width[nearest] + 2.0
        if not left.any():
            return


def _longest(inside: NDArray[np.bool_], depth: Floats) -> NDArray[np.intp]:
    """The longest shortest path of the part that has most cells, (N, 2) as row and column."""
    count, part = cv2.connectedComponents(inside.astype(np.uint8), connectivity=8)
    if count < 2:
        return np.zeros((0, 2), dtype=np.intp)
    largest = 1 + int(np.argmax(np.bincount(part.ravel(), minlength=count)[1:]))
    cells = np.argwhere(part == largest)
    number = np.full(inside.shape, -1, dtype=np.intp)
    number[tuple(cells.T)] = np.arange(len(cells))
    shallow = 1.0 - depth / max(float(depth[tuple(cells.T)].max()), 1e-9)
    rows, columns, costs = [], [], []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        # The mask has a margin, so a step never leaves the array.
        other = number[cells[:, 0] + dy, cells[:, 1] + dx]
        near = other >= 0
        pull = shallow[tuple(cells[near].T)] + shallow[cells[near, 0] + dy, cells[near, 1] + dx]
        rows.append(np.flatnonzero(near))
        columns.append(other[near])
        costs.append(np.hypot(dy, dx) * (1.0 + _PULL * pull / 2.0))
    graph = coo_array(
        (np.concatenate(costs), (np.concatenate(rows), np.concatenate(columns))), shape=(len(cells),) * 2
    ).tocsr()
    start = 0
    for _ in range(2):
        start = int(np.argmax(_finite(dijkstra(graph, directed=False, indices=np.array([start]))[0])))
    away, before = dijkstra(graph, directed=False, indices=np.array([start]), return_predecessors=True)
    at = int(np.argmax(_finite(away[0])))
    path = [at]
    while before[0, at] >= 0:
        at = int(before[0, at])
        path.append(at)
    return cells[path]


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, -1.0)
