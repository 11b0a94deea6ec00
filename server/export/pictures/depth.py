"""How far everything is, as a picture."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from server.export.pictures.drawing import FAINT, INK, PAPER, font
from server.pipeline.distance.lookup import distances_towards
from server.pipeline.stages import DistanceMap
from server.pipeline.views import Picture, View

_LONG_SIDE_PX = 1536
_BAR_PX = 64
_SKY = (30, 38, 52)
_TICKS_M = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)


def depth_picture(picture: Picture, maps: Sequence[DistanceMap]) -> Image.Image:
    """Distances along the ray on a logarithmic scale of colour, near warm and far cold, over a bar in metres.

    Several maps, each of the shape of its own view, are put together, each direction from the map whose axis is
    nearest. Sky, and what no map shows, is dark.
    """
    shrink = _LONG_SIDE_PX / max(picture.view.width_px, picture.view.height_px)
    view = picture.view.resized(round(picture.view.width_px * shrink), round(picture.view.height_px * shrink))
    distance_m = _seen_from(view, maps)
    finite = np.isfinite(distance_m)
    near_m, far_m = np.percentile(distance_m[finite], (0.5, 99.5)) if finite.any() else (1.0, 10.0)
    near_m, far_m = max(float(near_m), 0.1), max(float(far_m), float(near_m) * 2.0)

    with np.errstate(divide="ignore", invalid="ignore"):
        nearness = 1.0 - np.log(distance_m / near_m) / np.log(far_m / near_m)
    pixels = _coloured(np.where(finite, nearness, 0.0))
    pixels[~finite] = _SKY
    whole = Image.new("RGB", (view.width_px, view.height_px + _BAR_PX), INK)
    whole.paste(Image.fromarray(pixels))
    _draw_bar(whole, view, near_m, far_m)
    return whole


def _seen_from(view: View, maps: Sequence[DistanceMap]) -> NDArray[np.float64]:
    """Distances of every pixel of a window; infinite where no map looks."""
    columns, rows = np.meshgrid(np.arange(view.width_px) + 0.5, np.arange(view.height_px) + 0.5)
    azimuth_deg, elevation_deg = view.direction(columns, rows)
    distance_m, _ = distances_towards(maps, azimuth_deg, elevation_deg)
    return distance_m


def _coloured(nearness: NDArray[np.float64]) -> NDArray[np.uint8]:
    """RGB of values from 0 (far) to 1 (near), without the darkest ends of the map, which look like sky."""
    levels = np.round(20.0 + 225.0 * np.clip(nearness, 0.0, 1.0)).astype(np.uint8)
    return np.ascontiguousarray(cv2.applyColorMap(levels, cv2.COLORMAP_TURBO)[..., ::-1], dtype=np.uint8)


def _draw_bar(whole: Image.Image, view: View, near_m: float, far_m: float) -> None:
    left, right, top = 0.04 * view.width_px, 0.86 * view.width_px, view.height_px + 12
    ramp = _coloured(np.tile(np.linspace(1.0, 0.0, round(right - left)), (16, 1)))
    whole.paste(Image.fromarray(ramp), (round(left), top))
    draw = ImageDraw.Draw(whole)
    size_px = max(13, round(view.width_px / 90))
    for metres in _TICKS_M:
        if near_m <= metres <= far_m:
            x = left + (right - left) * float(np.log(metres / near_m) / np.log(far_m / near_m))
            draw.line((x, top + 14, x, top + 22), fill=PAPER, width=2)
            draw.text((x, top + 25), f"{metres:g} m", font=font(size_px), fill=PAPER, anchor="mt")
    x = right + 0.02 * view.width_px
    draw.rectangle((x, top, x + 16, top + 16), fill=_SKY, outline=FAINT)
    draw.text((x + 24, top + 8), "sky", font=font(size_px), fill=PAPER, anchor="lm")
