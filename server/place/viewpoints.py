"""Where panoramas were taken and which way they look, as arrays, and how well that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Viewpoints:
    """Poses of V level panoramas in the local frame: x to the east, y to the north, z up.

    Attributes:
        position_m: of the cameras, shape (V, 3).
        position_sigma_m: standard deviations along the axes, shape (V, 3).
        yaw_rad: of the pictures' centres, counter-clockwise from east, shape (V,).
        yaw_sigma_rad: shape (V,).
        camera_height_m: above the ground, shape (V,).
    """

    position_m: Floats = field(repr=False)
    position_sigma_m: Floats = field(repr=False)
    yaw_rad: Floats = field(repr=False)
    yaw_sigma_rad: Floats = field(repr=False)
    camera_height_m: Floats = field(repr=False)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.position_m)

    def only(self, which: NDArray[np.intp] | Sequence[int]) -> Viewpoints:
        """Some of them, by their numbers."""
        index = np.asarray(which, dtype=np.intp)
        return Viewpoints(
            position_m=self.position_m[index],
            position_sigma_m=self.position_sigma_m[index],
            yaw_rad=self.yaw_rad[index],
            yaw_sigma_rad=self.yaw_sigma_rad[index],
            camera_height_m=self.camera_height_m[index],
        )


def yaw_of_heading(heading_deg: float) -> float:
    """Radians counter-clockwise from east of a compass heading in degrees.

    >>> round(float(np.degrees(yaw_of_heading(90.0))), 9)
    0.0
    """
    return float(np.radians(90.0 - heading_deg))


def heading_of_yaw(yaw_rad: float) -> float:
    """The compass heading in [0, 360) of radians counter-clockwise from east.

    >>> heading_of_yaw(yaw_of_heading(350.0))
    350.0
    """
    return round(float(90.0 - np.degrees(yaw_rad)), 9) % 360.0
