"""How far what a box shows is: metres over its footprint, in which things and their background are mixed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from server.pipeline.boxes.extents import span
from server.pipeline.boxes.footprint import Footprint
from server.pipeline.boxes.quantiles import weighted_quantiles
from server.pipeline.distance.lookup import distances_towards
from server.pipeline.stages import DistanceMap, Proposal

Array = NDArray[np.float64]

FAR_M = 300.0
"""No source is put farther than this: at 300 m an inverse square law has taken 50 dB, and no picture tells 300 m from
400. What lies only before the sky is put here too."""

_FAR_RELATIVE_SIGMA = 0.5
_NEAR_M = 0.1

# The log-distance histogram: bins of 1 %, smoothed by 4 %; a mode reaches as far as a quarter of its own height.
_BIN = 0.01
_SMOOTH_BINS = 4.0
_REACHES_TO = 0.25
# The nearest mode counts that is this likely the thing, as against the likeliest.
_COUNTS_FROM = 0.6


def shown_distance(proposal: Proposal, part: Footprint, maps: Sequence[DistanceMap]) -> tuple[float, float]:
    """Metres along the ray to a proposal, and one standard deviation, of the map and of the depth of the thing itself.

    The distance of a point or a line is the near mode of the log-distances in its box, since the background at the
    border would pull a mean away; that of an area is the solid-angle-weighted median. The middle of a box counts more
    than its border. Sky is left out.

    Args:
        proposal: with a box.
        part: the footprint of its mask, or else of its box.
        maps: the map of the box's own window is preferred, else for each direction the one whose axis is nearest.
    """
    box = proposal.box
    own = [each for each in maps if box is not None and each.view.name == box.view.name]
    distance_m, sigma_m = distances_towards(own or maps, part.azimuth_deg, part.elevation_deg)
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
    low, middle, high = weighted_quantiles(log_distance, weight, (0.16, 0.5, 0.84))
    found_m = float(np.exp(middle))
    if found_m > FAR_M:
        return FAR_M, _FAR_RELATIVE_SIGMA * FAR_M
    (map_sigma,) = weighted_quantiles(np.where(np.isfinite(relative), relative, _FAR_RELATIVE_SIGMA), weight, (0.5,))
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
    likely = [float(weight @ mode) * span(across[mode]) * span(down[mode]) for mode in modes]
    enough = _COUNTS_FROM * max(likely)
    return next(mode for mode, likelihood in zip(modes, likely, strict=True) if likelihood >= enough)
