"""The sphere of directions on a square, so that the entry of a direction in a table is found without a search.

Directions are projected onto an octahedron, whose lower half is folded out around the upper one (Engelhardt and
Dachsbacher 2008, "Octahedron environment maps"): no trigonometry, no poles, and cells of nearly one size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.propagation.lookup import GRID_SIZE

Array = NDArray[np.float64]


def grid_directions() -> Array:
    """The unit vectors of the grid's points, shape (GRID_SIZE, GRID_SIZE, 3).

    :func:`binaural.propagation.lookup.grid_place` says where on the grid a direction lies.
    """
    side = np.linspace(-1.0, 1.0, GRID_SIZE)
    front, left = np.meshgrid(side, side, indexing="ij")
    up = 1.0 - np.abs(front) - np.abs(left)
    folded = np.maximum(-up, 0.0)
    vectors = np.stack([front - np.copysign(folded, front), left - np.copysign(folded, left), up], axis=-1)
    directions: Array = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return directions
