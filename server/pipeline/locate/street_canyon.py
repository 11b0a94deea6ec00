"""The street between houses that a panorama was taken in: which way it goes, and how far its façades are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from protocol.scene import Street
from server.pipeline.stages import DistanceMap

Array = NDArray[np.float64]

# What is seen this high stands, and is more than a person or a car.
_LOWEST_DEG, _HIGHEST_DEG = 5.0, 15.0
_BINS = 180
# What is farther away is no side of a street whose echo anyone hears.
_FARTHEST_M = 25.0
_NEAREST_M = 2.0
# Of what is seen to a side, from so far off the street's axis on, so much must stand, and in a line within this.
_SIDE_DEG = 40.0
_STANDING = 0.8
_ROUGHNESS = 0.2
# Along its axis a street goes on: it is this many times as far as its façades.
_LONG = 2.0
_END_DEG = 10.0


def street_of(maps: Sequence[DistanceMap]) -> Street | None:
    """The street that distances all around tell of.

    Where both sides stand in lines that are parallel, and neither end is closed, it is a street.

    Args:
        maps: of a picture's windows; a photograph, or views that leave gaps, show no street.

    Returns:
        None where there is no street.
    """
    ranges_m = _ranges_m(maps)
    if np.isnan(ranges_m).any():
        return None
    azimuth_deg = (np.arange(_BINS) + 0.5) * 360.0 / _BINS
    found: list[tuple[float, Street]] = []
    for axis_deg in np.arange(-90.0, 90.0, 2.0):
        off_deg = (azimuth_deg - axis_deg + 180.0) % 360.0 - 180.0
        sides = [
            _side(ranges_m[within], off_deg[within])
            for within in (np.abs(np.abs(off_deg) - 90.0) < 90.0 - _SIDE_DEG) & (np.sign(off_deg) == [[1.0], [-1.0]])
        ]
        ends_m = [ranges_m[np.abs(np.abs(off_deg) - end_deg) < _END_DEG] for end_deg in (0.0, 180.0)]
        (left_m, left_rough), (right_m, right_rough) = sides
        if all(np.median(end_m) > _LONG * max(left_m, right_m) for end_m in ends_m):
            street = Street(azimuth_deg=float(axis_deg), left_m=round(left_m, 2), right_m=round(right_m, 2))
            found.append((max(left_rough, right_rough), street))
    if not found:
        return None
    rough, street = min(found, key=lambda each: each[0])
    return street if rough <= _ROUGHNESS else None


def _side(ranges_m: Array, off_deg: Array) -> tuple[float, float]:
    """How far a façade is from the axis, and how far it is from straight, as a share of that."""
    aside_m = ranges_m * np.abs(np.sin(np.radians(off_deg)))
    standing = ranges_m < 2.0 * _FARTHEST_M
    middle_m = float(np.median(aside_m[standing])) if standing.any() else np.inf
    if standing.mean() < _STANDING or not _NEAREST_M <= middle_m <= _FARTHEST_M:
        return _FARTHEST_M, np.inf
    return middle_m, float(np.median(np.abs(aside_m[standing] / middle_m - 1.0)))


def _ranges_m(maps: Sequence[DistanceMap]) -> Array:
    """How far what stands is, along the ground, in each of the bins of azimuth; NaN where nothing was seen."""
    gathered: list[list[Array]] = [[] for _ in range(_BINS)]
    for each in maps:
        height_px, width_px = each.distance_m.shape
        azimuth_deg, elevation_deg = each.view.direction(
            (np.arange(width_px) + 0.5)[None, :], (np.arange(height_px) + 0.5)[:, None]
        )
        azimuth_deg, elevation_deg = np.broadcast_arrays(azimuth_deg, elevation_deg)
        within = (elevation_deg > _LOWEST_DEG) & (elevation_deg < _HIGHEST_DEG)
        ranges_m = each.distance_m[within] * np.cos(np.radians(elevation_deg[within]))
        number = ((azimuth_deg[within] % 360.0) * (_BINS / 360.0)).astype(np.intp) % _BINS
        is_measured = ~np.isnan(ranges_m)
        ranges_m, number = ranges_m[is_measured], number[is_measured]
        for place in np.unique(number):
            gathered[place].append(ranges_m[number == place])
    return np.array([np.median(np.concatenate(parts)) if parts else np.nan for parts in gathered])
