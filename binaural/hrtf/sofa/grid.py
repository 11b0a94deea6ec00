"""The directions of a measured head: which count, whether they go all around, and what stands in for the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError, cKDTree

from protocol.coordinates import fibonacci_sphere, polar_from_scene

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

# Directions nearer than this are one; half a step of the finest turntables.
_SAME_DEG = 0.1
EMPTIEST_DEG = 80.0
"""A set with a wider gap than this doesn't go all around."""
# In gaps, directions about 13° apart are made up where none was measured within 20°.
_FILLERS = 250
_MEASURED_NEAR_DEG = 20.0
# A direction stands in for others about as far to the side as it is itself.
_SIDEWAYS_DEG = 30.0
# How much a degree around the ears' axis counts beside a degree to the side.
_AROUND = 0.15


def furthest(offsets: Array) -> Indices:
    """The indices of the furthest measurement in each direction, for offsets of shape (M, 3)."""
    distances_m = np.linalg.norm(offsets, axis=1)
    # To the millimetre, so that of one distance the first in the file is taken.
    ranking = np.argsort(-np.round(distances_m, 3), kind="stable")
    ranked = (offsets / distances_m[:, None])[ranking]
    dropped = np.zeros(len(ranking), dtype=np.bool_)
    pairs = cKDTree(ranked).query_pairs(2.0 * np.sin(np.radians(_SAME_DEG) / 2.0), output_type="ndarray")
    for first, second in pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]:
        dropped[second] |= not dropped[first]
    return np.sort(ranking[~dropped])


def widest_gap(directions: Array) -> tuple[float, Array]:
    """How many degrees the emptiest point of the sphere is from all directions (M, 3); and that point, shape (3,)."""
    try:
        # A face of the convex hull is the widest circle around its corners without a direction in it.
        faces = ConvexHull(directions).equations
    except QhullError:
        # All in one plane: what is emptiest lies across it.
        _, _, axes = np.linalg.svd(directions - directions.mean(axis=0))
        across = axes[2] if axes[2] @ directions.mean(axis=0) <= 0.0 else -axes[2]
        nearest = float(np.max(directions @ across))
        return float(np.degrees(np.arccos(np.clip(nearest, -1.0, 1.0)))), across
    widest = faces[np.argmax(faces[:, 3])]
    return float(np.degrees(np.arccos(np.clip(-widest[3], -1.0, 1.0)))), widest[:3]


def stand_ins(directions: Array) -> tuple[Array, Indices] | None:
    """Directions where nothing was measured, and which measured one stands in for each.

    Ears tell apart how far to the side something is much better than whether it is in front, above or behind: on a
    cone around the ears' axis, time and level differ little (Woodworth 1938). So what is as far to the side stands in.

    Args:
        directions: unit vectors, shape (M, 3).

    Returns:
        Unit vectors, shape (K, 3), and K indices of directions; None where nothing measured is as far to a side.
    """
    everywhere = np.asarray(fibonacci_sphere(_FILLERS))
    nearest = np.degrees(np.arccos(np.clip(np.max(everywhere @ directions.T, axis=1), -1.0, 1.0)))
    empty = everywhere[nearest > _MEASURED_NEAR_DEG]
    sideways, around = _interaural_polar(empty)
    measured_sideways, measured_around = _interaural_polar(directions)
    apart = np.abs(sideways[:, None] - measured_sideways)
    turned = np.abs((around[:, None] - measured_around + 180.0) % 360.0 - 180.0) * np.cos(np.radians(sideways))[:, None]
    chosen = np.argmin(np.hypot(apart, _AROUND * turned), axis=1)
    if len(empty) and apart[np.arange(len(empty)), chosen].max() > _SIDEWAYS_DEG:
        return None
    return empty, chosen


def extent_words(directions: Array) -> str:
    """Where a set has directions, shape (M, 3), in words: for example "in the horizontal plane"."""
    _, elevation_deg, _ = polar_from_scene(directions)
    lowest, highest = float(elevation_deg.min()), float(elevation_deg.max())
    if max(-lowest, highest) < 5.0:
        return "in the horizontal plane"
    return f"between elevations {lowest:.0f}° and {highest:.0f}°"


def _interaural_polar(directions: Array) -> tuple[Array, Array]:
    """How far directions (K, 3) are to the left, and where around the ears' axis, in degrees (0 front, 90 above)."""
    sideways = np.degrees(np.arcsin(np.clip(directions[:, 1], -1.0, 1.0)))
    return sideways, np.degrees(np.arctan2(directions[:, 2], directions[:, 0]))
