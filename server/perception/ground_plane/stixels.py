"""Stixels: upright sticks of a picture's columns, each as far away as its foot on the ground.

After the automatic photo pop-up of Hoiem, Efros and Hebert (2005): ground lies, everything else stands where it meets
the ground. Badino, Franke and Pfeiffer (2009) gave the sticks their name.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.perception.ground_plane import houses
from server.perception.ground_plane.crowns import CrownSticks, crown_distances
from server.perception.ground_plane.footed_sticks import FootedSticks
from server.perception.ground_plane.runs import AIR, BUILT, CLUTTER, CROWNED, LYING, UNSEEN, Runs, standing_things

Array = NDArray[np.float64]

# Feet are smoothed over this much to either side, but not across steps of more than this many rows.
_SMOOTHED_DEG = 0.75
_SMOOTHED_ROWS = 2.0
# Land cover draws its borders to within this, and never finer than its pixels.
_BORDER_DEG, _BORDER_ROWS = 0.8, 0.7
# Nobody knows what clutter is, nor whether its foot is its shadow's.
_CLUTTER_SIGMA = 0.3

# Where no foot is seen: what stands behind something is this much farther than it, by a factor that is a guess; what
# floats before the sky is midway, in proportion, between what is below it and as far as anything.
_BEHIND, _BEHIND_SIGMA = 1.5, 0.5
# Where the same thing shows a foot elsewhere, its own depth is the error.
_LENT_SIGMA = 0.2
# Its depth grows by this for every radian of azimuth between.
_TURNED = 1.5
_FLOATING_SIGMA = 1.0
# The foot of what is cut off by the frame is below it.
_CUT_OFF = 0.8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Feet:
    """How far, along the ground, everything is that stands; in camera heights.

    Attributes:
        away: (H, W), horizontal distance of the foot; NaN for what does not stand.
        sigma: (H, W), one standard deviation relative to it.
    """

    away: Array = field(repr=False)
    sigma: Array = field(repr=False)


def feet(
    kinds: NDArray[np.uint8],
    *,
    top_deg: float,
    step_deg: float,
    horizon_sigma_deg: float,
    farthest: float,
    camera_height_m: float,
) -> Feet:
    """The distance of everything that stands in a levelled map.

    A stick that begins at the ground stands there: at cot(depression) camera heights. One that begins above another
    stick is hidden by it, and stands 1.5 times as far as that. One that begins in the air is midway, in proportion,
    between what is below it and ``farthest``. One cut off by the lower frame stands a little nearer than the ground
    would be there. If the same thing (a connected region of one kind) shows a foot elsewhere, these guesses are brought
    together with the nearest such foot, the more the farther in azimuth that is. No foot is farther than
    ``farthest``, where one at or above the horizon is put. The common size of houses helps where the foot is doubtful.
    Crowns of trees are placed by :func:`server.perception.ground_plane.crowns.crown_distances`.

    Args:
        kinds: uint8 (H, W), rows of equal elevation from above, columns of equal azimuth; UNSEEN, AIR, LYING or any
            larger number. If W · step is 360° the map goes on around the seam.
        top_deg: elevation of the upper edge.
        step_deg: size of a pixel, in azimuth and elevation.
        horizon_sigma_deg: how uncertain the horizon is.
        farthest: in camera heights.
        camera_height_m: above the ground; with it the common sizes of trees and houses tell distances.
    """
    turn = kinds.shape[1] if abs(kinds.shape[1] * step_deg - 360.0) < step_deg / 2.0 else 0
    upward = np.ascontiguousarray(kinds[::-1])
    runs = Runs.of(upward)
    low_deg, high_deg = (top_deg + step_deg * (row - kinds.shape[0]) for row in (runs.first_row, runs.stop_row))
    met = _ground_distance(low_deg, farthest)
    thing = standing_things(upward, around=turn > 0)[runs.first_row, runs.column]
    is_crown = runs.kind == CROWNED
    shown = np.flatnonzero((runs.kind > LYING) & ~is_crown & (runs.below == LYING))
    sigma_deg = float(np.hypot(horizon_sigma_deg, max(_BORDER_DEG, _BORDER_ROWS * step_deg)))

    log_met = np.log(met)
    one_row = np.radians(_SMOOTHED_ROWS * step_deg) * 2.0 * np.cosh(log_met[shown])
    raw = FootedSticks.of(thing[shown], runs.column[shown], log_met[shown], turn)
    smooth = raw.smoothed(thing[shown], runs.column[shown], one_row, max(1, round(_SMOOTHED_DEG / step_deg)))
    log_away, sigma = np.full(met.size, np.nan), np.full(met.size, np.nan)
    log_away[shown], sigma[shown] = smooth, relative_sigma(np.exp(smooth), sigma_deg)
    log_h, farthest_m = np.log(camera_height_m), farthest * camera_height_m
    clutter = shown[runs.kind[shown] == CLUTTER]
    sigma[clutter] = np.hypot(sigma[clutter], _CLUTTER_SIGMA)
    crowned = np.flatnonzero(is_crown)
    log_m, sigma[crowned] = crown_distances(
        CrownSticks(
            thing=thing[crowned],
            column=runs.column[crowned],
            low_deg=low_deg[crowned],
            high_deg=high_deg[crowned],
            on_ground=runs.below[crowned] == LYING,
        ),
        turn=turn,
        step_deg=step_deg,
        sigma_deg=sigma_deg,
        camera_height_m=camera_height_m,
        farthest_m=farthest_m,
    )
    log_away[crowned] = log_m - log_h
    built = shown[runs.kind[shown] == BUILT]
    log_m, sigma[built] = houses.with_feet(
        log_away[built] + log_h,
        high_deg[built],
        sigma_deg=sigma_deg,
        camera_height_m=camera_height_m,
        farthest_m=farthest_m,
    )
    log_away[built] = log_m - log_h

    lent, gap = FootedSticks.of(thing[shown], runs.column[shown], log_away[shown], turn).nearest(thing, runs.column)
    lent_sigma = np.hypot(_LENT_SIGMA, _TURNED * np.radians(step_deg * gap))
    _place_footless(runs, np.log(met), lent, lent_sigma, log_away, sigma, np.log(farthest))
    hidden = (runs.kind == BUILT) & (runs.below != LYING)
    log_m, sigma[hidden] = houses.without_feet(
        log_away[hidden] + log_h, sigma[hidden], high_deg[hidden], camera_height_m=camera_height_m
    )
    log_away[hidden] = log_m - log_h
    away = np.minimum(np.exp(log_away), farthest)
    return Feet(away=away[runs.number][::-1], sigma=np.minimum(sigma, 1.0)[runs.number][::-1])


def relative_sigma(away: Array, sigma_deg: float) -> Array:
    """Relative sigma of a foot's distance a = cot δ: |da / dδ| / a = 1 / (sin δ cos δ) = a + 1 / a; at most 1.

    The distances, in camera heights, are of any shape, and so is the result.
    """
    found: Array = np.minimum(np.radians(sigma_deg) * (away + 1.0 / away), 1.0)
    return found


def _ground_distance(elevation_deg: Array, farthest: float) -> Array:
    """How far away a ray meets the ground, in camera heights along the ground."""
    slope = np.tan(np.radians(np.clip(-elevation_deg, 0.0, 89.9)))
    met: Array = 1.0 / np.maximum(slope, 1.0 / farthest)
    return met


def _place_footless(
    runs: Runs,
    log_met: Array,
    lent: Array,
    lent_sigma: Array,
    log_away: Array,
    sigma: Array,
    log_farthest: float,
) -> None:
    """Fill in what shows no foot, from the bottom of the columns up, so that what hides is known first.

    Args:
        runs: of a levelled map.
        log_met: where the lower end of each run meets the ground.
        lent: as far as the same thing's nearest foot.
        lent_sigma: how sure that is; infinite where it shows none.
        log_away: to fill in.
        sigma: to fill in.
        log_farthest: no thing is farther.
    """
    behind = log_met.copy()
    for ordinal in range(int(runs.ordinal.max()) + 1):
        at = np.flatnonzero(runs.ordinal == ordinal)
        before = behind[at - 1] if ordinal else np.full(at.size, -np.inf)
        below, stands = runs.below[at], runs.kind[at] > LYING
        is_open = stands & (runs.kind[at] != CROWNED)
        hidden, floats, cut_off = is_open & (below > LYING), is_open & (below == AIR), is_open & (below == UNSEEN)
        # A frame that ends above the horizon tells nothing about the foot.
        ends = np.where(log_met[at] < log_farthest, log_met[at] + np.log(_CUT_OFF), log_farthest / 2.0)
        midway = (np.maximum(before, 0.0) + log_farthest) / 2.0
        guess = np.select([hidden, floats], [before + np.log(_BEHIND), midway], ends)
        guess_sigma = np.select(
            [hidden, floats], [np.hypot(_BEHIND_SIGMA, sigma[at - 1]), _FLOATING_SIGMA], _BEHIND_SIGMA
        )
        own = hidden | floats | cut_off
        log_away[at[own]], sigma[at[own]] = _mixed(guess[own], guess_sigma[own], lent[at[own]], lent_sigma[at[own]])
        log_away[at[hidden]] = np.maximum(log_away[at], before)[hidden]
        behind[at] = np.where(stands, log_away[at], np.where(runs.kind[at] == LYING, log_met[at], before))


def _mixed(guess: Array, guess_sigma: Array, lent: Array, lent_sigma: Array) -> tuple[Array, Array]:
    """Two log-distances by inverse variance, with the variance of their mixture; the second may be unknown."""
    share = guess_sigma**2 / (guess_sigma**2 + lent_sigma**2)
    apart = np.where(np.isfinite(lent_sigma), lent - guess, 0.0)
    return guess + share * apart, np.sqrt((1.0 - share) * guess_sigma**2 + share * (1.0 - share) * apart**2)
