"""The columns of a map cut into runs of one kind, and the connected things that runs belong to."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Indices = NDArray[np.intp]

UNSEEN, AIR, LYING, CLUTTER, CROWNED, BUILT = 0, 1, 2, 3, 4, 5
"""Pixels outside the picture, the sky, the ground; what stands is CLUTTER or any larger number. CLUTTER may lie after
all; what is CROWNED, a tree, reaches over the ground around its foot; and trees and what is BUILT have common sizes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Runs:
    """Runs of one kind in the columns of a map, numbered from the bottom up, column after column.

    Attributes:
        number: (H, W), the run that each pixel belongs to, by rows from the bottom.
        kind: (N,), of each run.
        below: (N,), the kind of the run below; UNSEEN for the first of a column.
        column: (N,), that each run stands in.
        first_row: (N,), from the bottom.
        stop_row: (N,), the first row above it.
        ordinal: (N,), its place in its column, from 0 at the bottom.
    """

    number: Indices
    kind: NDArray[np.uint8]
    below: NDArray[np.uint8]
    column: Indices
    first_row: Indices
    stop_row: Indices
    ordinal: Indices

    @classmethod
    def of(cls, upward: NDArray[np.uint8]) -> Runs:
        """The runs of a map of kinds (H, W), its rows from the bottom up."""
        by_column = np.ascontiguousarray(upward.T)
        begins = np.ones(by_column.shape, np.bool_)
        begins[:, 1:] = by_column[:, 1:] != by_column[:, :-1]
        column, first_row = np.nonzero(begins)
        kind = by_column[column, first_row]
        ordinal = np.arange(column.size) - np.searchsorted(column, column)
        return cls(
            number=(np.cumsum(begins.ravel()) - 1).reshape(by_column.shape).T,
            kind=kind,
            below=np.where(ordinal == 0, np.uint8(UNSEEN), np.roll(kind, 1)),
            column=column,
            first_row=first_row,
            stop_row=np.where(np.append(ordinal[1:], 0) == 0, upward.shape[0], np.append(first_row[1:], 0)),
            ordinal=ordinal,
        )


def standing_things(upward: NDArray[np.uint8], *, around: bool) -> Indices:
    """A number for every connected region of one standing kind; 0 for what does not stand.

    Args:
        upward: kinds, (H, W), its rows from the bottom up.
        around: whether the last column borders on the first.

    Returns:
        Shape (H, W).
    """
    number = np.zeros(upward.shape, np.intp)
    count = 0
    for kind in np.unique(upward[upward > LYING]):
        found, regions = cv2.connectedComponents((upward == kind).astype(np.uint8), connectivity=4)
        number += np.where(regions > 0, regions + count, 0)
        count += found - 1
    if not around:
        return number
    joined = (upward[:, 0] == upward[:, -1]) & (upward[:, 0] > LYING)
    pairs = (number[joined, 0], number[joined, -1])
    seam = coo_matrix((np.ones(pairs[0].size), pairs), shape=(count + 1, count + 1))
    merged: Indices = connected_components(seam, directed=False)[1].astype(np.intp)
    return merged[number]
