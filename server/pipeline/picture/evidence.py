"""What the pixels of a picture tell of its projection.

Differences are measured between colours averaged down to a few hundred columns, so that noise and grain tell nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from server.pipeline.picture.projections.cube import LAYOUTS, CubeMap, grid_of
from server.pipeline.picture.projections.fisheye import Fisheye
from server.pipeline.picture.projections.stereo import Stereo

Floats = NDArray[np.float32]

_COLUMNS = 512
_DARK = 16.0
_SQUARE = 0.02
_BROKEN = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """How the edges of a picture look that would be a whole sphere.

    The bounds were found on two dozen panoramas and on photographs drawn from them: of panoramas ``step`` is 1.3 at
    most and ``gap`` 0.5; of photographs nearly all have a step above 2.5.

    Attributes:
        step: from the last column to the first, as a multiple of what nine of ten neighbouring columns differ by.
        gap: the same step, as a part of what columns far apart differ by.
        poles: how much the top and the bottom row vary, the lesser of both, as a multiple of the median row.
    """

    step: float
    gap: float
    poles: float

    @property
    def go_around(self) -> bool:
        """Whether the right edge goes on at the left edge."""
        return self.step <= 1.5 and self.gap <= 0.5

    @property
    def are_a_photographs(self) -> bool:
        """Whether the right edge doesn't go on at the left one, nor do the rows at top and bottom show one point."""
        return self.step >= _BROKEN and self.gap >= 0.5 and self.poles >= 0.15

    @property
    def are_a_spheres(self) -> bool:
        """Whether the right edge goes on at the left one, and a row at top or bottom may show one point."""
        return self.go_around and self.poles <= 0.7


