"""The middle and the angular size of what a box or a mask covers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import scene_from_polar, wrapped_azimuth_deg
from server.pipeline.boxes.footprint import Footprint, framed
from server.pipeline.boxes.quantiles import weighted_quantiles
from server.pipeline.stages import Box

Array = NDArray[np.float64]

# Extents of a mask leave this share of it out on either side: stray pixels must not widen a source.
_STRAY = 0.02
# A gap of azimuth is where there is less than this part of an even spread.
_GAP_DENSITY = 0.02
# Azimuth means little closer to the poles than this, and the vector sum tells the direction.
_POLAR_ELEVATION_DEG = 65.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Extents:
    """A direction and an angular size.

    Attributes:
        azimuth_deg: of the middle, in (−180, 180], positive to the left.
        elevation_deg: of the middle, in [−90, 90].
        width_deg: extent in azimuth, in [0, 360]; 360 goes all the way round.
        height_deg: extent in elevation, in [0, 180].
    """

    azimuth_deg: float
    elevation_deg: float
    width_deg: float
    height_deg: float


EVERYWHERE = Extents(azimuth_deg=0.0, elevation_deg=0.0, width_deg=360.0, height_deg=180.0)


def box_extents(box: Box) -> Extents:
    """Where a box points, and how large it is.

    The middle is taken between the directions of the edges, not of the pixels: off the axis of a perspective view half
    the pixels are less than half the angle, and two views of one thing would not agree.
    """
    left, top, right, bottom = framed(box)
    column, row = (left + right) / 2.0, (top + bottom) / 2.0
    edges_az, edges_el = box.view.direction(
        np.array([left, right, column, column, column]), np.array([row, row, top, bottom, row])
    )
    high, low = float(edges_el[2]), float(edges_el[3])
    azimuth_deg, elevation_deg, height_deg = float(edges_az[4]), (high + low) / 2.0, high - low
    if box.view.projection == "equirectangular":
        width_deg = (right - left) / box.view.width_px * 360.0
        touches_a_pole = min(90.0 - high, low + 90.0) <= 0.0
        if width_deg >= 360.0 and touches_a_pole and height_deg < 90.0:
            # A cap around the pole has its middle there.
            elevation_deg = 90.0 if high >= 90.0 else -90.0
    elif (pole := _pole_inside(box)) is not None:
        corners = box.view.direction(np.array([left, left, right, right]), np.array([top, bottom, top, bottom]))[1]
        elevation_deg, width_deg, height_deg = float(edges_el[4]), 360.0, 90.0 - float(np.min(pole * corners))
    else:
        aside_deg = wrapped_azimuth_deg(edges_az[:2] - edges_az[4])
        azimuth_deg, width_deg = float(wrapped_azimuth_deg(azimuth_deg + np.mean(aside_deg))), float(np.ptp(aside_deg))
    return Extents(azimuth_deg=azimuth_deg, elevation_deg=elevation_deg, width_deg=width_deg, height_deg=height_deg)


def mask_extents(part: Footprint) -> Extents:
    """Where a mask's footprint points, weighted by solid angle, and how large it is without stray pixels."""
    weight = part.solid_angle_sr
    summed = weight @ scene_from_polar(part.azimuth_deg, part.elevation_deg)
    mean_deg = float(np.degrees(np.arctan2(summed[1], summed[0])))
    low, high = weighted_quantiles(part.elevation_deg, weight, (_STRAY, 1.0 - _STRAY))
    elevation_deg = float(np.average(part.elevation_deg, weights=weight))
    if abs(elevation_deg) > _POLAR_ELEVATION_DEG:
        elevation_deg = float(np.degrees(np.arctan2(summed[2], np.hypot(summed[0], summed[1]))))
    return Extents(
        azimuth_deg=float(wrapped_azimuth_deg(mean_deg)),
        elevation_deg=elevation_deg,
        width_deg=_azimuth_width_deg(part.azimuth_deg, weight),
        height_deg=min((high - low) / (1.0 - 2.0 * _STRAY), 180.0),
    )


def span(share: Array) -> float:
    """The range of all but the outermost samples, shape (N,)."""
    low, high = np.quantile(share, (_STRAY, 1.0 - _STRAY))
    return float(high - low)


def _pole_inside(box: Box) -> int | None:
    """1 where a perspective box shows the zenith, −1 the nadir, None neither."""
    left, top, right, bottom = framed(box)
    column, row = box.view.pixel(0.0, np.array([90.0, -90.0]))
    for pole, x, y in zip((1, -1), column, row, strict=True):
        if left <= x <= right and top <= y <= bottom:
            return pole
    return None


def _azimuth_width_deg(azimuth_deg: Array, weight: Array) -> float:
    """Extent in azimuth, with the circle cut open in its widest gap and the stray pixels at both ends left out."""
    bins = np.floor(np.mod(azimuth_deg, 360.0) / 2.0).astype(np.int64) % 180
    share = np.bincount(bins, weight, minlength=180) / weight.sum() * 180.0
    filled = np.flatnonzero(share >= _GAP_DENSITY)
    gaps = np.diff(np.append(filled, filled[0] + 180))
    widest = int(np.argmax(gaps))
    if gaps[widest] == 1:
        return 360.0
    opened_deg = np.mod(azimuth_deg - 2.0 * filled[(widest + 1) % filled.size], 360.0)
    # What lies in the gap is stray: before the first filled bin as much as behind the last one.
    opened_deg = np.where(opened_deg > 360.0 - gaps[widest], opened_deg - 360.0, opened_deg)
    low, high = weighted_quantiles(opened_deg, weight, (_STRAY, 1.0 - _STRAY))
    return float(min((high - low) / (1.0 - 2.0 * _STRAY), 360.0))
