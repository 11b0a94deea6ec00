"""Soft steps and blurs that evidence is weighed with."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from server.embedded.eyes.features import Features, Grid

# Sky and a calm sea differ by 8 CIELAB units and more at the horizon; a wall that crosses it by 2 at most.
HORIZON_DIFFERENCE = 4.0
_ABOVE_DEG = (1.5, 4.0)
_BELOW_DEG = ((-2.5, -1.0), (-4.0, -2.5))


def rises(value: NDArray[np.floating[Any]], at: float, width: float) -> Grid:
    """A soft step from 0 to 1 around ``at``; 12 % at one width below, 88 % at one above."""
    step: Grid = (0.5 + 0.5 * np.tanh((value - np.float32(at)) / np.float32(width))).astype(np.float32)
    return step


def between(value: NDArray[np.floating[Any]], low: float, high: float, width: float) -> Grid:
    """A soft window from ``low`` to ``high``."""
    return rises(value, low, width) * (1 - rises(value, high, width))


def spread(grid: Grid, sigma_px: float, *, around: bool, sigma_y_px: float | None = None) -> Grid:
    """A Gaussian blur that goes on around the seam of a panorama."""
    pad = min(int(np.ceil(3 * sigma_px)), grid.shape[1])
    wide = np.pad(grid, ((0, 0), (pad, pad)), mode="wrap" if around else "symmetric")
    down = sigma_px if sigma_y_px is None else sigma_y_px
    soft = cv2.GaussianBlur(wide, (0, 0), sigmaX=sigma_px, sigmaY=down, borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft, dtype=np.float32)[:, pad : pad + grid.shape[1]]


def horizon_difference(f: Features) -> Grid:
    """For each column, how much what is right below the horizon differs from what is right above, (1, W) CIELAB units.

    The larger difference of two bands below counts. Infinite where the horizon is outside of the picture.
    """
    above = _column_means(f, *_ABOVE_DEG)
    differences = [np.linalg.norm(_column_means(f, *band) - above, axis=0, keepdims=True) for band in _BELOW_DEG]
    largest: Grid = np.nan_to_num(np.max(differences, axis=0), nan=np.inf).astype(np.float32)
    return largest


def _column_means(f: Features, from_deg: float, to_deg: float) -> NDArray[np.float64]:
    """The mean CIELAB colour of each column between two elevations, (3, W); NaN where that is outside."""
    band = (f.elevation_deg > from_deg) & (f.elevation_deg < to_deg)
    count = np.sum(band, axis=0)
    sums = np.stack([np.sum(one * band, axis=0) for one in (f.lightness, f.green_red, f.blue_yellow)])
    means: NDArray[np.float64] = np.where(count > 0, sums / np.maximum(count, 1), np.nan)
    return means
