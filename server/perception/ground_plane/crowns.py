"""Trees: how far each stick of a crown is, by its stem's foot where that is seen, and by the usual size of trees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.perception.ground_plane.perspective import ASTRAY, HIGHEST_TOP_DEG, CommonSize, Upright, log_distance
from server.perception.ground_plane.runs import Indices

Array = NDArray[np.float64]

# Trees of streets and parks, from young ones to old planes.
_TREE = CommonSize(metres=9.0, spread=0.55, hidden=0.6, width=0.7, width_spread=0.25)
# A region that is wider than this, over its height in the picture, is rather several trees.
_WIDEST_ALONE = 1.4
# A tree reaches this far aside of its stem, as a share of its height: crowns are about two thirds as wide as trees are
# high.
_REACH = 0.35
# What reaches so far below the hem of the crown around it, and is half way down no wider than this share of the height
# of the tree, is a stem; another foot may be the border of the crown and the ground behind it, since slim stems are
# lost to land cover. Under a canopy, everything is stems and undergrowth, and stands where it meets the ground.
_STEM_DEG, _STEM_WIDTH = 1.4, 0.15
_STEM_IS_SHOWN, _HEM_IS_SHOWN = 0.7, 0.1
# A crown's radius is a third of the tree's height, and the face of a ball is on average two thirds of its radius nearer
# than its middle. No crown reaches farther towards the viewer than this share of its distance.
_FACE, _WIDEST_FACE = 0.22, 0.4
# Crowns are no balls, and trees lean.
_FACE_SIGMA = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrownSticks:
    """Sticks of crowns, arrays of shape (N,).

    Attributes:
        thing: the number of the region that each belongs to.
        column: that it stands in.
        low_deg: elevation of its lower edge.
        high_deg: elevation of its upper edge.
        on_ground: whether ground is below it.
    """

    thing: Indices
    column: Indices
    low_deg: Array
    high_deg: Array
    on_ground: NDArray[np.bool_]


def crown_distances(
    sticks: CrownSticks, *, turn: int, step_deg: float, sigma_deg: float, camera_height_m: float, farthest_m: float
) -> tuple[Array, Array]:
    """Ln metres along the ground to the face of each stick's crown, and one standard deviation of it, (N,) each.

    Args:
        sticks: of a levelled map.
        turn: columns all the way round, or 0.
        step_deg: degrees a column and a row.
        sigma_deg: how uncertain elevations are.
        camera_height_m: above the ground.
        farthest_m: no distance is larger.
    """
    if not sticks.thing.size:
        return np.zeros(0), np.zeros(0)
    foot_deg, top_deg, shown = _whole_trees(sticks, turn=turn, step_deg=step_deg)
    seen = Upright(
        top_deg=top_deg,
        foot_deg=foot_deg,
        sigma_deg=np.full(top_deg.shape, sigma_deg),
        shown=shown,
        width_deg=_widths_alone(sticks, step_deg=step_deg),
        astray=ASTRAY,
    )
    log_m, sigma = log_distance(seen, _TREE, camera_height_m=camera_height_m, farthest_m=farthest_m)
    # Height over distance, of which the radius of the crown is a share.
    slope = camera_height_m * np.exp(-log_m) + np.tan(np.radians(top_deg))
    nearer = np.where(top_deg > HIGHEST_TOP_DEG, 0.0, np.clip(_FACE * slope, 0.0, _WIDEST_FACE))
    face: Array = log_m + np.log1p(-nearer)
    return face, np.hypot(sigma, _FACE_SIGMA)


def _whole_trees(sticks: CrownSticks, *, turn: int, step_deg: float) -> tuple[Array, Array, Array]:
    """The foot and the top of the tree that each stick belongs to, and how likely that foot is one; (N,) each."""
    names, row = np.unique(sticks.thing, return_inverse=True)
    width = turn or int(sticks.column.max()) + 1
    tops, feet, hems = (np.full((names.size, width), value) for value in (-90.0, np.inf, np.inf))
    np.maximum.at(tops, (row, sticks.column), sticks.high_deg)
    np.minimum.at(hems, (row, sticks.column), sticks.low_deg)
    footed = sticks.on_ground
    np.minimum.at(feet, (row[footed], sticks.column[footed]), sticks.low_deg[footed])
    is_canopy = tops > HIGHEST_TOP_DEG
    crests, lowest = tops.copy(), feet.copy()
    for own, middle in np.argwhere((tops > -90.0) & ~is_canopy):
        high_deg, low_deg = tops[own, middle], min(hems[own, middle], 0.0)
        beside = _beside(middle, _REACH * (high_deg - low_deg) / step_deg, width, turn)
        crests[own, beside] = np.maximum(crests[own, beside], high_deg)
        lowest[own, beside] = np.minimum(lowest[own, beside], feet[own, middle])
    places, number = np.unique(np.stack([row, sticks.column]), axis=1, return_inverse=True)
    found = np.empty((3, places.shape[1]))
    for index, (own, middle) in enumerate(places.T):
        top_deg, foot_deg = crests[own, middle], lowest[own, middle]
        if is_canopy[own, middle]:
            is_footed = np.isfinite(feet[own, middle])
            found[:, index] = hems[own, middle], tops[own, middle], _STEM_IS_SHOWN if is_footed else 0.0
            continue
        beside = _beside(middle, _REACH * (top_deg - min(foot_deg, 0.0)) / step_deg, width, turn)
        if np.isfinite(foot_deg):
            hem_deg = np.sort(hems[own, beside])
            below_deg = hem_deg[np.searchsorted(hem_deg, np.inf) // 2] - foot_deg
            wide_deg = step_deg * np.searchsorted(hem_deg, foot_deg + below_deg / 2.0)
            is_stem = below_deg > _STEM_DEG and wide_deg < _STEM_WIDTH * (top_deg - foot_deg)
            shown = _STEM_IS_SHOWN if is_stem else _HEM_IS_SHOWN
        else:
            foot_deg, shown = hems[own, beside].min(), 0.0
        found[:, index] = foot_deg, top_deg, shown
    return found[0, number], found[1, number], found[2, number]


def _widths_alone(sticks: CrownSticks, *, step_deg: float) -> Array:
    """How wide the region of each stick is, in degrees, where it looks like one tree; 0 else, (N,)."""
    _, row = np.unique(sticks.thing, return_inverse=True)
    regions = np.unique(np.stack([row, sticks.column]), axis=1)
    wide_deg = step_deg * np.bincount(regions[0]).astype(np.float64)
    top_deg, low_deg = np.full(wide_deg.size, -90.0), np.full(wide_deg.size, 90.0)
    np.maximum.at(top_deg, row, sticks.high_deg)
    np.minimum.at(low_deg, row, sticks.low_deg)
    alone = wide_deg < _WIDEST_ALONE * (top_deg - low_deg)
    return np.where(alone, wide_deg, 0.0)[row]


def _beside(middle: int, reach: float, width: int, turn: int) -> Indices:
    """Columns within reach of one."""
    aside = int(min(max(reach, 1.0), width // 4))
    beside = np.arange(middle - aside, middle + aside + 1)
    return beside % turn if turn else beside[(beside >= 0) & (beside < width)]
