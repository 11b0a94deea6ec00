"""Objects in perspective: how far a thing of common size is whose top and foot are seen.

After Hoiem, Efros and Hebert (2008), "Putting objects in perspective", IJCV 80: the camera's height, the horizon and
the usual size of a thing tie its place in the picture to its distance. Here the distance is the unknown, the size is
known to a factor, and the foot may be hidden by what stands before it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]

HIGHEST_TOP_DEG = 60.0
"""A higher top tells nothing: it is a ceiling, or the canopy that one stands under."""

ASTRAY = 0.1
"""How likely land cover takes something else's foot for that of a house or a tree: a hedge's, a parked car's."""

# One size in ten is of another kind: a child, somebody on a bench, a tower; these spread three times as wide.
_ODD, _ODD_SPREAD = 0.1, 3.0
# A foot that belongs to something else is off by so many times as much.
_ASTRAY_TIMES = 3.0
# Distances are tried in steps of this, from near to far, in ln metres.
_STEP = 0.025
_NEAREST_M = 0.7
# Some pictures agree with nothing: then any distance is about as likely, and this keeps the sums from vanishing.
_LEAST = 1e-25


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonSize:
    """How high things of a kind are.

    Attributes:
        metres: the usual height.
        spread: one standard deviation of its logarithm.
        hidden: up to which share of its height something may hide, from the foot up.
        width: the usual width over the height.
        width_spread: one standard deviation of its logarithm.
    """

    metres: float
    spread: float
    hidden: float
    width: float = 1.0
    width_spread: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Upright:
    """What is seen of things that stand, arrays of shape (N,).

    Attributes:
        top_deg: elevation of the top above the horizon.
        foot_deg: elevation of the lowest part that is seen.
        sigma_deg: one standard deviation of either.
        shown: how likely the lowest part that is seen is the foot, in [0, 1].
        width_deg: extent in azimuth, below 180; 0 where it tells nothing. None: it never does.
        astray: how likely what seems to be a foot belongs to something else beside it or before it, in [0, 1].
    """

    top_deg: Array
    foot_deg: Array
    sigma_deg: Array
    shown: Array
    width_deg: Array | None = None
    astray: float = 0.0


def log_distance(seen: Upright, size: CommonSize, *, camera_height_m: float, farthest_m: float) -> tuple[Array, Array]:
    """Ln metres along the ground to each thing, and one standard deviation of it, arrays of shape (N,).

    With the camera h above the ground, what is d away and has its top at elevation t is H = h + d tan t high, and its
    lowest part that is seen, at elevation f, is b = h + d tan f above the ground. H is log-normal; b is 0 where the
    foot is shown, else anything up to a share of H. All distances are tried; the answer is the median of the posterior
    and half the width of its middle 68 %. So where the foot and the size agree they sharpen each other, and where they
    do not, the sigma tells. Where feet may be astray, it is no less than a quarter of the middle 95 %, so that two of
    it hold what they should of a posterior with long tails.

    Args:
        seen: what is seen of them.
        size: of all of them.
        camera_height_m: above the ground, > 0.
        farthest_m: no distance is larger.
    """
    # Feet, rows of pixels and heights are few: what looks alike is looked at once.
    width_deg = np.zeros_like(seen.top_deg) if seen.width_deg is None else seen.width_deg
    looks = np.stack([seen.top_deg, seen.foot_deg, seen.sigma_deg, seen.shown, width_deg])
    alike, number = np.unique(looks, axis=1, return_inverse=True)
    seen = replace(seen, top_deg=alike[0], foot_deg=alike[1], sigma_deg=alike[2], shown=alike[3], width_deg=alike[4])
    log_d = np.arange(np.log(_NEAREST_M), np.log(farthest_m) + _STEP / 2.0, _STEP)
    away_m = np.exp(log_d)
    likelihood = _likelihood(seen, size, away_m, camera_height_m)
    reached = np.cumsum(likelihood + _LEAST, axis=1)
    reached /= reached[:, -1:]
    shares = (0.025, 0.16, 0.5, 0.84, 0.975)
    lowest, low, middle, high, highest = (_crossing(reached, share) * _STEP for share in shares)
    sigma = (high - low) / 2.0
    if seen.astray > 0.0:
        sigma = np.maximum(sigma, (highest - lowest) / 4.0)
    return middle[number] + log_d[0], np.maximum(sigma, _STEP / 4.0)[number]


def _likelihood(seen: Upright, size: CommonSize, away_m: Array, camera_height_m: float) -> Array:
    """How likely the tops and the lowest parts are, (N, M), seen from each of the distances (M,)."""
    high, low = (np.tan(np.radians(edge_deg))[:, None] for edge_deg in (seen.top_deg, seen.foot_deg))
    sigma, shown = np.radians(seen.sigma_deg)[:, None], seen.shown[:, None]
    # A top below the ground can't be; nor does anybody ask for what is lower than this.
    height_m = np.maximum(camera_height_m + away_m * high, 0.05)
    is_open = seen.top_deg > HIGHEST_TOP_DEG
    height_m[is_open] = size.metres
    per_radian_m = away_m * (1.0 + high**2)
    off, blur = np.log(height_m / size.metres), sigma * per_radian_m / height_m
    tops = _density(off, size.spread, blur) * per_radian_m / height_m
    tops[is_open] = 1.0
    if seen.width_deg is not None and seen.width_deg.any():
        wide = 2.0 * np.tan(np.radians(np.maximum(seen.width_deg, 0.1)) / 2.0)[:, None]
        widths = _density(np.log(away_m * wide / (size.width * height_m)), size.width_spread)
        tops = np.where(is_open[:, None] | (seen.width_deg[:, None] == 0.0), tops, tops * widths)

    above_m, reach_m = camera_height_m + away_m * low, size.hidden * height_m
    per_radian_m = away_m * (1.0 + low**2)
    sigma_m = sigma * per_radian_m
    on_ground = _near(above_m, sigma_m, seen.astray)
    above = (ndtr(above_m / sigma_m) - ndtr((above_m - reach_m) / sigma_m)) / reach_m
    feet = (shown * on_ground + (1.0 - shown) * above) * per_radian_m
    likelihood: Array = tops * feet
    return likelihood


def _near(above_m: Array, sigma_m: Array, astray: float) -> Array:
    """How likely feet (N, M) are seen so far above the ground, or below it, when a share of them is astray."""
    found = np.zeros_like(above_m)
    for share, times in ((1.0 - astray, 1.0), (astray, _ASTRAY_TIMES)):
        off = above_m / (times * sigma_m)
        found += share * np.exp(-0.5 * off**2) / (np.sqrt(2.0 * np.pi) * times * sigma_m)
    return found


def _density(off: Array, spread: float, blur: Array | float = 0.0) -> Array:
    """How likely logarithms (N, M) are so far off, up to a factor; some are of another kind."""
    found = np.zeros_like(off)
    for share, sigma in ((1.0 - _ODD, spread), (_ODD, _ODD_SPREAD * spread)):
        deviation = np.hypot(sigma, blur)
        found += share * np.exp(-0.5 * (off / deviation) ** 2) / deviation
    return found


def _crossing(reached: Array, share: float) -> Array:
    """Where each rising row (N, M) reaches a share, in columns, interpolated."""
    after = np.argmax(reached >= share, axis=1)
    rows = np.arange(len(reached))
    before = np.where(after > 0, reached[rows, after - 1], 0.0)
    found: Array = after - 0.5 + (share - before) / np.maximum(reached[rows, after] - before, 1e-12)
    return found
