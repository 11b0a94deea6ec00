"""Windows onto a picture: the whole panorama, perspective views of it, or one photograph.

A :class:`View` is geometry only: an exact mapping between pixels and directions. A :class:`Picture` is pixels seen
through a view, so a panorama, a crop of it and a photograph are one type and every stage can look through any of
them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal, Protocol, TypeVar

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from protocol.coordinates import (
    equirectangular_direction,
    equirectangular_pixel,
    polar_from_scene,
    scene_from_polar,
    wrapped_azimuth_deg,
)
from server.pipeline.attitude import Attitude

Value = TypeVar("Value", bound=np.generic)

_LARGEST_VIEW_PX = 896
# A view that shows less than a tenth of what it might isn't worth a look.
_MOST_UNSEEN = 0.9


class PixelMapping(Protocol):
    """Where the continuous pixel positions of a picture look, both ways; a :class:`View` is one."""

    @property
    def width_px(self) -> int:
        """Columns of the picture."""

    @property
    def height_px(self) -> int:
        """Rows of the picture."""

    def direction(self, column: ArrayLike, row: ArrayLike) -> tuple[Any, Any]:
        """Azimuth and elevation in degrees, arrays in the shape that both broadcast to; NaN where no direction is."""

    def pixel(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> tuple[Any, Any]:
        """Column and row, arrays in the shape that both broadcast to; NaN where the picture doesn't look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An exact mapping between continuous pixel positions and directions.

    Pixel i covers [i, i + 1); the picture's centre is (width_px / 2, height_px / 2). A perspective view has square
    pixels; its optical axis points at (``yaw_deg``, ``pitch_deg``), and about that it is rolled by ``roll_deg``.
    """

    name: str
    projection: Literal["equirectangular", "perspective"]
    width_px: int
    height_px: int
    hfov_deg: float = 360.0
    yaw_deg: float = 0.0
    """Azimuth of the optical axis, positive to the left; 0 for a whole picture."""
    pitch_deg: float = 0.0
    """Elevation of the optical axis, positive up."""
    roll_deg: float = 0.0
    """Positive where the frame's right side went down, and the horizon turned counter-clockwise in it."""

    def __post_init__(self) -> None:
        if self.projection == "perspective" and not 0.0 < self.hfov_deg < 180.0:
            raise ValueError(f"a perspective view can't be {self.hfov_deg}° wide")

    @property
    def focal_px(self) -> float:
        """Focal length of a perspective view in pixels."""
        return self.width_px / 2.0 / float(np.tan(np.radians(self.hfov_deg) / 2.0))

    def direction(self, column: ArrayLike, row: ArrayLike) -> tuple[Any, Any]:
        """Azimuth and elevation in degrees of continuous pixel positions, arrays that broadcast, in their shape."""
        if self.projection == "equirectangular":
            return equirectangular_direction(column, row, width_px=self.width_px, height_px=self.height_px)
        right = np.asarray(column, dtype=np.float64) - self.width_px / 2.0
        down = np.asarray(row, dtype=np.float64) - self.height_px / 2.0
        forward = np.full(np.broadcast(right, down).shape, self.focal_px)
        rays = np.stack(np.broadcast_arrays(forward, -right, -down), axis=-1)
        azimuth_deg, elevation_deg, _ = polar_from_scene(rays @ self._scene_from_view().T)
        return azimuth_deg, elevation_deg

    def pixel(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> tuple[Any, Any]:
        """Continuous column and row of directions, arrays that broadcast, in their shape; inverts :meth:`direction`.

        A direction behind a perspective view has no pixel: both are NaN. A direction in front of it but outside its
        frame has a pixel outside [0, width] × [0, height].
        """
        if self.projection == "equirectangular":
            return equirectangular_pixel(azimuth_deg, elevation_deg, width_px=self.width_px, height_px=self.height_px)
        rays = scene_from_polar(azimuth_deg, elevation_deg) @ self._scene_from_view()
        forward = np.where(rays[..., 0] > 1e-9, rays[..., 0], np.nan)
        column = self.width_px / 2.0 - self.focal_px * rays[..., 1] / forward
        row = self.height_px / 2.0 - self.focal_px * rays[..., 2] / forward
        return column, row

    def contains(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> Any:
        """Whether directions, arrays that broadcast, fall inside the frame: bool, in their shape."""
        column, row = self.pixel(azimuth_deg, elevation_deg)
        with np.errstate(invalid="ignore"):
            return (column >= 0) & (column <= self.width_px) & (row >= 0) & (row <= self.height_px)

    def resized(self, width_px: int, height_px: int) -> View:
        """The same window in other pixels; the aspect ratio must stay."""
        return replace(self, width_px=width_px, height_px=height_px)

    def pixel_solid_angle_sr(self, column: ArrayLike, row: ArrayLike) -> NDArray[np.float64]:
        """Steradians of one pixel at continuous positions, arrays that broadcast; the result has their shape.

        A pixel of an equirectangular picture shrinks with the cosine of its elevation; one of a perspective view at
        (x, y) from the axis covers f / (f² + x² + y²)^(3/2).
        """
        x, y = (np.asarray(position, dtype=np.float64) for position in (column, row))
        if self.projection == "equirectangular":
            elevation = np.pi * (0.5 - y / self.height_px) + 0.0 * x
            shrunk: NDArray[np.float64] = 2.0 * np.pi**2 / (self.width_px * self.height_px) * np.cos(elevation)
            return shrunk
        x, y, focal_px = x - self.width_px / 2.0, y - self.height_px / 2.0, self.focal_px
        seen: NDArray[np.float64] = focal_px / (focal_px**2 + x**2 + y**2) ** 1.5
        return seen

    def _scene_from_view(self) -> NDArray[np.float64]:
        """The rotation that takes a ray (front, left, up) of the view into the scene frame."""
        yaw, pitch, roll = np.radians(self.yaw_deg), np.radians(self.pitch_deg), np.radians(self.roll_deg)
        turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
        tilt = np.array([[np.cos(pitch), 0, -np.sin(pitch)], [0, 1, 0], [np.sin(pitch), 0, np.cos(pitch)]])
        lean = np.array([[1, 0, 0], [0, np.cos(roll), -np.sin(roll)], [0, np.sin(roll), np.cos(roll)]])
        rotation: NDArray[np.float64] = turn @ tilt @ lean
        return rotation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """Pixels seen through a view.

    Attributes:
        pixels: uint8 RGB of shape (height_px, width_px, 3), display-referred (sRGB).
        view: where each pixel looks.
        sha256: of all that stages see: pixels, what is unseen, projection and field of view; names the picture in cache
            keys.
        heading_deg: compass heading of a whole picture's centre in [0, 360), clockwise from north, where it is known.
        attitude: how its camera is known to have been tilted, where the picture isn't levelled yet; None: nobody says.
        unseen: bool of shape (height_px, width_px), true where nothing was photographed: what the pixels show there is
            no sky, no ceiling and no ground. None: everything was.
        file_sha256: of the pixels as the file has them, however they are looked at; names the file.
        original: where the pixels of the file look that it was read from, upright and in full size, as a viewer shows
            it; None: that is ``view``.
        taken_for: what the file was taken for, and why, in words.
        notices: what else a person should know of how the file was read.
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    view: View
    sha256: str = ""
    heading_deg: float | None = None
    attitude: Attitude | None = None
    unseen: NDArray[np.bool_] | None = field(default=None, repr=False)
    file_sha256: str = ""
    original: PixelMapping | None = None
    taken_for: str = ""
    notices: tuple[str, ...] = ()

    def unseen_in(self, view: View) -> NDArray[np.bool_]:
        """Which pixels show, at least in part, what was not photographed: (H, W) of its window in other pixels."""
        if self.unseen is None:
            return np.zeros((view.height_px, view.width_px), np.bool_)
        return resized_mask(self.unseen, view.width_px, view.height_px)


def pixel_values(image: NDArray[Value], column: NDArray[np.float64], row: NDArray[np.float64]) -> NDArray[Value]:
    """What the pixels at continuous positions hold.

    Args:
        image: shape (H, W).
        column: of any shape; beyond the frame the nearest pixel answers.
        row: of the same shape.

    Returns:
        Values in that shape.

    >>> pixel_values(np.array([[1, 2], [3, 4]]), np.array([0.9, 2.0]), np.array([0.0, 1.5]))
    array([1, 4])
    """
    height_px, width_px = image.shape
    at_column = np.clip(np.floor(column).astype(np.int64), 0, width_px - 1)
    at_row = np.clip(np.floor(row).astype(np.int64), 0, height_px - 1)
    found: NDArray[Value] = image[at_row, at_column]
    return found


def resized_mask(mask: NDArray[np.bool_], width_px: int, height_px: int) -> NDArray[np.bool_]:
    """A mask at another size, True where any of what a pixel covers is.

    Args:
        mask: shape (H, W).
        width_px: of the result.
        height_px: of the result.

    Returns:
        Shape (height_px, width_px).

    >>> resized_mask(np.array([[True, False, False, False]]), 2, 1)
    array([[ True, False]])
    """
    if mask.shape == (height_px, width_px):
        return mask
    shrinks = width_px < mask.shape[1] or height_px < mask.shape[0]
    kind = cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST
    share = cv2.resize(mask.astype(np.float32), (width_px, height_px), interpolation=kind)
    return np.asarray(share > 1e-3)


def split(picture: Picture, count: int) -> tuple[Picture, ...]:
    """Perspective views all round a panorama, level, square and overlapping; a photograph is its own only view.

    Neighbours overlap by at least 30°, eight views by half: what is narrower than the overlap is whole in some view.
    A view has the panorama's own resolution at its centre, but no more than 896 pixels a side.

    Args:
        picture: a panorama or a photograph.
        count: how many views of a panorama, at least 4; view i looks at azimuth i · 360° / count, to the nearest
            column of the panorama.

    Returns:
        As many, or fewer: those that show hardly anything that was photographed are left out, unless all do.
    """
    if picture.view.projection == "perspective":
        return (picture,)
    size_px = min(_LARGEST_VIEW_PX, max(8, round(picture.view.width_px / np.pi)))
    hfov_deg = max(90.0, 360.0 / count + 30.0)
    panorama = _shrunk(picture.pixels, to_width_px=4 * _LARGEST_VIEW_PX)
    height_px, width_px = panorama.shape[:2]
    mask = None if picture.unseen is None else resized_mask(picture.unseen, width_px, height_px).astype(np.uint8) * 255
    columns_px, rows_px, span_px = _sampling_maps(width_px, height_px, hfov_deg, size_px)
    views = []
    for number in range(count):
        turned_px = round(number * width_px / count)
        start = (width_px // 2 - turned_px - span_px // 2) % width_px
        pixels = cv2.remap(
            _columns(panorama, start, span_px), columns_px, rows_px, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        view = View(
            name=f"view-{number}",
            projection="perspective",
            width_px=size_px,
            height_px=size_px,
            hfov_deg=hfov_deg,
            yaw_deg=float(wrapped_azimuth_deg(turned_px * 360.0 / width_px)),
        )
        digest = f"{picture.sha256}/{view.name}/{count}" if picture.sha256 else ""
        unseen = None
        if mask is not None:
            covered = cv2.remap(
                _columns(mask, start, span_px), columns_px, rows_px, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
            unseen = covered > 0
        views.append(Picture(pixels=np.asarray(pixels, dtype=np.uint8), view=view, sha256=digest, unseen=unseen))
    worth_a_look = [each for each in views if each.unseen is None or each.unseen.mean() <= _MOST_UNSEEN]
    return tuple(worth_a_look or views)


def _columns(panorama: NDArray[np.uint8], start: int, count: int) -> NDArray[np.uint8]:
    """Columns from ``start`` on, beyond the seam those from the other side: all views look at alike slices of these."""
    beyond = start + count - panorama.shape[1]
    if beyond <= 0:
        return panorama[:, start : start + count]
    return np.concatenate([panorama[:, start:], panorama[:, :beyond]], axis=1)


def _shrunk(panorama: NDArray[np.uint8], *, to_width_px: int) -> NDArray[np.uint8]:
    """A panorama so much finer than its views that sampling would alias is first averaged down."""
    factor = panorama.shape[1] // to_width_px
    if factor < 2:
        return panorama
    size = (panorama.shape[1] // factor, panorama.shape[0] // factor)
    return np.asarray(cv2.resize(panorama, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


@lru_cache(maxsize=4)
def _sampling_maps(width_px: int, height_px: int, hfov_deg: float, size_px: int) -> tuple[Any, Any, int]:
    """Fixed-point maps for cv2.remap from a slice of the panorama around a view's axis, and that slice's width."""
    view = View(name="", projection="perspective", width_px=size_px, height_px=size_px, hfov_deg=hfov_deg)
    centres = np.arange(size_px) + 0.5
    azimuth_deg, elevation_deg = view.direction(*np.meshgrid(centres, centres))
    # An even number of columns on either side of the axis, with one to spare for the interpolation.
    span_px = 2 * (int(np.ceil(hfov_deg / 720.0 * width_px)) + 1)
    column = (span_px // 2 + width_px / 2.0 - width_px // 2) - azimuth_deg / 360.0 * width_px
    _, row = equirectangular_pixel(azimuth_deg, elevation_deg, width_px=width_px, height_px=height_px)
    # remap counts from the centre of the first pixel.
    maps = cv2.convertMaps((column - 0.5).astype(np.float32), (row - 0.5).astype(np.float32), cv2.CV_16SC2)
    return maps[0], maps[1], span_px
