"""Two spheres, or two halves of one, for two eyes: the left eye counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from server.pipeline.picture.projections.sphere_part import SpherePart

Layout = Literal["over-under", "side-by-side"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stereo:
    """A file of two equirectangular pictures of one place; the upper or the left one is the left eye's.

    Attributes:
        layout: how the two lie.
        eye: what either eye sees; from the zenith to the nadir.
    """

    layout: Layout
    eye: SpherePart

    @classmethod
    def of(cls, width_px: int, height_px: int, hfov_deg: float | None = None) -> Stereo:
        """The layout by which an eye's picture comes nearest to 360° (2:1) or 180° (1:1).

        Args:
            width_px: columns of the file.
            height_px: rows of the file.
            hfov_deg: how far around an eye sees, where that is known.
        """
        aspect = width_px / height_px
        aspects: dict[Layout, float] = {"over-under": 2.0 * aspect, "side-by-side": aspect / 2.0}

        def slip(layout: Layout) -> float:
            return min(abs(float(np.log2(aspects[layout]))), abs(float(np.log2(aspects[layout] / 2.0))))

        layout = min(aspects, key=slip)
        width_deg = hfov_deg or (360.0 if aspects[layout] > np.sqrt(2.0) else 180.0)
        width_px, height_px = (width_px, height_px // 2) if layout == "over-under" else (width_px // 2, height_px)
        full_width_px = width_px * 360.0 / width_deg
        eye = SpherePart(
            width_px=width_px,
            height_px=height_px,
            full_width_px=full_width_px,
            full_height_px=height_px,
            left_px=(full_width_px - width_px) / 2.0,
        )
        return cls(layout=layout, eye=eye)

    @property
    def width_px(self) -> int:
        """Columns of the file."""
        return self.eye.width_px * (2 if self.layout == "side-by-side" else 1)

    @property
    def height_px(self) -> int:
        """Rows of the file."""
        return self.eye.height_px * (2 if self.layout == "over-under" else 1)

    @property
    def sphere_width_px(self) -> float:
        """Columns of a whole sphere that is as fine as the file."""
        return self.eye.sphere_width_px

    def direction(self, column: ArrayLike, row: ArrayLike) -> tuple[Any, Any]:
        """Azimuth and elevation in degrees of pixel positions of either eye, arrays that broadcast, in their shape."""
        return self.eye.direction(np.mod(column, self.eye.width_px), np.mod(row, self.eye.height_px))

    def pixel(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> tuple[Any, Any]:
        """Continuous column and row in the left eye's picture, arrays of any shape; NaN where it doesn't look."""
        return self.eye.pixel(azimuth_deg, elevation_deg)
