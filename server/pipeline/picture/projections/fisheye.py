"""One or two circles that fisheye lenses leave on a sensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from protocol.coordinates import polar_from_scene, scene_from_polar


@dataclass(frozen=True, slots=True, kw_only=True)
class Fisheye:
    """Equidistant fisheyes (r = f · θ), each circle touching the longer sides of its part of the file.

    With two lenses the left circle looks ahead and the right one behind, both level; a direction that both show is
    taken from the one that is nearer to its axis.

    Attributes:
        width_px: columns of the file.
        height_px: rows of the file.
        lenses: 1, or 2 side by side.
        fov_deg: from rim to rim of a circle.
    """

    width_px: int
    height_px: int
    lenses: int
    fov_deg: float

    @property
    def radius_px(self) -> float:
        """Of a circle."""
        return min(self.width_px / self.lenses, self.height_px) / 2.0

    @property
    def sphere_width_px(self) -> float:
        """Columns of a whole sphere that is as fine as the file."""
        return 2.0 * self.radius_px * 360.0 / self.fov_deg

    def direction(self, column: ArrayLike, row: ArrayLike) -> tuple[Any, Any]:
        """Azimuth and elevation in degrees of pixel positions, arrays of any shape; NaN outside the circles."""
        column, row = np.broadcast_arrays(np.asarray(column, dtype=np.float64), np.asarray(row, dtype=np.float64))
        part_px = self.width_px / self.lenses
        behind = (column > part_px) if self.lenses == 2 else np.zeros(column.shape, np.bool_)
        right = column - np.where(behind, 1.5, 0.5) * part_px
        down = row - self.height_px / 2.0
        radius = np.hypot(right, down)
        theta = np.where(radius <= self.radius_px, radius / self._px_per_rad, np.nan)
        sideways = np.sin(theta) / np.where(radius > 0.0, radius, 1.0)
        turn = np.where(behind, -1.0, 1.0)
        rays = np.stack([turn * np.cos(theta), -turn * right * sideways, -down * sideways], axis=-1)
        azimuth_deg, elevation_deg, _ = polar_from_scene(rays)
        return azimuth_deg, elevation_deg

    def pixel(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> tuple[Any, Any]:
        """Continuous column and row of directions, arrays that broadcast, in their shape; NaN where no circle looks."""
        rays = scene_from_polar(azimuth_deg, elevation_deg)
        behind = (rays[..., 0] < 0.0) if self.lenses == 2 else np.zeros(rays.shape[:-1], np.bool_)
        return self.pixel_in(rays, behind)

    def pixel_in(self, rays: Any, behind: Any) -> tuple[Any, Any]:
        """Continuous column and row of rays in a chosen circle.

        Args:
            rays: unit vectors (front, left, up), shape (…, 3).
            behind: whether the lens is the one that looks behind, in the rays' shape.

        Returns:
            Two arrays of shape (…); NaN beyond the circle's rim.
        """
        turn = np.where(behind, -1.0, 1.0)
        forward, right, down = turn * rays[..., 0], -turn * rays[..., 1], -rays[..., 2]
        aside = np.hypot(right, down)
        radius = np.arctan2(aside, forward) * self._px_per_rad
        scale = np.where(radius <= self.radius_px, radius / np.where(aside > 0.0, aside, 1.0), np.nan)
        column = np.where(behind, 1.5, 0.5) * (self.width_px / self.lenses) + right * scale
        return column, self.height_px / 2.0 + down * scale

    @property
    def _px_per_rad(self) -> float:
        return self.radius_px / float(np.radians(self.fov_deg) / 2.0)
