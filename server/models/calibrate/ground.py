"""How one view's depths follow from the ground: a line through what a plane at a known height would show."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A place is on the plane if its distance is right to this.
WITHIN = 0.1
_TRIES = 400
_LEAST_INLIERS = 40
_LEAST_SHARE = 0.25
# Distances from 2 m to 4 m tell a slope; less, and it is noise that does.
_LEAST_SPAN = np.log(2.0)
_LARGEST_SLOPE = 50.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroundLine:
    """log depth = slope · value + shift, in one view, as its ground tells.

    Attributes:
        slope: of ln(metres along the axis) over the model's own unit, above 0.
        shift: ln metres.
        inliers: bool (N,), which of the places lie on the ground.
    """

    slope: float
    shift: float
    inliers: NDArray[np.bool_] = field(repr=False)


def log_ground_range(elevation_deg: Array, camera_height_m: float) -> Array:
    """The ln of metres to flat ground along rays: r = h / sin(depression). NaN for rays that don't go down."""
    sine = np.sin(np.radians(-elevation_deg))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sine > 0.0, np.log(camera_height_m / np.where(sine > 0.0, sine, np.nan)), np.nan)


def ground_line(
    value: Array, log_depth: Array, likely: Array, *, fixed_slope: float | None, random: np.random.Generator
) -> GroundLine | None:
    """The line on which most likely ground lies, by random sample consensus (Fischler and Bolles 1981).

    Args:
        value: what the model says at places that may be ground, shape (N,).
        log_depth: ln of the depth in metres that they have if they are, shape (N,).
        likely: how likely each is, in [0, 1], shape (N,); places are drawn and counted by it.
        fixed_slope: the slope, where it is known.
        random: draws the pairs.

    Returns:
        The line with most support; None where too little of the view lies on any.
    """
    total = float(likely.sum())
    if len(value) < _LEAST_INLIERS or total <= 0.0:
        return None
    first, second = random.choice(len(value), size=(2, _TRIES), p=likely / total)
    if fixed_slope is None:
        with np.errstate(divide="ignore", invalid="ignore"):
            slopes = (log_depth[second] - log_depth[first]) / (value[second] - value[first])
        possible = np.isfinite(slopes) & (slopes > 0.0) & (slopes < _LARGEST_SLOPE / np.ptp(value))
        first, slopes = first[possible], slopes[possible]
    else:
        slopes = np.full(_TRIES, fixed_slope)
    if not len(slopes):
        return None
    shifts = log_depth[first] - slopes * value[first]
    residuals = np.abs(slopes[:, None] * value + shifts[:, None] - log_depth)
    best = int(np.argmax((residuals < WITHIN) @ likely))
    inliers = residuals[best] < WITHIN
    supported = float(likely[inliers].sum()) / total
    if inliers.sum() < _LEAST_INLIERS or supported < _LEAST_SHARE or np.ptp(log_depth[inliers]) < _LEAST_SPAN:
        return None
    return GroundLine(slope=float(slopes[best]), shift=float(shifts[best]), inliers=inliers)
