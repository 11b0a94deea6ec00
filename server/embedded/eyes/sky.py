"""Sky: above the horizon, smooth, blue or bright, and open: no wall, no ceiling, no painted façade."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from server.embedded.eyes.evidence import HORIZON_DIFFERENCE, between, horizon_difference, rises
from server.embedded.eyes.features import Features, Grid
from server.embedded.eyes.regions import Mask, region_sums, regions

# A patch of this much sky is sky wherever it lies, and one that reaches this high is.
_LARGE_SR = 0.35
_HIGH_DEG = 38.0
_REACH_PX = 5

# Walls and clear skies are smoother than this.
_SMOOTH_GRAIN = 2.0

# A white ceiling ends where the walls begin. Sky is seen lower than that somewhere, or it is bluish, or so much
# brighter than what it lights that the picture can't hold it.
_CEILING_DEG = 30.0
_LOW_DEG = 10.0
_LOW_SHARE = 0.05
_BLUISH = -1.5
_BURNT_OUT = 95.0


def sky_evidence(f: Features, above: Grid) -> Grid:
    """How well each pixel fits sky, float32 (H, W) in [0, 1]."""
    smooth = 1 - rises(f.smoothness_grain, 3.5, 1.2)
    blue = rises(-f.blue_yellow, 7.0, 3.0) * between(f.green_red, -16.0, 16.0, 4.0) * rises(f.lightness, 25.0, 6.0)
    white = rises(f.lightness, 66.0, 6.0) * (1 - rises(f.blue_yellow, 14.0, 4.0)) * (1 - rises(f.chroma, 24.0, 4.0))
    glare = rises(f.lightness, 90.0, 4.0) * rises(f.elevation_deg, 8.0, 4.0)
    sky: Grid = above * np.maximum(np.maximum(blue, white) * smooth, glare)
    sky = np.where(_walls(f, sky), np.float32(0), sky)
    if not f.panorama:
        return sky
    return sky * _open(f, sky) if _is_sky_overhead(f, sky) else np.zeros_like(sky)


def _walls(f: Features, sky: Grid) -> Mask:
    """Sky-like patches that go on below the horizon just the same: sky ends there."""
    mask = (sky > 0.5) & (f.grain < _SMOOTH_GRAIN)
    upper = (f.elevation_deg > 1.5) & (f.elevation_deg < 4.0)
    goes_on = upper & (horizon_difference(f) < HORIZON_DIFFERENCE)
    count, labels = regions(mask, around=f.panorama)
    at_horizon = region_sums(labels, count, upper.astype(np.float32))
    is_wall = region_sums(labels, count, goes_on.astype(np.float32)) > 0.5 * np.maximum(at_horizon, 1.0)
    is_wall[0] = False
    return _grown(is_wall[labels], around=f.panorama) & (sky > 0)


def _is_sky_overhead(f: Features, sky: Grid) -> bool:
    """Whether what looks like sky overhead is no white ceiling."""
    overhead = f.solid_angle_sr * sky * (f.elevation_deg > _CEILING_DEG)
    total_sr = float(np.sum(overhead))
    if total_sr <= 0.0:
        return True
    lightness, blue_yellow = (float(np.sum(overhead * value)) / total_sr for value in (f.lightness, f.blue_yellow))
    low = (sky > 0.5) & (f.elevation_deg < _LOW_DEG)
    return bool(
        blue_yellow < _BLUISH or lightness > _BURNT_OUT or np.mean(low.sum(axis=0) * f.px_deg > 2.0) > _LOW_SHARE
    )


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
    by_open, by_any = _grown(is_open[labels], around=True), _grown(core, around=True)
    return (by_open | ~by_any).astype(np.float32)


def _grown(mask: NDArray[np.bool_], *, around: bool) -> NDArray[np.bool_]:
    padded = np.pad(mask.astype(np.uint8), ((0, 0), (_REACH_PX, _REACH_PX)), mode="wrap" if around else "edge")
    grown = cv2.dilate(padded, np.ones((2 * _REACH_PX - 1,) * 2, np.uint8))
    return np.asarray(grown[:, _REACH_PX:-_REACH_PX] > 0)
