"""A whole equirectangular sphere, or the part of one that Photo Sphere XMP Metadata tell of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from protocol.coordinates import equirectangular_direction, equirectangular_pixel

_ROUNDED = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class SpherePart:
    """A part of an equirectangular sphere.

    Attributes:
        width_px: columns of the file.
        height_px: rows of the file.
        full_width_px: columns that the whole sphere would have.
        full_height_px: rows that the whole sphere would have; need not be half as many.
        left_px: where the part begins on the sphere; it may go on beyond the right edge, round the back.
        top_px: rows of the sphere above the part.
    """

    width_px: int
    height_px: int
    full_width_px: float
    full_height_px: float
    left_px: float = 0.0
    top_px: float = 0.0

    @classmethod
    def whole(cls, width_px: int, height_px: int) -> Self:
        """A whole sphere, however it was stretched."""
        return cls(width_px=width_px, height_px=height_px, full_width_px=width_px, full_height_px=height_px)

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole sphere, twice as wide as high, each to 0.5 %."""
        parts = (self.full_width_px / self.width_px, self.full_height_px / self.height_px)
        aspect = self.width_px / self.height_px / 2.0
        return all(abs(each - 1.0) <= _ROUNDED for each in (*parts, aspect)) and self.left_px == self.top_px == 0.0

    @property
    def hfov_deg(self) -> float:
        """How far around it goes, in degrees."""
        return 360.0 * self.width_px / self.full_width_px

    @property
    def vfov_deg(self) -> float:
        """From its lowest to its highest row, in degrees."""
        return 180.0 * self.height_px / self.full_height_px

    @property
    def sphere_width_px(self) -> float:
        """Columns of a whole sphere that is as fine as the file."""
        return self.full_width_px

    def direction(self, column: ArrayLike, row: ArrayLike) -> tuple[Any, Any]:
        """Azimuth and elevation in degrees of continuous pixel positions, arrays of any shape."""
        return equirectangular_direction(
            np.asarray(column, dtype=np.float64) + self.left_px,
            np.asarray(row, dtype=np.float64) + self.top_px,
            width_px=self.full_width_px,
            height_px=self.full_height_px,
        )

    def pixel(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> tuple[Any, Any]:
        """Continuous column and row of directions, arrays of any shape; NaN outside the part."""
        column, row = equirectangular_pixel(
            azimuth_deg, elevation_deg, width_px=self.full_width_px, height_px=self.full_height_px
        )
        column = np.mod(column - self.left_px, self.full_width_px)
        row = row - self.top_px
        seen = (column <= self.width_px) & (row >= 0.0) & (row <= self.height_px)
        return np.where(seen, column, np.nan), np.where(seen, row, np.nan)
