"""Slips of land cover: clutter that lies on the ground, though it looks as if it stood; ground and sky in façades."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from server.perception.ground_plane.runs import AIR, BUILT, CLUTTER, LYING, UNSEEN, Runs

# Clutter nearly as high as the camera that yet ends this far below the horizon is rather a stain on the ground.
_STAIN_HEIGHT, _STAIN_DEG = 0.75, 2.0


def without_stains(kinds: NDArray[np.uint8], *, top_deg: float, step_deg: float) -> NDArray[np.uint8]:
    """The same map with stains of clutter turned into ground.

    Something at D with its top ε below the horizon is 1 − D tan ε camera heights high. Clutter before ground that comes
    out almost as high as the camera, yet well below the horizon, is shadow, leaves or mottled ground.

    Args:
        kinds: uint8 (H, W), as for :func:`server.perception.ground_plane.stixels.feet`.
        top_deg: elevation of the upper edge.
        step_deg: size of a pixel.
    """
    upward = np.ascontiguousarray(kinds[::-1])
    runs = Runs.of(upward)
    foot, top = (
        np.tan(np.radians(np.clip(step_deg * (kinds.shape[0] - row) - top_deg, 0.0, 89.9)))
        for row in (runs.first_row, runs.stop_row)
    )
    above = np.where(np.append(runs.ordinal[1:], 0) == 0, np.uint8(UNSEEN), np.roll(runs.kind, -1))
    is_stain = (runs.kind == CLUTTER) & (above == LYING) & (top > np.tan(np.radians(_STAIN_DEG)))
    is_stain &= top < (1.0 - _STAIN_HEIGHT) * foot
    ground: NDArray[np.uint8] = np.where(is_stain, np.uint8(LYING), runs.kind)[runs.number][::-1]
    return ground


def without_holes(kinds: NDArray[np.uint8], *, around: bool) -> NDArray[np.uint8]:
    """The same map with ground and sky that a façade encloses, which are its windows and its creepers, made façade.

    Args:
        kinds: uint8 (H, W), as for :func:`server.perception.ground_plane.stixels.feet`.
        around: whether the last column borders on the first.
    """
    height, width = kinds.shape
    # Twice around, every hole is whole at least once.
    open_px = (np.tile(kinds, 2) if around else kinds) != BUILT
    _, names, boxes, _ = cv2.connectedComponentsWithStats(open_px.astype(np.uint8), connectivity=4)
    left, top, wide, high = (boxes[:, stat] for stat in range(4))
    is_hole = (left > 0) & (top > 0) & (left + wide < open_px.shape[1]) & (top + high < height)
    is_hole[0] = False
    holes = is_hole[names].reshape(height, -1, width).any(axis=1)
    filled: NDArray[np.uint8] = np.where(holes & ((kinds == LYING) | (kinds == AIR)), np.uint8(BUILT), kinds)
    return filled
