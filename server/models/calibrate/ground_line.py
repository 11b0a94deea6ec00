"""The line from one view's values to ln depth, fitted to its ground, a plane at a known height."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A pixel is on the plane if its ln depth is right to this.
_WITHIN = 0.1
_TRIES = 400
_LEAST_INLIERS = 40
_LEAST_SHARE = 0.25
# Distances from 2 m to 4 m determine a slope; over a shorter span noise does.
_LEAST_SPAN = np.log(2.0)
_LARGEST_SLOPE = 50.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroundLine:
    """ln depth = slope · value + shift, in one view, by its ground.

    Attributes:
        slope: of ln(metres along the axis) over the model's own unit, above 0.
        shift: ln metres.
        inliers: bool (N,), which of the pixels lie on the ground.
    """

    slope: float
    shift: float
    inliers: NDArray[np.bool_] = field(repr=False)


def log_ground_range(elevation_deg: Array, camera_height_m: float) -> Array:
    """The ln of metres to flat ground along rays: r = h / sin(depression).

    Args:
        elevation_deg: of the rays, of any shape.
        camera_height_m: above the ground, > 0.

    Returns:
        The same shape; NaN for rays that don't point down.
    """
    sine = np.sin(np.radians(-elevation_deg))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sine > 0.0, np.log(camera_height_m / np.where(sine > 0.0, sine, np.nan)), np.nan)


def ground_line(
    value: Array, log_depth: Array, likelihood: Array, *, fixed_slope: float | None, random: np.random.Generator
) -> GroundLine | None:
    """The line on which ground most likely lies, by random sample consensus (Fischler and Bolles 1981).

    Args:
        value: what the model answers at pixels that may be ground, shape (N,).
        log_depth: ln of the depth in metres that they have if they are ground, shape (N,).
        likelihood: of being ground, in [0, 1], shape (N,); pixels are drawn and counted by it.
        fixed_slope: the slope, where it is known.
        random: draws the pairs.

    Returns:
        The line with most support; None where too little of the view lies on any line.
    """
    total = float(likelihood.sum())
    if len(value) < _LEAST_INLIERS or total <= 0.0:
        return None
    first, second = random.choice(len(value), size=(2, _TRIES), p=likelihood / total)
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
    best = int(np.argmax((residuals < _WITHIN) @ likelihood))
    inliers = residuals[best] < _WITHIN
    supported = float(likelihood[inliers].sum()) / total
    if inliers.sum() < _LEAST_INLIERS or supported < _LEAST_SHARE or np.ptp(log_depth[inliers]) < _LEAST_SPAN:
        return None
    return GroundLine(slope=float(slopes[best]), shift=float(shifts[best]), inliers=inliers)
