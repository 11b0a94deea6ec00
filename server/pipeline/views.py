"""Windows onto a picture: the whole panorama, perspective views of it, or one photograph.

A :class:`View` is geometry only: an exact mapping between pixels and directions. A :class:`Picture` is pixels seen
through a view, so a panorama, a crop of it and a photograph are one type and every stage can look through any of
them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protocol.coordinates import equirectangular_direction, equirectangular_pixel, polar_from_scene, scene_from_polar


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An exact mapping between continuous pixel positions and directions.

    Pixel i covers [i, i + 1); the picture's centre is (width_px / 2, height_px / 2). A perspective view has square
    pixels and no roll; its optical axis points at (``yaw_deg``, ``pitch_deg``).
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

    @property
    def focal_px(self) -> float:
        """Focal length of a perspective view in pixels."""
        return self.width_px / 2.0 / float(np.tan(np.radians(self.hfov_deg) / 2.0))

    def direction(self, column: ArrayLike, row: ArrayLike) -> tuple[Any, Any]:
        """Azimuth and elevation in degrees of continuous pixel positions."""
        if self.projection == "equirectangular":
            return equirectangular_direction(column, row, width_px=self.width_px, height_px=self.height_px)
        right = np.asarray(column, dtype=np.float64) - self.width_px / 2.0
        down = np.asarray(row, dtype=np.float64) - self.height_px / 2.0
        forward = np.full(np.broadcast(right, down).shape, self.focal_px)
        rays = np.stack(np.broadcast_arrays(forward, -right, -down), axis=-1)
        azimuth_deg, elevation_deg, _ = polar_from_scene(rays @ self._scene_from_view().T)
        return azimuth_deg, elevation_deg

    def pixel(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> tuple[Any, Any]:
        """Continuous column and row of directions; the inverse of :meth:`direction`.

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
        """Whether directions fall inside the frame."""
        column, row = self.pixel(azimuth_deg, elevation_deg)
        with np.errstate(invalid="ignore"):
            return (column >= 0) & (column <= self.width_px) & (row >= 0) & (row <= self.height_px)

    def resized(self, width_px: int, height_px: int) -> View:
        """The same window in other pixels; the aspect ratio must stay."""
        return View(
            name=self.name,
            projection=self.projection,
            width_px=width_px,
            height_px=height_px,
            hfov_deg=self.hfov_deg,
            yaw_deg=self.yaw_deg,
            pitch_deg=self.pitch_deg,
        )

    def _scene_from_view(self) -> NDArray[np.float64]:
        """The rotation that takes a ray (front, left, up) of the view into the scene frame."""
        yaw, pitch = np.radians(self.yaw_deg), np.radians(self.pitch_deg)
        turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
        tilt = np.array([[np.cos(pitch), 0, -np.sin(pitch)], [0, 1, 0], [np.sin(pitch), 0, np.cos(pitch)]])
        rotation: NDArray[np.float64] = turn @ tilt
        return rotation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """Pixels seen through a view.

    Attributes:
        pixels: uint8 RGB of shape (height_px, width_px, 3), display-referred (sRGB).
        view: where each pixel looks.
        sha256: of the pixels, projection and field of view; names the picture in cache keys.
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    view: View
    sha256: str = ""
