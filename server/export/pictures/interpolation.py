"""How well a measured head is interpolated between its directions, as a map of the sphere."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.spatial import cKDTree

from binaural.evaluation.cross_validation import LeaveOneOutErrors
from binaural.hrtf.hrir import Hrtf
from protocol.coordinates import scene_from_polar
from server.export.pictures.drawing import FAINT, INK, PAPER, stacked
from server.export.pictures.lettering.typeface import font

_WIDTH_PX = 1280
# Left, top, right and bottom of the map, and its height: as wide as two of it, like the sphere.
_LEFT_PX, _TOP_PX, _RIGHT_PX, _FOOT_PX = 92, 78, 162, 62
_MAP_WIDTH_PX = _WIDTH_PX - _LEFT_PX - _RIGHT_PX
_MAP_HEIGHT_PX = _MAP_WIDTH_PX // 2
_UNMEASURED = (24, 30, 39)


def interpolation_picture(hrtf: Hrtf, errors: LeaveOneOutErrors) -> Image.Image:
    """How far every measured direction is from what its neighbours predict: in colour, and in time.

    Directions are laid out as in a panorama: ahead in the middle, left on the left. The errors have the shape
    (directions,), and those of level one for each ear, (directions, 2).
    """
    middle_db = errors.distortion_db.mean(axis=1)
    error_us = 1e6 * np.abs(errors.itd_error_s)
    lowest_deg = float(hrtf.elevation_deg.min())
    panels = [
        _map(
            hrtf,
            middle_db,
            f"{hrtf.name}: each direction predicted from its neighbours alone",
            f"log-spectral distortion, 200 Hz to 16 kHz, mean of both ears;  median {np.median(middle_db):.1f} dB",
            most=4.0,
            unit=" dB",
            lowest_deg=lowest_deg,
        ),
        _map(
            hrtf,
            error_us,
            "and its interaural time difference",
            f"error in microseconds;  median {np.median(error_us):.1f}, 90 % within {np.quantile(error_us, 0.9):.1f}",
            most=20.0,
            unit="",
            lowest_deg=lowest_deg,
        ),
    ]
    return stacked(panels)


def _map(
    hrtf: Hrtf, values: NDArray[np.float64], title: str, subtitle: str, *, most: float, unit: str, lowest_deg: float
) -> Image.Image:
    """Values of directions, each direction as far as it is the nearest, over azimuth and elevation."""
    left, top, width, height = _LEFT_PX, _TOP_PX, _MAP_WIDTH_PX, _MAP_HEIGHT_PX
    column, row = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    azimuth, elevation = 180.0 - 360.0 * column / width, 90.0 - 180.0 * row / height
    measured = scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg)
    nearest = cKDTree(measured).query(scene_from_polar(azimuth, elevation))[1]
    pixels = _coloured(values[nearest] / most)
    # Below the lowest ring nothing was measured.
    gap_deg = 90.0 + lowest_deg
    pixels[elevation < lowest_deg - min(8.0, gap_deg / 2.0)] = _UNMEASURED
    canvas = Image.new("RGB", (_WIDTH_PX, top + height + _FOOT_PX), INK)
    canvas.paste(Image.fromarray(pixels), (left, top))
    draw = ImageDraw.Draw(canvas)
    for azimuth_deg, elevation_deg in zip(hrtf.azimuth_deg, hrtf.elevation_deg, strict=True):
        x, y = left + (0.5 - azimuth_deg / 360.0) * width, top + (0.5 - elevation_deg / 180.0) * height
        draw.ellipse((x - 1, y - 1, x + 1, y + 1), fill=INK)
    draw.text((left, 14), title, font=font(22), fill=PAPER, anchor="lt")
    draw.text((left, 45), subtitle, font=font(16), fill=FAINT, anchor="lt")
    for words, share in zip(("behind", "left", "ahead", "right", "behind"), (0.0, 0.25, 0.5, 0.75, 1.0), strict=True):
        draw.text((left + share * width, top + height + 24), words, font=font(16), fill=FAINT, anchor="ms")
    for elevation_deg in range(-90, 91, 30):
        y = top + (0.5 - elevation_deg / 180.0) * height
        draw.text((left - 10, y), f"{elevation_deg}°", font=font(16), fill=FAINT, anchor="rm")
    ramp = _coloured(np.tile(np.linspace(1.0, 0.0, height)[:, None], (1, 22)))
    canvas.paste(Image.fromarray(ramp), (left + width + 28, top))
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        words = f"{share * most:g}{unit}" + (" or more" if share == 1.0 else "")
        draw.text((left + width + 56, top + (1.0 - share) * height), words, font=font(15), fill=PAPER, anchor="lm")
    return canvas


def _coloured(shares: NDArray[np.float64]) -> NDArray[np.uint8]:
    """RGB from dark (0) to bright (1), evenly to the eye."""
    levels = np.round(255.0 * np.clip(shares, 0.0, 1.0)).astype(np.uint8)
    return np.ascontiguousarray(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[..., ::-1], dtype=np.uint8)
