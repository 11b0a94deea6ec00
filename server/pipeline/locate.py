"""Where a proposal is: a direction, its angular size and metres, each from the window in which it was boxed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from protocol.coordinates import great_circle_deg, scene_from_polar, wrapped_azimuth_deg
from server.pipeline.footprint import Footprint, footprint, framed
from server.pipeline.stages import Box, DistanceMap, Proposal

Array = NDArray[np.float64]

FAR_M = 300.0
"""No source is put farther than this: at 300 m an inverse square law has taken 50 dB, and no picture tells 300 m from
400. What lies only before the sky is put here too."""

_FAR_RELATIVE_SIGMA = 0.5
_NEAR_M = 0.1

# Extents of a mask leave this share of it out on either side: stray pixels must not widen a source.
_STRAY = 0.02
# A gap of azimuth is where there is less than this part of an even spread.
_GAP_DENSITY = 0.02
# Azimuth means little closer to the poles than this, and the vector sum tells the direction.
_POLAR_ELEVATION_DEG = 65.0

# The log-distance histogram: bins of 1 %, smoothed by 4 %; a mode reaches as far as a quarter of its own height.
_BIN = 0.01
_SMOOTH_BINS = 4.0
_REACHES_TO = 0.25
# The nearest mode counts that is this likely the thing, as against the likeliest.
_COUNTS_FROM = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A proposal with its place.

    Attributes:
        proposal: what sounds.
        azimuth_deg: of its middle, in (−180, 180], positive to the left.
        elevation_deg: of its middle, in [−90, 90].
        distance_m: along the ray; None only for ambience.
        distance_sigma_m: one standard deviation, of the depth map and of the depth that the thing itself has.
        width_deg: extent in azimuth, in [0, 360]; 360 goes all the way round.
        height_deg: extent in elevation, in [0, 180].
        boxes: the boxes that it was found in, one for each window and sighting.
    """

    proposal: Proposal
    azimuth_deg: float
    elevation_deg: float
    distance_m: float | None
    distance_sigma_m: float | None
    width_deg: float
    height_deg: float
    boxes: tuple[Box, ...]


def located(proposal: Proposal, maps: Sequence[DistanceMap]) -> Located:
    """Where a grounded proposal is.

    A box points at the middle of its angular extents; a mask at its solid-angle-weighted mean direction, which for
    ground that lies all around is where a little more of it lies. The distance of a point or a line is the near mode of
    the log-distances in its box, since the background at the border would pull a mean away; that of an area is the
    solid-angle-weighted median. The middle of a box counts more than its border. Sky is left out. Ambience without a
    box is everywhere.

    Args:
        proposal: with a box, unless it is ambience.
        maps: distances; the map of the box's own window is preferred, else for each direction the one whose axis is
            nearest.

    Raises:
        ValueError: the proposal has no box and is not ambience.
    """
    box = proposal.box
    if box is None:
        if proposal.kind != "ambient":
            raise ValueError(f"{proposal.label!r} has no box: only ambience is everywhere")
        return Located(
            proposal=proposal,
            azimuth_deg=0.0,
            elevation_deg=0.0,
            distance_m=None,
            distance_sigma_m=None,
            width_deg=360.0,
            height_deg=180.0,
            boxes=(),
        )
    part = footprint(box, proposal.mask)
    if proposal.mask is not None and proposal.mask.any():
        azimuth_deg, elevation_deg, width_deg, height_deg = _mask_extents(part)
    else:
        azimuth_deg, elevation_deg, width_deg, height_deg = _box_extents(box)
    distance_m, sigma_m = (None, None) if proposal.kind == "ambient" else _distance(proposal, part, maps)
    return Located(
        proposal=proposal,
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        distance_m=distance_m,
        distance_sigma_m=sigma_m,
        width_deg=width_deg,
        height_deg=height_deg,
        boxes=(box,),
    )


