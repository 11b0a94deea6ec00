"""Which directions along the horizon a picture doesn't show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.pipeline.views import View

# A direction counts as shown where at least this share of what lies about the horizon was photographed.
_SHOWN = 0.1
_ABOUT_HORIZON_DEG = 30.0
_NARROWEST_DEG = 0.5


def unseen_sectors(view: View, unseen: NDArray[np.bool_] | None) -> list[tuple[float, float]]:
    """Sectors of azimuth that a picture doesn't show: first and last azimuth of each, counted to the left.

    Args:
        view: the picture.
        unseen: which of its pixels were not photographed, shape (H, W); None: all were.

    Returns:
        The first in (−180, 180], the last up to 360 more.
    """
    shown = np.ones(view.width_px, dtype=np.bool_)
    if unseen is not None:
        shown = 1.0 - unseen[_rows_about_horizon(view)].mean(axis=0) >= _SHOWN
    if not shown.any():
        return [(180.0, 540.0)]
    # Between the end of one run of columns and the beginning of the next; azimuth grows to the left.
    edges = np.flatnonzero(np.diff(np.concatenate([[False], shown, [False]]).astype(np.int8)))
    # Along the horizon, or the row nearest to it that a tilted photograph shows.
    row = float(np.clip(view.pixel(view.yaw_deg, 0.0)[1], 0.0, view.height_px))
    azimuths, _ = view.direction(edges.astype(np.float64), np.full(edges.size, row))
    begins_deg, ends_deg = np.roll(azimuths[0::2], -1), azimuths[1::2]
    found = [
        (float(first), float(first + (last - first) % 360.0)) for first, last in zip(begins_deg, ends_deg, strict=True)
    ]
    return [each for each in found if each[1] - each[0] >= _NARROWEST_DEG]


def _rows_about_horizon(view: View) -> slice:
    if view.projection == "perspective":
        return slice(0, view.height_px)
    top, foot = (float(view.pixel(0.0, elevation)[1]) for elevation in (_ABOUT_HORIZON_DEG, -_ABOUT_HORIZON_DEG))
    return slice(int(top), int(np.ceil(foot)))
