"""Things of known height, put into a map of distances where a detector boxed them.

Land cover is too coarse for people and cars, and says nothing of feet that something hides. A box says where the top
is, and mostly the foot; the size of such a thing does the rest. See
:mod:`server.perception.ground_plane.perspective`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from server.perception.detector.sight import Detection
from server.perception.ground_plane.horizon import Horizon
from server.perception.ground_plane.perspective import CommonSize, Upright, log_distance
from server.pipeline.boxes.footprint import framed, is_cut
from server.pipeline.distance.known_heights import known_height
from server.pipeline.stages import Box, DistanceMap
from server.pipeline.views import View

# Edges of a detector's boxes are off by this share of their height.
_BOX_SIGMA = 0.03
Edges = tuple[float, float, float, float]
"""Left, top, right and bottom of a box in pixels of the map; the right may exceed its width."""

# The lowest part of a box is likely a foot where ground is seen below it, within this share of the box's height and at
# least so many pixels. Else something may hide it, up to a share of the height.
_BELOW, _BELOW_PX = 0.06, 1.5
_SHOWN, _PERHAPS_SHOWN = 0.98, 0.5
_HIDDEN = 0.6
# Lower is no thing's height, but a few pixels; what is lower or higher than this in the picture is seen from above.
_LEAST_HEIGHT_DEG, _STEEPEST_DEG = 0.5, 60.0


def with_known_things(
    distances: DistanceMap,
    is_ground: NDArray[np.bool_],
    detections: Iterable[Detection],
    *,
    horizon: Horizon,
    camera_height_m: float,
    farthest_m: float,
) -> DistanceMap:
    """The map with every thing of known height at its own distance, in the ellipse that fits its box.

    Args:
        distances: by the ground plane.
        is_ground: which of its pixels show ground, of the same shape.
        detections: that are believed, boxed in the same picture at any resolution.
        horizon: of the picture.
        camera_height_m: above the ground.
        farthest_m: no thing is farther.
    """
    distance_m, sigma_m = distances.distance_m.copy(), distances.sigma_m.copy()
    view, found = distances.view, []
    for detection in detections:
        height = known_height(detection.name)
        if height is None or is_cut(detection.box):
            continue
        edges = _edges_px(detection.box, view)
        seen = _upright(edges, view, is_ground, horizon)
        if seen.top_deg - seen.foot_deg < _LEAST_HEIGHT_DEG or max(-seen.foot_deg, seen.top_deg) > _STEEPEST_DEG:
            continue
        size = CommonSize(metres=height.metres, spread=height.spread, hidden=_HIDDEN)
        (log_m,), (sigma,) = log_distance(seen, size, camera_height_m=camera_height_m, farthest_m=farthest_m)
        away_m = float(np.exp(log_m))
        found.append((away_m, float(np.hypot(sigma, height.depth_m / away_m)), edges))
    # The smallest last: what was boxed within a larger box is not hidden by that.
    for away_m, sigma, edges in sorted(found, key=_area_px2, reverse=True):
        rows, columns, inside = _ellipse(edges, view)
        _, elevation_deg = horizon.levelled(*view.direction(columns + 0.5, rows + 0.5))
        ray_m = away_m / np.cos(np.radians(elevation_deg))
        at = rows, columns % view.width_px
        distance_m[at] = np.where(inside, ray_m, distance_m[at])
        sigma_m[at] = np.where(inside, sigma * ray_m, sigma_m[at])
    return replace(distances, distance_m=distance_m, sigma_m=sigma_m)


def _area_px2(placed: tuple[float, float, Edges]) -> tuple[float, ...]:
    """Sorts by the area of the box; of two as large the nearer is the smaller."""
    away_m, _, (left, top, right, bottom) = placed
    return (right - left) * (bottom - top), away_m


def _edges_px(box: Box, view: View) -> Edges:
    """The edges of a box in pixels of a coarser view of the same window."""
    across, down = view.width_px / box.view.width_px, view.height_px / box.view.height_px
    left, top, right, bottom = framed(box)
    return left * across, top * down, right * across, bottom * down


def _upright(edges: Edges, view: View, is_ground: NDArray[np.bool_], horizon: Horizon) -> Upright:
    """What a box shows of the thing in it."""
    left, top, right, bottom = edges
    _, (top_deg, foot_deg) = horizon.levelled(
        *view.direction(np.full(2, (left + right) / 2.0), np.array([top, bottom]))
    )
    first, stop = round(bottom), int(np.ceil(bottom + max(_BELOW_PX, _BELOW * (bottom - top))))
    columns = np.arange(int(left), int(np.ceil(right))) % view.width_px
    below = is_ground[first:stop, columns]
    shown = _SHOWN if below.size and below.mean() > 0.5 else _PERHAPS_SHOWN
    return Upright(
        top_deg=np.array([top_deg]),
        foot_deg=np.array([foot_deg]),
        sigma_deg=np.array([np.hypot(horizon.sigma_deg, _BOX_SIGMA * (top_deg - foot_deg))]),
        shown=np.array([shown]),
    )


def _ellipse(edges: Edges, view: View) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Rows and columns of the pixels of a box, and which of them lie in its ellipse; columns go on across the seam."""
    left, top, right, bottom = edges
    stop = min(int(np.ceil(bottom)), view.height_px)
    rows, columns = np.mgrid[int(top) : stop, int(left) : int(np.ceil(right))]
    # At least the pixels that hold the middle of each edge belong to it.
    across = (columns + 0.5 - (left + right) / 2.0) / max((right - left) / 2.0, 0.75)
    down = (rows + 0.5 - (top + bottom) / 2.0) / max((bottom - top) / 2.0, 0.75)
    return rows, columns, across**2 + down**2 <= 1.0