def _box_extents(box: Box) -> tuple[float, float, float, float]:
    """Azimuth and elevation of the middle, width and height of a box, in degrees.

    The middle is taken between the directions of the edges, not of the pixels: off the axis of a perspective view half
    the pixels are less than half the angle, and two views of one thing would not agree.
    """
    left, top, right, bottom = framed(box)
    column, row = (left + right) / 2.0, (top + bottom) / 2.0
    edges_az, edges_el = box.view.direction(
        np.array([left, right, column, column, column]), np.array([row, row, top, bottom, row])
    )
    high, low = float(edges_el[2]), float(edges_el[3])
    if box.view.projection == "equirectangular":
        width_deg = (right - left) / box.view.width_px * 360.0
        azimuth_deg = float(edges_az[4])
        if width_deg >= 360.0 and min(90.0 - high, low + 90.0) <= 0.0 and high - low < 90.0:
            return azimuth_deg, 90.0 if high >= 90.0 else -90.0, 360.0, high - low
        return azimuth_deg, (high + low) / 2.0, width_deg, high - low
    pole = _pole_inside(box)
    if pole is not None:
        corners = box.view.direction(np.array([left, left, right, right]), np.array([top, bottom, top, bottom]))[1]
        return float(edges_az[4]), float(edges_el[4]), 360.0, 90.0 - float(np.min(pole * corners))
    aside_deg = wrapped_azimuth_deg(edges_az[:2] - edges_az[4])
    azimuth_deg = float(wrapped_azimuth_deg(edges_az[4] + np.mean(aside_deg)))
    return azimuth_deg, (high + low) / 2.0, float(np.ptp(aside_deg)), high - low


def _pole_inside(box: Box) -> int | None:
    """1 where a perspective box shows the zenith, −1 the nadir, None neither."""
    left, top, right, bottom = framed(box)
    column, row = box.view.pixel(0.0, np.array([90.0, -90.0]))
    for pole, x, y in zip((1, -1), column, row, strict=True):
        if left <= x <= right and top <= y <= bottom:
            return pole
    return None


def _mask_extents(part: Footprint) -> tuple[float, float, float, float]:
    """Azimuth and elevation of the middle, width and height of a mask, in degrees."""
    weight = part.solid_angle_sr
    summed = weight @ scene_from_polar(part.azimuth_deg, part.elevation_deg)
    mean_deg = float(np.degrees(np.arctan2(summed[1], summed[0])))
    low, high = _weighted_quantiles(part.elevation_deg, weight, (_STRAY, 1.0 - _STRAY))
    height_deg = (high - low) / (1.0 - 2.0 * _STRAY)
    width_deg = _azimuth_width_deg(part.azimuth_deg, weight)
    elevation_deg = float(np.average(part.elevation_deg, weights=weight))
    if abs(elevation_deg) > _POLAR_ELEVATION_DEG:
        elevation_deg = float(np.degrees(np.arctan2(summed[2], np.hypot(summed[0], summed[1]))))
    return float(wrapped_azimuth_deg(mean_deg)), elevation_deg, width_deg, min(height_deg, 180.0)


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
    low, high = _weighted_quantiles(opened_deg, weight, (_STRAY, 1.0 - _STRAY))
    return float(min((high - low) / (1.0 - 2.0 * _STRAY), 360.0))


def _distance(proposal: Proposal, part: Footprint, maps: Sequence[DistanceMap]) -> tuple[float, float]:
    """Metres along the ray and their sigma."""
    distance_m, sigma_m = _sampled(proposal, part, maps)
    weight = part.solid_angle_sr
    if proposal.mask is None:
        weight = weight * np.sin(np.pi * part.across) * np.sin(np.pi * part.down)
    finite = np.isfinite(distance_m) & (weight > 0)
    if not finite.any():
        return FAR_M, _FAR_RELATIVE_SIGMA * FAR_M
    log_distance, weight = np.log(np.maximum(distance_m[finite], _NEAR_M)), weight[finite]
    relative = sigma_m[finite] / distance_m[finite]
    if proposal.kind != "area":
        chosen = _near_mode(log_distance, weight, part.across[finite], part.down[finite])
        log_distance, weight, relative = log_distance[chosen], weight[chosen], relative[chosen]
    low, middle, high = _weighted_quantiles(log_distance, weight, (0.16, 0.5, 0.84))
    found_m = float(np.exp(middle))
    if found_m > FAR_M:
        return FAR_M, _FAR_RELATIVE_SIGMA * FAR_M
    (map_sigma,) = _weighted_quantiles(np.where(np.isfinite(relative), relative, _FAR_RELATIVE_SIGMA), weight, (0.5,))
    return found_m, found_m * float(np.hypot(map_sigma, (high - low) / 2.0))


