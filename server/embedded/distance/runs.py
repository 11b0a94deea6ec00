"""Runs: the sticks of which the columns of a map of kinds are made, and the things that they belong to."""

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
    """Runs of one kind in the columns, numbered from the bottom up, column after column.

    ``number`` (H, W) tells to which each pixel belongs, by rows from the bottom. ``below`` is the kind of the run
    below, UNSEEN for the first of a column.
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
        """Those of a map of kinds (H, W), its rows from the bottom up."""
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


def things(upward: NDArray[np.uint8], wraps: bool) -> Indices:
    """A number for every connected region of one standing kind; 0 for what does not stand."""
    number = np.zeros(upward.shape, np.intp)
    count = 0
    for kind in np.unique(upward[upward > LYING]):
        found, regions = cv2.connectedComponents((upward == kind).astype(np.uint8), connectivity=4)
        number += np.where(regions > 0, regions + count, 0)
        count += found - 1
    if not wraps:
        return number
    joined = (upward[:, 0] == upward[:, -1]) & (upward[:, 0] > LYING)
    pairs = (number[joined, 0], number[joined, -1])
    seam = coo_matrix((np.ones(pairs[0].size), pairs), shape=(count + 1, count + 1))
    merged: Indices = connected_components(seam, directed=False)[1].astype(np.intp)
    return merged[number]
