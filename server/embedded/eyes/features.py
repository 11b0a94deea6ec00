"""What can be measured at each pixel of a picture, before it is said what the pixel shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from server.pipeline.footprint import pixel_solid_angle_sr
from server.pipeline.views import Picture, View

Grid = NDArray[np.float32]

# Maps are this wide. Measuring is done at half of it, so that a picture of half the size measures the same.
_PANORAMA_PX = 1024
_PHOTOGRAPH_PX = 768
_MEASURED_AT = 0.5
_PAD_PX = 48
_BLANK_LIGHTNESS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """Measurements, each float32 (H, W), at half the resolution of the land-cover map.

    Attributes:
        view: the picture's window in these pixels.
        lightness: CIELAB L*, [0, 100].
        green_red: CIELAB a*: negative is green.
        blue_yellow: CIELAB b*: negative is blue.
        grain: local deviation of L* within about 2°, L* units.
        detail: L* less its blur over 1°: the fine structure itself.
        body_grain: grain less the ridge that it has along a lone edge: of what is rough through and through.
        smoothness_grain: the grain of the smoothest neighbourhood that a pixel belongs to, so that what is smooth
            stays so up to its edge.
        bright_lines: how much a thin bright line stands out from its surroundings (white top-hat), L* units.
        dark_lines: how much a thin dark line does (black top-hat).
        elevation_deg: of each pixel.
        solid_angle_sr: of each pixel.
        edges: the lightness of the picture at the map's full resolution, for edge-aware smoothing, (2H, 2W).
    """

    view: View
    lightness: Grid = field(repr=False)
    green_red: Grid = field(repr=False)
    blue_yellow: Grid = field(repr=False)
    grain: Grid = field(repr=False)
    detail: Grid = field(repr=False)
    body_grain: Grid = field(repr=False)
    smoothness_grain: Grid = field(repr=False)
    bright_lines: Grid = field(repr=False)
    dark_lines: Grid = field(repr=False)
    elevation_deg: Grid = field(repr=False)
    solid_angle_sr: Grid = field(repr=False)
    edges: Grid = field(repr=False)

    @property
    def panorama(self) -> bool:
        """Whether the picture goes all the way round."""
        return self.view.projection == "equirectangular"

    @property
    def is_blank(self) -> bool:
        """Whether the picture shows nothing: its lightness hardly varies."""
        return float(np.std(self.lightness)) < _BLANK_LIGHTNESS

    @property
    def px_deg(self) -> float:
        """The angle of a pixel at the horizon or in the middle."""
        return 360.0 / self.view.width_px if self.panorama else float(np.degrees(1.0 / self.view.focal_px))

    @property
    def chroma(self) -> Grid:
        """CIELAB C*."""
        return np.hypot(self.green_red, self.blue_yellow)

    @property
    def roughness(self) -> Grid:
        """Grain relative to lightness: what is in the shade is as rough as what is in the sun."""
        return self.grain / (self.lightness + np.float32(8.0))


def map_view(view: View) -> View:
    """The window of a picture in the pixels of its land-cover map: both sides even, at most 1024 wide."""
    if view.projection == "equirectangular":
        return view.resized(_PANORAMA_PX, _PANORAMA_PX // 2)
    scale = min(1.0, _PHOTOGRAPH_PX / view.width_px, _PHOTOGRAPH_PX / view.height_px)
    width_px, height_px = (max(2, 2 * round(side * scale / 2.0)) for side in (view.width_px, view.height_px))
    return view.resized(width_px, height_px)


@lru_cache(maxsize=1)
def features(picture: Picture) -> Features:
    """The measurements of a picture."""
    full = map_view(picture.view)
    around = picture.view.projection == "equirectangular"
    pixels = _resized(picture.pixels, full.width_px, full.height_px)
    half = full.resized(round(full.width_px * _MEASURED_AT), round(full.height_px * _MEASURED_AT))
    small = _resized(pixels, half.width_px, half.height_px)
    lab = _padded(_cielab(small), around=around)
    lightness = np.ascontiguousarray(lab[..., 0])
    detail = lightness - blurred(lightness, 1.5)
    grain = _deviation(detail, 3.0)
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    soft = blurred(lightness, 0.6)
    column, row = np.meshgrid(np.arange(half.width_px) + 0.5, np.arange(half.height_px) + 0.5)
    _, elevation_deg = half.direction(column, row)

    def cropped(grid: Grid) -> Grid:
        inner = grid[:, _PAD_PX:-_PAD_PX] if around else grid
        return np.ascontiguousarray(inner, dtype=np.float32)

    edges = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) * np.float32(100.0 / 255.0)
    return Features(
        view=half,
        lightness=cropped(lightness),
        green_red=cropped(blurred(np.ascontiguousarray(lab[..., 1]), 1.0)),
        blue_yellow=cropped(blurred(np.ascontiguousarray(lab[..., 2]), 1.0)),
        grain=cropped(grain),
        detail=cropped(detail),
        body_grain=cropped(np.asarray(cv2.morphologyEx(grain, cv2.MORPH_OPEN, element), dtype=np.float32)),
        smoothness_grain=cropped(np.asarray(cv2.erode(grain, element), dtype=np.float32)),
        bright_lines=cropped(np.asarray(cv2.morphologyEx(soft, cv2.MORPH_TOPHAT, element), dtype=np.float32)),
        dark_lines=cropped(np.asarray(cv2.morphologyEx(soft, cv2.MORPH_BLACKHAT, element), dtype=np.float32)),
        elevation_deg=np.broadcast_to(elevation_deg, column.shape).astype(np.float32),
        solid_angle_sr=pixel_solid_angle_sr(half, column, row).astype(np.float32),
        edges=edges,
    )


def blurred(grid: Grid, sigma_px: float) -> Grid:
    """A Gaussian blur; the border is mirrored."""
    return np.asarray(cv2.GaussianBlur(grid, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT), dtype=np.float32)


def edge_aware(grid: Grid, guide: Grid, *, radius_px: int, contrast: float, around: bool) -> Grid:
    """A grid smoothed where the guide is smooth, and not across the guide's edges.

    The guided filter (He, Sun & Tang 2013, equations 5 and 6), with box windows.

    Args:
        grid: (H, W).
        guide: (H, W).
        radius_px: half the window.
        contrast: edges of the guide above this stay, in its units.
        around: whether the columns go on around.
    """
    pad = min(2 * radius_px, grid.shape[1])
    source, wide = (np.pad(one, ((0, 0), (pad, pad)), mode="wrap" if around else "symmetric") for one in (grid, guide))

    def mean(value: Grid) -> Grid:
        side = 2 * radius_px + 1
        return np.asarray(cv2.blur(value, (side, side), borderType=cv2.BORDER_REFLECT), dtype=np.float32)

    mean_guide, mean_source = mean(wide), mean(source)
    slope = (mean(wide * source) - mean_guide * mean_source) / (
        np.maximum(mean(wide * wide) - mean_guide**2, 0) + np.float32(contrast**2)
    )
    smooth: Grid = mean(slope) * wide + mean(mean_source - slope * mean_guide)
    return smooth[:, pad : pad + grid.shape[1]]


def _resized(pixels: NDArray[np.uint8], width_px: int, height_px: int) -> NDArray[np.uint8]:
    shrinks = width_px <= pixels.shape[1] and height_px <= pixels.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width_px, height_px), interpolation=how), dtype=np.uint8)


def _cielab(pixels: NDArray[np.uint8]) -> Grid:
    """CIE L*a*b* (D65) of sRGB, float32 (H, W, 3)."""
    unit = pixels.astype(np.float32) / np.float32(255.0)
    return np.asarray(cv2.cvtColor(unit, cv2.COLOR_RGB2LAB), dtype=np.float32)


def _padded(image: Grid, *, around: bool) -> Grid:
    return np.pad(image, ((0, 0), (_PAD_PX, _PAD_PX), (0, 0)), mode="wrap") if around else image


def _deviation(detail: Grid, sigma_px: float) -> Grid:
    return np.sqrt(blurred(detail * detail, sigma_px))
