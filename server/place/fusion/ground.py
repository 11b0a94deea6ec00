"""Ground of one kind, seen in pieces from many viewpoints, as outlines and lines in the world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from server.place.found import CELL_M
from server.place.fusion.ridge import ridge
from server.place.viewpoints import Floats, Viewpoints

Cells = NDArray[np.int64]
Mask = NDArray[np.uint8]

# So many square metres are worth an outline, and so long a line is worth telling.
_LEAST_CELLS = 6
_LEAST_LINE_M = 6.0
# Neighbouring views leave slits between their pieces.
_SLIT_CELLS = 3
# What is larger is told in pieces: a river through a city is several sources.
_TILE_M = 512.0
_TOLERANCE_M = 1.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patch:
    """A connected piece of ground.

    Attributes:
        points_m: of its outline, counter-clockwise, or of the line along its middle; shape (N, 2), east and north.
        middle_m: the middle of its cells, or of its line, shape (2,).
        viewpoints: the numbers of those that saw some of it, ascending.
    """

    points_m: Floats = field(repr=False)
    middle_m: Floats = field(repr=False)
    viewpoints: tuple[int, ...]


def patches(viewpoints: Viewpoints, seen: Sequence[tuple[int, NDArray[np.float32]]], *, as_lines: bool) -> list[Patch]:
    """The pieces of ground that several viewpoints saw, in order from west to east.

    Args:
        viewpoints: where they stood.
        seen: the number of each viewpoint, and the middles of the square metres that it saw, front and left of its
            camera, shape (N, 2).
        as_lines: whether the middle line counts, as of a road, or the outline, as of a lawn.
    """
    cells, owners = _in_the_world(viewpoints, seen)
    found: list[Patch] = []
    for members in _connected(cells):
        corner, mask = _mask(cells[members])
        saw = tuple(int(number) for number in np.unique(owners[members]))
        lines = _lines(mask) if as_lines else [_outline(mask)]
        for line in lines:
            points_m = (line[:, ::-1] + corner + 0.5) * CELL_M
            middle_m = _midway(points_m) if as_lines else (cells[members].mean(axis=0) + 0.5) * CELL_M
            found.append(Patch(points_m=points_m, middle_m=middle_m, viewpoints=saw))
    return sorted(found, key=lambda patch: tuple(patch.middle_m))


def _midway(points_m: Floats) -> Floats:
    """The point half the way along a line."""
    along_m = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points_m, axis=0), axis=1))])
    return np.array([np.interp(along_m[-1] / 2.0, along_m, column) for column in points_m.T])


def _in_the_world(viewpoints: Viewpoints, seen: Sequence[tuple[int, NDArray[np.float32]]]) -> tuple[Cells, Cells]:
    """Square metres of the world's grid, (N, 2), and who saw each, (N,); one row for each that saw it."""
    rows = []
    for number, cells_m in seen:
        yaw = viewpoints.yaw_rad[number]
        turn = np.array([[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]])
        # A turned cell lies over several of the world's: its quarters find them.
        for aside in (-CELL_M / 4.0, CELL_M / 4.0):
            for ahead in (-CELL_M / 4.0, CELL_M / 4.0):
                place_m = (cells_m + np.array([ahead, aside])) @ turn.T + viewpoints.position_m[number, :2]
                cells = np.floor(place_m / CELL_M).astype(np.int64)
                rows.append(np.column_stack([cells, np.full(len(cells), number)]))
    found = np.unique(np.concatenate(rows), axis=0) if rows else np.zeros((0, 3), dtype=np.int64)
    return found[:, :2], found[:, 2]


def _connected(cells: Cells) -> Iterator[NDArray[np.intp]]:
    """The rows of each connected piece; what is larger than a tile comes in pieces of a tile."""
    if not len(cells):
        return
    unique, which = np.unique(cells, axis=0, return_inverse=True)
    piece = _pieces(unique, np.zeros(len(unique), dtype=np.int64))
    low = np.full((int(piece.max()) + 1, 2), np.iinfo(np.int64).max)
    high = np.full_like(low, np.iinfo(np.int64).min)
    np.minimum.at(low, piece, unique)
    np.maximum.at(high, piece, unique)
    large = ((high - low) * CELL_M > _TILE_M).any(axis=1)[piece]
    if large.any():
        tile = (unique - low[piece]) // int(_TILE_M / CELL_M)
        parts = np.column_stack([piece, np.where(large[:, None], tile, 0)])
        piece = _pieces(unique, np.unique(parts, axis=0, return_inverse=True)[1])
    sizes = np.bincount(piece)
    by_piece = np.argsort(piece[which], kind="stable")
    starts = np.searchsorted(piece[which][by_piece], np.arange(len(sizes) + 1))
    for number in np.flatnonzero(sizes >= _LEAST_CELLS):
        yield by_piece[starts[number] : starts[number + 1]]


def _pieces(unique: Cells, apart: Cells) -> Cells:
    """The connected piece of each cell, (N,), where only cells with one number in ``apart``, (N,), connect."""
    span = int(np.ptp(unique[:, 1])) + 2 * _SLIT_CELLS + 2
    low = unique.min(axis=0)
    # Rows are sorted, so that keys rise.
    keys = (unique[:, 0] - low[0]) * span + unique[:, 1] - low[1]
    ends = []
    for dx in range(_SLIT_CELLS):
        for dy in range(-_SLIT_CELLS + 1, _SLIT_CELLS):
            if (dx, dy) > (0, 0):
                at = np.searchsorted(keys, keys + dx * span + dy)
                at = np.minimum(at, len(keys) - 1)
                near = (keys[at] == keys + dx * span + dy) & (apart[at] == apart)
                ends.append(np.column_stack([np.flatnonzero(near), at[near]]))
    joined = np.concatenate(ends)
    graph = coo_array((np.ones(len(joined), dtype=np.int8), joined.T), shape=(len(keys), len(keys)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _mask(cells: Cells) -> tuple[Cells, Mask]:
    """The cells as a picture with a margin around them, rows to the east, slits closed; and where it begins."""
    corner = cells.min(axis=0) - _SLIT_CELLS
    mask = np.zeros(np.ptp(cells, axis=0) + 2 * _SLIT_CELLS + 1, dtype=np.uint8)
    mask[tuple((cells - corner).T)] = 1
    closing = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_SLIT_CELLS, _SLIT_CELLS))
    return corner, np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, closing), dtype=np.uint8)


def _outline(mask: Mask) -> Floats:
    """The corners of its largest part's outline, counter-clockwise in the world, (N, 2) as column and row."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=cv2.contourArea)
    simple = cv2.approxPolyDP(largest, _TOLERANCE_M / CELL_M, closed=True)[:, 0].astype(np.float64)
    if len(simple) < 3:
        # As thin as a cell: its box is as good an outline.
        left, top, width, height = cv2.boundingRect(largest)
        simple = np.array([(left, top), (left + width, top), (left + width, top + height), (left, top + height)], float)
    row, column = simple[:, 1], simple[:, 0]
    doubled_area = row @ np.roll(column, -1) - column @ np.roll(row, -1)
    return simple if doubled_area > 0.0 else simple[::-1]


def _lines(mask: Mask) -> list[Floats]:
    """The middle lines of a road and its branches, each (N, 2) as column and row, the longest first."""
    found = []
    for path in ridge(mask, least_length=_LEAST_LINE_M / CELL_M):
        points = path[:, ::-1].astype(np.int32)[:, None]
        found.append(cv2.approxPolyDP(points, _TOLERANCE_M / CELL_M, closed=False)[:, 0].astype(np.float64))
    return found
