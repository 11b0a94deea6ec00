"""From cells to a map: covers' odds are brought to a map's resolution along the edges of the picture."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from server.perception.filled import filled
from server.pipeline.views import Picture, View

Floats = NDArray[np.float32]

_PANORAMA_PX = 1024
_PHOTOGRAPH_PX = 768
# Edges of lightness above this stay, in CIELAB units.
_CONTRAST = 4.0
# A filter reaches over so many cells either way.
_REACH_CELLS = 1.5


def map_view(view: View) -> View:
    """The window of a picture in the pixels of its land-cover map: both sides even, at most 1024 wide."""
    if view.projection == "equirectangular":
        return view.resized(_PANORAMA_PX, _PANORAMA_PX // 2)
    scale = min(1.0, _PHOTOGRAPH_PX / view.width_px, _PHOTOGRAPH_PX / view.height_px)
    width_px, height_px = (max(2, 2 * round(side * scale / 2.0)) for side in (view.width_px, view.height_px))
    return view.resized(width_px, height_px)


def refined(odds: Floats, picture: Picture) -> Floats:
    """Odds of cells at the resolution of the picture's map, smooth where it is smooth and sharp at its edges.

    Args:
        odds: float32 (covers, h, w) in [0, 1].
        picture: whose lightness guides them.

    Returns:
        Float32 (covers, H, W), of :func:`map_view`'s size.
    """
    wanted = map_view(picture.view)
    around = picture.view.projection == "equirectangular"
    lightness = _lightness(picture, wanted)
    wide = np.pad(odds, ((0, 0), (0, 0), (1, 1)), mode="wrap" if around else "edge")
    factor = wanted.width_px / odds.shape[2]
    column, row = np.meshgrid(
        (np.arange(wanted.width_px, dtype=np.float32) + 0.5) / factor + 0.5,
        (np.arange(wanted.height_px, dtype=np.float32) + 0.5) * odds.shape[1] / wanted.height_px - 0.5,
    )
    radius_px = max(2, round(_REACH_CELLS * factor))
    fine = (cv2.remap(each, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for each in wide)
    return np.stack(list(_edge_aware(fine, lightness, radius_px=radius_px, around=around)))


def _edge_aware(grids: Iterator[Floats], guide: Floats, *, radius_px: int, around: bool) -> Iterator[Floats]:
    """Grids smoothed where the guide is smooth, and not across the guide's edges.

    The guided filter (He, Sun & Tang 2013, equations 5 and 6), with box windows.

    Args:
        grids: (H, W) each.
        guide: (H, W).
        radius_px: half the window.
        around: whether the columns go on around.
    """
    pad = min(2 * radius_px, guide.shape[1])
    side = 2 * radius_px + 1

    def padded(grid: Floats) -> Floats:
        return np.pad(grid, ((0, 0), (pad, pad)), mode="wrap" if around else "symmetric")

    def mean(grid: Floats) -> Floats:
        return np.asarray(cv2.blur(grid, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)

    wide = padded(guide)
    mean_guide = mean(wide)
    spread = np.maximum(mean(wide * wide) - mean_guide**2, 0) + np.float32(_CONTRAST**2)
    for grid in grids:
        source = padded(np.asarray(grid, np.float32))
        mean_source = mean(source)
        slope = (mean(wide * source) - mean_guide * mean_source) / spread
        smooth = mean(slope) * wide + mean(mean_source - slope * mean_guide)
        yield np.clip(smooth[:, pad : pad + guide.shape[1]], 0.0, 1.0)


def _lightness(picture: Picture, wanted: View) -> Floats:
    """The lightness of a picture at a map's resolution, about CIELAB's, (H, W)."""
    shrinks = wanted.width_px <= picture.view.width_px
    pixels = cv2.resize(
        filled(picture).pixels,
        (wanted.width_px, wanted.height_px),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
    )
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) * np.float32(100.0 / 255.0)