def edges_of(pixels: NDArray[np.uint8]) -> Edges:
    """The edges of a picture of shape (rows, columns, 3); of one without any difference they tell nothing."""
    small = _small(pixels)
    width_px = small.shape[1]

    def difference(column: Floats) -> NDArray[np.float64]:
        found: NDArray[np.float64] = np.abs(small - column).mean(axis=(0, 2), dtype=np.float64)
        return found

    from_left, from_right = difference(small[:, :1]), difference(small[:, -1:])
    middle = slice(width_px // 4, 3 * width_px // 4)
    far = min(np.median(from_left[middle]), np.median(from_right[middle]))
    near = np.quantile(np.abs(np.diff(small, axis=1)).mean(axis=(0, 2)), 0.9)
    rows = np.abs(small - np.median(small, axis=1, keepdims=True)).mean(axis=(1, 2), dtype=np.float64)
    if far < 1.0:
        return Edges(step=2.0, gap=1.0, poles=0.0)
    step = from_left[-1]
    return Edges(
        step=float(step / max(near, 0.1)),
        gap=float(step / far),
        poles=float(min(rows[0], rows[-1]) / max(np.median(rows), 0.1)),
    )


def looks_like_fisheyes(pixels: NDArray[np.uint8], lenses: int) -> bool:
    """Whether there are circles of light on black, one or two side by side.

    Args:
        pixels: of shape (rows, columns, 3).
        lenses: how many circles there should be.
    """
    if abs(pixels.shape[1] / pixels.shape[0] / lenses - 1.0) > _SQUARE:
        return False
    small = _small(pixels).max(axis=2)
    height_px, width_px = small.shape
    y, x = np.mgrid[:height_px, :width_px] + 0.5
    part_px = width_px / lenses
    aside, down = np.mod(x, part_px) - part_px / 2.0, y - height_px / 2.0
    radius = np.hypot(aside, down) / (height_px / 2.0)
    if np.mean(small[radius > 1.04] < _DARK) < 0.97:
        return False
    rim = small[(radius > 0.88) & (radius < 0.96)]
    return bool(np.mean(rim > _DARK) > 0.6)


def fisheye_fov_deg(pixels: NDArray[np.uint8]) -> float | None:
    """From rim to rim of two circles, by what both of them show; None where that doesn't tell.

    Args:
        pixels: of shape (rows, columns, 3), two circles side by side.
    """
    small = _small(pixels)
    height_px, width_px = small.shape[:2]
    # A ring around the axis, within what both lenses see of the side.
    turn, aside = np.meshgrid(np.linspace(0.0, 2.0 * np.pi, 360, endpoint=False), np.radians(np.arange(-3.0, 3.5, 1.0)))
    rays = np.stack([np.sin(aside), np.cos(aside) * np.cos(turn), np.cos(aside) * np.sin(turn)], axis=-1)
    likeness = {}
    for fov_deg in np.arange(187.0, 221.0, 1.0):
        lens = Fisheye(width_px=width_px, height_px=height_px, lenses=2, fov_deg=float(fov_deg))
        sides = []
        for behind in (False, True):
            column, row = lens.pixel_in(rays, np.full(turn.shape, behind))
            x, y = (column - 0.5).astype(np.float32), (row - 0.5).astype(np.float32)
            sides.append(cv2.remap(small, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
        likeness[float(fov_deg)] = _likeness(*sides)
    best = max(likeness, key=lambda fov_deg: likeness[fov_deg])
    return best if likeness[best] > 0.8 else None


def looks_like_stereo(pixels: NDArray[np.uint8]) -> bool:
    """Whether the halves of a picture show one place, over one another or side by side.

    Two halves of a picture that goes all round may be alike, too, where a place is symmetrical.

    Args:
        pixels: of shape (rows, columns, 3).
    """
    height_px, width_px = pixels.shape[:2]
    if not any(abs(width_px / height_px / aspect - 1.0) <= _SQUARE for aspect in (1.0, 2.0, 4.0)):
        return False
    stereo = Stereo.of(width_px, height_px)
    rows, columns = stereo.eye.height_px, stereo.eye.width_px
    eyes = pixels[:rows, :columns], pixels[-rows:, -columns:]
    left, right = (cv2.resize(eye, (64, 32), interpolation=cv2.INTER_AREA).astype(np.float32) for eye in eyes)
    if _likeness(left, right) < 0.85:
        return False
    if stereo.eye.full_width_px > columns:
        return edges_of(pixels).step >= 2.0
    return edges_of(eyes[0]).go_around


def cube_layout(pixels: NDArray[np.uint8]) -> tuple[str, float] | None:
    """The layout by which neighbouring faces of a cube map fit best, and how well; None where no grid has this shape.

    How well is the difference between the two sides of an edge, which three of four edges don't exceed, as a part of
    the difference between sides of different edges: near 0 for cube maps, near 1 for anything else, and more where
    cells that should be empty aren't.

    Args:
        pixels: of shape (rows, columns, 3).
    """
    height_px, width_px = pixels.shape[:2]
    fits = {}
    for layout in LAYOUTS:
        columns, rows = grid_of(layout)
        if abs(width_px / columns / (height_px / rows) - 1.0) <= _SQUARE:
            small = cv2.resize(pixels, (96 * columns, 96 * rows), interpolation=cv2.INTER_AREA).astype(np.float32)
            cube = CubeMap(width_px=96 * columns, height_px=96 * rows, layout=layout)
            fits[layout] = _misfit(small, cube) + _fullness(small, cube)
    return min(fits.items(), key=lambda item: item[1]) if fits else None


def _misfit(small: Floats, cube: CubeMap) -> float:
    along = np.linspace(-0.9, 0.9, 64)
    axes = np.eye(3)
    sides: tuple[list[Any], list[Any]] = ([], [])
    for first, second, third in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
        for one in (-1.0, 1.0):
            for other in (-1.0, 1.0):
                for side, (a, b) in zip(sides, ((1.02, 1.0), (1.0, 1.02)), strict=True):
                    ray = a * one * axes[first] + b * other * axes[second] + along[:, None] * axes[third]
                    azimuth_deg = np.degrees(np.arctan2(ray[:, 1], ray[:, 0]))
                    elevation_deg = np.degrees(np.arctan2(ray[:, 2], np.hypot(ray[:, 0], ray[:, 1])))
                    column, row = cube.pixel(azimuth_deg, elevation_deg)
                    side.append(small[row.astype(int), column.astype(int)])
    one_side, other_side = np.stack(sides[0]), np.stack(sides[1])
    between = np.abs(one_side[:, None] - other_side[None]).mean(axis=(2, 3))
    return float(np.quantile(np.diag(between), 0.75) / max(np.median(between), 1.0))


def _fullness(small: Floats, cube: CubeMap) -> float:
    """How much there is in the cells that a layout leaves empty: 0 for one colour, about 1 for a picture."""
    rows, columns = np.mgrid[: cube.height_px, : cube.width_px]
    azimuth_deg, _ = cube.direction(columns + 0.5, rows + 0.5)
    empty = small[np.isnan(azimuth_deg)]
    return float(empty.std(axis=0).mean()) / 32.0 if empty.size else 0.0


def _likeness(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Correlation of two pictures, each without what whole rows and whole columns have in common."""

    def centred(picture: NDArray[Any]) -> NDArray[np.float64]:
        values = picture.astype(np.float64)
        across, down = values.mean(axis=0, keepdims=True), values.mean(axis=1, keepdims=True)
        varied: NDArray[np.float64] = values - across - down + values.mean(axis=(0, 1))
        return varied

    a, b = centred(one), centred(other)
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    # Pictures that hardly vary are alike without showing one place.
    return float((a * b).sum()) / size if size > 25.0 * a.size else 0.0


def _small(pixels: NDArray[np.uint8]) -> Floats:
    height_px, width_px = pixels.shape[:2]
    if width_px > _COLUMNS:
        size_px = (_COLUMNS, max(8, round(height_px * _COLUMNS / width_px)))
        pixels = np.asarray(cv2.resize(pixels, size_px, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return pixels.astype(np.float32)
