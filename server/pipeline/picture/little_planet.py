"""Whether a picture is a little planet: stereographic, the ground a disc in the middle, the sky around it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SQUARE = 0.03
_SIDE_PX = 128
_SECTORS = 8
# Rings by their radius in half sides: beyond what shows nothing but the nadir, the land, and the sky.
_NADIR, _LAND, _SKY = 0.15, (0.3, 0.85), 0.97
# By little planets and square photographs that were drawn from two dozen panoramas: 2 of 1440 photographs fulfil all of
# it, both of a round room's floor, and a third of the little planets, hardly any of rooms and woods.
_ALIGNED, _SMOOTH = 0.06, 0.6


def looks_like_a_little_planet(pixels: NDArray[np.uint8]) -> bool:
    """Whether what is upright points away from the middle, below a calmer and lighter sky on all sides.

    Edges of a little planet go along its rings and its radii, so that four times the angle between a gradient and its
    radius is a full turn; in photographs it may be anything.

    Args:
        pixels: of shape (rows, columns, 3).
    """
    if abs(pixels.shape[1] / pixels.shape[0] - 1.0) > _SQUARE:
        return False
    small = cv2.resize(pixels, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.float32).mean(axis=2)
    smooth = cv2.GaussianBlur(small, (0, 0), 1.0)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    strength = np.hypot(across, down)
    y, x = (np.mgrid[:_SIDE_PX, :_SIDE_PX] + 0.5) * 2.0 / _SIDE_PX - 1.0
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    alignment = strength * np.cos(4.0 * (np.arctan2(down, across) - angle))
    sector = ((angle + np.pi) / (2.0 * np.pi) * _SECTORS).astype(int) % _SECTORS
    sectors = [sector == number for number in range(_SECTORS)]
    sky, land = radius > _SKY, (radius > _LAND[0]) & (radius <= _LAND[1])
    shown = (radius > _NADIR) & (radius < 1.3)
    aligned = [alignment[shown & part].sum() / max(strength[shown & part].sum(), 1e-3) for part in sectors]
    lighter = [small[sky & part].mean() - small[(radius < 0.5) & part].mean() for part in sectors]
    # A tree or a tower may fill one of the sectors.
    is_aligned = sorted(aligned)[1] > _ALIGNED
    is_smooth = strength[sky].mean() < _SMOOTH * max(float(strength[land].mean()), 0.1)
    return bool(is_aligned and is_smooth and np.median(lighter) > 0.0)
