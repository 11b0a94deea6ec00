"""Soft steps and blurs that evidence is weighed with."""

from __future__ import annotations

import cv2
import numpy as np

from server.embedded.features import Grid


def rises(value: Grid, at: float, width: float) -> Grid:
    """A soft step from 0 to 1 around ``at``; 12 % at one width below, 88 % at one above."""
    return (0.5 + 0.5 * np.tanh((value - np.float32(at)) / np.float32(width))).astype(np.float32)


def between(value: Grid, low: float, high: float, width: float) -> Grid:
    """A soft window from ``low`` to ``high``."""
    return rises(value, low, width) * (1 - rises(value, high, width))


def spread(grid: Grid, sigma_px: float, *, around: bool, sigma_y_px: float | None = None) -> Grid:
    """A Gaussian blur that goes on around the seam of a panorama."""
    pad = min(int(np.ceil(3 * sigma_px)), grid.shape[1])
    wide = np.pad(grid, ((0, 0), (pad, pad)), mode="wrap" if around else "symmetric")
    down = sigma_px if sigma_y_px is None else sigma_y_px
    soft = cv2.GaussianBlur(wide, (0, 0), sigmaX=sigma_px, sigmaY=down, borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft, dtype=np.float32)[:, pad : pad + grid.shape[1]]
