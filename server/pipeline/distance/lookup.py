"""What distance maps say in given directions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import great_circle_deg
from server.pipeline.stages import DistanceMap
from server.pipeline.views import pixel_values

Array = NDArray[np.float64]


def distances_towards(maps: Sequence[DistanceMap], azimuth_deg: Array, elevation_deg: Array) -> tuple[Array, Array]:
    """Metres and their sigma, each from the map whose axis is nearest to the direction.

    Args:
        maps: of any windows.
        azimuth_deg: of any shape.
        elevation_deg: of the same shape.

    Returns:
        Two arrays of that shape, in metres; both infinite where no map looks, and in the sky, and NaN where a map
        looks, but nothing is measured.
    """
    shape = np.shape(azimuth_deg)
    distance_m, sigma_m, from_axis_deg = (np.full(shape, np.inf) for _ in range(3))
    for each in maps:
        view = each.view
        off_deg = great_circle_deg(azimuth_deg, elevation_deg, view.yaw_deg, view.pitch_deg)
        nearer = view.contains(azimuth_deg, elevation_deg) & (off_deg < from_axis_deg)
        column, row = view.pixel(azimuth_deg[nearer], elevation_deg[nearer])
        from_axis_deg[nearer] = off_deg[nearer]
        distance_m[nearer] = pixel_values(each.distance_m, column, row)
        sigma_m[nearer] = pixel_values(each.sigma_m, column, row)
    return distance_m, sigma_m
