"""What part of the sphere a box or a mask covers: directions, each with the solid angle that it stands for."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.pipeline.stages import Box
from server.pipeline.views import View

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# A box closer than this part of the frame's side to its edge counts as cut by it: boxes of models stop a bit short.
_EDGE = 0.015
_FINEST_BOX = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Footprint:
    """Directions sampled evenly in the pixels of a window, arrays of shape (N,).

    Attributes:
        azimuth_deg: in (−180, 180].
        elevation_deg: in [−90, 90].
        solid_angle_sr: what each sample stands for; the sum is the whole footprint's.
        across: from 0 at the left of the box, or of the mask's extents, to 1 at the right.
        down: from 0 at the top to 1 at the bottom.
    """

    azimuth_deg: Array = field(repr=False)
    elevation_deg: Array = field(repr=False)
    solid_angle_sr: Array = field(repr=False)
    across: Array = field(repr=False)
    down: Array = field(repr=False)


def footprint(box: Box, mask: Mask | None = None, *, at_most: int = 600_000) -> Footprint:
    """The part of the sphere that a mask covers, or else the whole box.

    Args:
        box: in the continuous pixels of its window; what lies outside the frame doesn't count.
        mask: bool (H, W) over the box's window, at any resolution; an empty one counts as none.
        at_most: how many samples to take; a larger mask is thinned evenly. The default leaves the land cover of a
            panorama whole, so that the direction of a ring, whose parts nearly cancel, doesn't hang on which of them
            were left out. A box is looked at in at most 200 × 200 places.
    """
    if mask is not None and mask.any():
        view = box.view.resized(mask.shape[1], mask.shape[0])
        rows, columns = np.nonzero(mask)
        stride = -(-rows.size // at_most)
        column, row = columns[::stride] + np.float64(0.5), rows[::stride] + np.float64(0.5)
        left, top, right, bottom = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        cell_px2 = float(stride)
    else:
        view = box.view
        left, top, right, bottom = framed(box)
        finest = min(int(np.sqrt(at_most)), _FINEST_BOX)
        count = [int(np.clip(np.ceil(side), 8, finest)) for side in (right - left, bottom - top)]
        across, down = ((np.arange(n) + 0.5) / n for n in count)
        columns_px, rows_px = np.meshgrid(left + across * (right - left), top + down * (bottom - top))
        column, row = columns_px.ravel(), rows_px.ravel()
        cell_px2 = (right - left) * (bottom - top) / row.size
    azimuth_deg, elevation_deg = view.direction(column, row)
    return Footprint(
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        solid_angle_sr=cell_px2 * view.pixel_solid_angle_sr(column, row),
        across=(column - left) / (right - left),
        down=(row - top) / (bottom - top),
    )


def framed(box: Box) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a box inside its window's frame, at least a hundredth of a pixel wide and high.

    An equirectangular window has no left and right edge: there a box keeps going across the seam, once around at most.
    """
    width_px, height_px = float(box.view.width_px), float(box.view.height_px)
    left, right = box.left_px, box.right_px
    if box.view.projection == "perspective":
        left = min(max(left, 0.0), width_px - 0.01)
        right = min(right, width_px)
    else:
        right = min(right, left + width_px)
    top = min(max(box.top_px, 0.0), height_px - 0.01)
    bottom = min(box.bottom_px, height_px)
    return left, top, max(right, left + 0.01), max(bottom, top + 0.01)


def covered(box: Box, mask: Mask | None, azimuth_deg: Array, elevation_deg: Array, *, margin_deg: float = 0.0) -> Mask:
    """Which directions fall into a mask, or else into the box.

    Args:
        box: in the continuous pixels of its window.
        mask: bool (H, W) over the box's window, at any resolution; an empty one counts as none.
        azimuth_deg: shape (N,).
        elevation_deg: shape (N,).
        margin_deg: widens the mask or the box on all sides.

    Returns:
        Shape (N,).
    """
    view = box.view if mask is None or not mask.any() else box.view.resized(mask.shape[1], mask.shape[0])
    column, row = view.pixel(azimuth_deg, elevation_deg)
    margin_px = margin_deg / np.degrees(_pixel_rad(view))
    if mask is None or not mask.any():
        left, top, right, bottom = framed(box)
        if view.projection == "equirectangular":
            # Columns are counted from the box's left edge, so that the seam is nowhere special.
            aside_px = margin_px / np.maximum(np.cos(np.radians(elevation_deg)), 0.05)
            beyond = np.mod(column - left + aside_px, view.width_px)
            beside = beyond <= right - left + 2.0 * aside_px
        else:
            beside = (column >= left - margin_px) & (column <= right + margin_px)
        inside: Mask = beside & (row >= top - margin_px) & (row <= bottom + margin_px)
        return inside
    hit = np.zeros(column.shape, dtype=np.bool_)
    steps = (-margin_px, 0.0, margin_px) if margin_px else (0.0,)
    for aside in steps:
        for below in steps:
            hit |= _mask_values(mask, column + aside, row + below, around=view.projection == "equirectangular")
    return hit


def is_cut(box: Box) -> bool:
    """Whether what the box shows may go on: it touches the frame of a perspective view, or what is not photographed."""
    if box.cut or box.view.projection == "equirectangular":
        return box.cut
    across, down = _EDGE * box.view.width_px, _EDGE * box.view.height_px
    return (
        box.left_px <= across
        or box.right_px >= box.view.width_px - across
        or box.top_px <= down
        or box.bottom_px >= box.view.height_px - down
    )


def _mask_values(mask: Mask, column: Array, row: Array, *, around: bool) -> Mask:
    """The mask at continuous positions; False outside, and where there is no position (NaN).

    ``around`` says that columns go on across the seam.
    """
    height_px, width_px = mask.shape
    known = np.isfinite(column) & np.isfinite(row)
    at_column = np.floor(np.where(known, column, -1.0)).astype(np.int64)
    at_row = np.floor(np.where(known, row, -1.0)).astype(np.int64)
    if around:
        at_column = np.mod(at_column, width_px)
    inside = known & (at_column >= 0) & (at_column < width_px) & (at_row >= 0) & (at_row < height_px)
    found: Mask = inside & mask[np.where(inside, at_row, 0), np.where(inside, at_column, 0)]
    return found


def _pixel_rad(view: View) -> float:
    """The angle of a pixel in the middle of a window."""
    return 2.0 * np.pi / view.width_px if view.projection == "equirectangular" else 1.0 / view.focal_px
