"""Sky: above the horizon, smooth, blue or bright, and open towards the zenith."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from server.embedded.evidence import between, rises
from server.embedded.features import Features, Grid
from server.embedded.regions import region_sums, regions

# A patch of this much sky is sky wherever it lies, and one that reaches this high is.
_LARGE_SR = 0.35
_HIGH_DEG = 38.0
_REACH_PX = 5


def sky_evidence(f: Features, above: Grid) -> Grid:
    """How well each pixel fits sky, float32 (H, W) in [0, 1]."""
    smooth = 1 - rises(f.smoothness_grain, 3.5, 1.2)
    blue = rises(-f.blue_yellow, 7.0, 3.0) * between(f.green_red, -16.0, 16.0, 4.0) * rises(f.lightness, 25.0, 6.0)
    bright = rises(f.lightness, 66.0, 6.0) * (1 - rises(f.blue_yellow, 14.0, 4.0)) * (1 - rises(f.chroma, 24.0, 4.0))
    glare = rises(f.lightness, 90.0, 4.0) * rises(f.elevation_deg, 8.0, 4.0)
    sky = above * np.maximum(np.maximum(blue, bright) * smooth, glare)
    return sky * _open(f, sky) if f.panorama else sky


def _open(f: Features, sky: Grid) -> Grid:
    """1 where a patch of sky-like colour is not shut in: a blue façade ends at its roof.

    Patches that touch by a few pixels are told apart by their cores; what is too small to have one is a gap between
    branches or beams.
    """
    mask = sky > 0.5
    wide = np.pad(mask.astype(np.uint8), ((0, 0), (_REACH_PX, _REACH_PX)), mode="wrap")
    core = cv2.erode(wide, np.ones((5, 5), np.uint8))[:, _REACH_PX:-_REACH_PX] > 0
    count, labels = regions(core, around=True)
    size_sr = region_sums(labels, count, f.solid_angle_sr)
    high_sr = region_sums(labels, count, f.solid_angle_sr * (f.elevation_deg > _HIGH_DEG))
    glaring_sr = region_sums(labels, count, f.solid_angle_sr * (f.lightness > 84.0))
    is_open = (high_sr > 0.005) | (size_sr > _LARGE_SR) | (glaring_sr > 0.5 * np.maximum(size_sr, 1e-9))
    is_open[0] = False
    by_open, by_any = _grown(is_open[labels]), _grown(core)
    return (by_open | ~by_any).astype(np.float32)


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    wide = np.pad(mask.astype(np.uint8), ((0, 0), (_REACH_PX, _REACH_PX)), mode="wrap")
    grown = cv2.dilate(wide, np.ones((2 * _REACH_PX - 1,) * 2, np.uint8))
    return grown[:, _REACH_PX:-_REACH_PX] > 0
