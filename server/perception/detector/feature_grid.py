"""Features on one grid over the picture itself, whatever pose and strides they were made in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from server.perception.detector.network import FEATURE_STRIDES
from server.perception.detector.sight import Sight
from server.pipeline.views import View

GRID_PX = FEATURE_STRIDES[0]
"""A cell of the grid covers so many pixels of the level either way."""


def grid_view(sight: Sight) -> View:
    """The picture's window in cells of the grid: 512 × 256 for a panorama."""
    return sight.view.resized(
        max(1, round(sight.level.width_px / GRID_PX)), max(1, round(sight.level.height_px / GRID_PX))
    )


def feature_grid(sight: Sight) -> NDArray[np.float16]:
    """All features of each cell, (C, H, W), the finest stride's first: large, 350 MB for a panorama."""
    return np.concatenate([_on_grid(sight, features).astype(np.float16) for features in sight.features])


def weighted_features(sight: Sight, weights: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Weighted sums of the features of each cell, float32 (K, H, W).

    It is the same as weighting ``feature_grid`` and many times faster: sums are made at each stride, then brought to
    the grid.

    Args:
        sight: of the picture.
        weights: for each stride (K, C), C the number of features at that stride.
    """
    view = grid_view(sight)
    total = np.zeros((weights[0].shape[0], view.height_px, view.width_px), np.float32)
    for features, share in zip(sight.features, weights, strict=True):
        total += _on_grid(sight, np.tensordot(share, features.astype(np.float32), axes=1))
    return total


def features_at(sight: Sight, columns: NDArray[np.integer[Any]], rows: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
    """All features of some cells, float32 (C, N), the finest stride's first.

    Args:
        sight: of the picture.
        columns: of the cells, (N,).
        rows: of the cells, (N,).
    """
    parts = [_sampled(sight, maps, columns[:, None] + 0.5, rows[:, None] + 0.5) for maps in sight.features]
    return np.concatenate(parts)[:, :, 0]


def _on_grid(sight: Sight, maps: NDArray[np.float16] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Maps (C, h, w) of the posed level on the picture's grid, (C, H, W)."""
    view = grid_view(sight)
    column, row = np.meshgrid(np.arange(view.width_px, dtype=float), np.arange(view.height_px, dtype=float))
    return _sampled(sight, maps, column + 0.5, row + 0.5)


def _sampled(
    sight: Sight,
    maps: NDArray[np.float16] | NDArray[np.float32],
    columns: NDArray[np.floating[Any]],
    rows: NDArray[np.floating[Any]],
) -> NDArray[np.float32]:
    """What maps of the posed level hold at places of the picture's grid, (C, H, W), bilinearly.

    Args:
        sight: of the picture.
        maps: (C, h, w).
        columns: continuous, of the grid, (H, W).
        rows: continuous, of the grid, (H, W).
    """
    view = grid_view(sight)
    level, pose = sight.level, sight.pose
    stride = GRID_PX * round(sight.features[0].shape[2] / maps.shape[2])
    posed = pose.posed_columns(columns * sight.view.width_px / view.width_px)
    if level.around:
        posed %= sight.view.width_px
        maps = np.concatenate([maps[:, :, -1:], maps, maps[:, :, :1]], axis=2)
    x = (posed * level.scale / stride - 0.5 + (1 if level.around else 0)).astype(np.float32)
    y = (rows * level.height_px / view.height_px / stride - 0.5).astype(np.float32)
    placed = np.empty((len(maps), *columns.shape), np.float32)
    for number, values in enumerate(maps):
        placed[number] = cv2.remap(values.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return placed