def _near_mode(log_distance: Array, weight: Array, across: Array, down: Array) -> NDArray[np.bool_]:
    """Which samples belong to the nearest mode of the histogram that can well be the thing in the box.

    A box is drawn around a thing, which then fills most of it and reaches all of its sides: a post before it is as high
    as the box but not as wide. So a mode counts by its weight times its spans of the box's width and height.
    """
    bins = np.floor((log_distance - log_distance.min()) / _BIN).astype(np.int64)
    pad = int(4 * _SMOOTH_BINS)
    density = gaussian_filter1d(np.pad(np.bincount(bins, weight), pad), _SMOOTH_BINS, mode="constant")
    inner = density[1:-1]
    peaks = 1 + np.flatnonzero((inner > density[:-2]) & (inner >= density[2:]))
    modes: list[NDArray[np.bool_]] = []
    for peak in peaks[density[peaks] > 0.02 * density.max()]:
        below = np.flatnonzero(density < _REACHES_TO * density[peak])
        start, stop = below[below < peak].max(initial=-1), below[below > peak].min(initial=density.size)
        modes.append((bins + pad > start) & (bins + pad < stop))
    likely = [float(weight @ mode) * _span(across[mode]) * _span(down[mode]) for mode in modes]
    return next(mode for mode, one in zip(modes, likely, strict=True) if one >= _COUNTS_FROM * max(likely))


def _span(share: Array) -> float:
    """The range of all but the outermost samples."""
    low, high = np.quantile(share, (_STRAY, 1.0 - _STRAY))
    return float(high - low)


def _sampled(proposal: Proposal, part: Footprint, maps: Sequence[DistanceMap]) -> tuple[Array, Array]:
    """Metres and sigma in the directions of a footprint; infinite where no map looks."""
    box = proposal.box
    own = [one for one in maps if box is not None and one.view.name == box.view.name]
    distance_m, sigma_m = np.full(part.azimuth_deg.shape, np.inf), np.full(part.azimuth_deg.shape, np.inf)
    from_axis_deg = np.full(part.azimuth_deg.shape, np.inf)
    for one in own or maps:
        column, row = one.view.pixel(part.azimuth_deg, part.elevation_deg)
        off_deg = great_circle_deg(part.azimuth_deg, part.elevation_deg, one.view.yaw_deg, one.view.pitch_deg)
        with np.errstate(invalid="ignore"):
            inside = (column >= 0) & (column <= one.view.width_px) & (row >= 0) & (row <= one.view.height_px)
        nearer = np.flatnonzero(inside & (off_deg < from_axis_deg))
        at = (
            np.minimum(row[nearer].astype(np.int64), one.view.height_px - 1),
            np.minimum(column[nearer].astype(np.int64), one.view.width_px - 1),
        )
        from_axis_deg[nearer] = off_deg[nearer]
        distance_m[nearer], sigma_m[nearer] = one.distance_m[at], one.sigma_m[at]
    return distance_m, sigma_m


def _weighted_quantiles(value: Array, weight: Array, shares: Sequence[float]) -> list[float]:
    """Values below which these shares of the weight lie."""
    order = np.argsort(value, kind="stable")
    reached = np.cumsum(weight[order])
    middle = (reached - weight[order] / 2.0) / reached[-1]
    return [float(found) for found in np.interp(shares, middle, value[order])]
