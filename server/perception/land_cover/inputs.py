"""What the head of land cover is told of each cell of a picture, beside the detector's features: colour and place."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from server.perception.filled import filled
from server.pipeline.views import Picture, View

Floats = NDArray[np.float32]

OWN_INPUTS = 11
"""How many there are."""

# A panorama shows where the horizon is. A photograph is only about level, and its field of view about known.
_HORIZON_DEG, _ABOUT_LEVEL_DEG = 4.0, 12.0
_AROUND_CELLS = 4.0
_BLANK_DEVIATION, _BLACK = 2.5, 4


def own_inputs(picture: Picture, cells: View) -> Floats:
    """What the cells of a picture own: CIELAB colour, that of what is around, and elevation; float32 (11, H, W).

    Args:
        picture: whose colours they are.
        cells: its window in cells.
    """
    lab = np.moveaxis(cielab(picture, cells), 0, 2) / np.float32(50.0)
    around = _blurred(lab, around=cells.projection == "equirectangular")
    colour = np.moveaxis(np.concatenate([lab, around], axis=2), 2, 0)
    return np.ascontiguousarray(np.concatenate([colour, _place(cells)]), np.float32)


def cielab(picture: Picture, cells: View) -> Floats:
    """CIE L*a*b* (D65) of the cells of a picture, float32 (3, H, W)."""
    size = (cells.width_px, cells.height_px)
    pixels = filled(picture).pixels
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255.0)
    return np.moveaxis(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.float32), 2, 0)


def is_blank(picture: Picture) -> bool:
    """Whether a picture shows nothing: its lightness hardly varies."""
    return lightness_deviation(picture) < _BLANK_DEVIATION


def lightness_deviation(picture: Picture) -> float:
    """By how much the lightness of what was photographed varies, one standard deviation in sRGB steps."""
    lightness = cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY)
    seen = lightness if picture.unseen is None else lightness[~picture.unseen]
    return float(np.std(seen)) if seen.size else 0.0


def is_black(picture: Picture, view: View) -> NDArray[np.bool_]:
    """Where a picture is black, in the pixels of a view of it, (H, W): it was masked, or nobody can tell."""
    size = (view.width_px, view.height_px)
    lightest = cv2.resize(picture.pixels, size, interpolation=cv2.INTER_AREA).max(axis=2)
    return np.asarray(lightest <= _BLACK)


def _blurred(lab: NDArray[np.float32], *, around: bool) -> Floats:
    """The colour around each cell, (H, W, 3): that of a texture without its light and shade."""
    pad = int(3 * _AROUND_CELLS)
    wide = np.pad(lab, ((0, 0), (pad, pad), (0, 0)), mode="wrap" if around else "symmetric")
    soft = cv2.GaussianBlur(wide, (0, 0), _AROUND_CELLS, borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft[:, pad:-pad], np.float32)


def _place(cells: View) -> Floats:
    """Elevation, (5, H, W), as a panorama's or as a photograph's: to be trusted, or only roughly."""
    column, row = np.meshgrid(np.arange(cells.width_px) + 0.5, np.arange(cells.height_px) + 0.5)
    elevation = np.broadcast_to(cells.direction(column, row)[1], column.shape)
    none, whole = np.zeros_like(elevation), np.ones_like(elevation)
    if cells.projection == "equirectangular":
        known = [np.tanh(elevation / _HORIZON_DEG), elevation / 45.0, whole, none, none]
    else:
        known = [none, none, none, np.tanh(elevation / _ABOUT_LEVEL_DEG), elevation / 30.0]
    return np.stack(known).astype(np.float32)
