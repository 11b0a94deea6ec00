"""A panorama on an upright cylinder, as phones stitch it while they are turned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from protocol.coordinates import wrapped_azimuth_deg


@dataclass(frozen=True, slots=True, kw_only=True)
class Cylinder:
    """A central projection onto a cylinder: equal steps across are equal azimuths, rows go as tan(elevation).

    Attributes:
        width_px: columns of the file.
        height_px: rows of the file.
        hfov_deg: how far around the columns go, at most 360°.
        horizon_px: the row of the horizon; it may lie outside the picture.
        azimuth_deg: of the middle column.
    """

    width_px: int
    height_px: int
    hfov_deg: float
    horizon_px: float
    azimuth_deg: float = 0.0

    @property
    def vfov_deg(self) -> float:
        """From the lowest to the highest row in degrees."""
        top, foot = self._elevation_deg(np.array([0.0, self.height_px]))
        return float(top - foot)

    @property
    def sphere_width_px(self) -> float:
        """Columns of a whole sphere that is as fine as the file."""
        return self.width_px * 360.0 / self.hfov_deg

    def direction(self, column: ArrayLike, row: ArrayLike) -> tuple[Any, Any]:
        """Azimuth and elevation in degrees of continuous pixel positions, arrays that broadcast, in their shape."""
        column, row = np.broadcast_arrays(np.asarray(column, dtype=np.float64), np.asarray(row, dtype=np.float64))
        aside = (0.5 - column / self.width_px) * self.hfov_deg
        return wrapped_azimuth_deg(self.azimuth_deg + aside), self._elevation_deg(row)

    def pixel(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> tuple[Any, Any]:
        """Continuous column and row of directions, arrays that broadcast, in their shape; NaN outside the picture."""
        aside = wrapped_azimuth_deg(np.asarray(azimuth_deg, dtype=np.float64) - self.azimuth_deg)
        steep = np.radians(np.clip(np.asarray(elevation_deg, dtype=np.float64), -89.9, 89.9))
        column, row = np.broadcast_arrays(
            (0.5 - aside / self.hfov_deg) * self.width_px, self.horizon_px - self._radius_px * np.tan(steep)
        )
        seen = (column >= 0.0) & (column <= self.width_px) & (row >= 0.0) & (row <= self.height_px)
        return np.where(seen, column, np.nan), np.where(seen, row, np.nan)

    @property
    def _radius_px(self) -> float:
        return self.width_px / float(np.radians(self.hfov_deg))

    def _elevation_deg(self, row: ArrayLike) -> Any:
        return np.degrees(np.arctan((self.horizon_px - np.asarray(row, dtype=np.float64)) / self._radius_px))
