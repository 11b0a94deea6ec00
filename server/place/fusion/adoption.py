"""Sightings whose distance is wrong: what nobody else confirms, and points at a thing that others do, is that thing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from server.place.fusion.triangulation import Triangulated
from server.place.sightings import Numbers, Sightings
from server.place.viewpoints import Floats, Viewpoints

# The 99 % quantile of χ² with two degrees of freedom: bearing and elevation.
_GATE = 9.21
# A distance that is wrong by more than this many times is of something else.
_MOST_WRONG = 3.0
_WRONG_SIGMA = 0.6
_FARTHEST_M = 40.0


def adopted(viewpoints: Viewpoints, sightings: Sightings, thing: Numbers, found: Triangulated) -> Numbers:
    """Which thing each sighting shows, with lone ones given to the things that they point at.

    Args:
        viewpoints: where the sightings were made.
        sightings: N of them.
        thing: which of G things each shows, shape (N,).
        found: the things.

    Returns:
        The same, without the things that lost their only sighting, shape (N,).
    """
    sizes = np.bincount(thing, minlength=len(found.position_m))
    lone, firm = np.flatnonzero(sizes[thing] == 1), np.flatnonzero(sizes > 1)
    if not (lone.size and firm.size):
        return thing
    label = np.zeros(len(sizes), dtype=np.int64)
    label[thing] = sightings.label
    one, other = _near(viewpoints, sightings, lone, found.position_m[firm], label[firm])
    one, other = lone[one], firm[other]
    cost = _cost(viewpoints, sightings, one, found, other)
    unseen = ~_sees(thing, sightings.viewpoint, one, other)
    fits = (cost < _GATE) & unseen
    one, other, cost = one[fits], other[fits], cost[fits]
    thing = thing.copy()
    # The surest first; a viewpoint has one sighting of a thing.
    taken: set[tuple[int, int]] = set()
    given: set[int] = set()
    for index in np.lexsort((other, one, cost)):
        sighting, into = int(one[index]), int(other[index])
        place = (into, int(sightings.viewpoint[sighting]))
        if sighting not in given and place not in taken:
            given.add(sighting)
            taken.add(place)
            thing[sighting] = into
    return np.unique(thing, return_inverse=True)[1]


def _near(
    viewpoints: Viewpoints, sightings: Sightings, lone: NDArray[np.intp], position: Floats, label: Numbers
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Lone sightings and firm things of their label in reach of their viewpoints, as two lists of numbers."""
    eye = viewpoints.position_m[sightings.viewpoint[lone], :2]
    layer = 4.0 * _FARTHEST_M
    tree = cKDTree(np.column_stack([position[:, :2], layer * label]))
    eyes = np.column_stack([eye, layer * sightings.label[lone]])
    reach = np.minimum(_MOST_WRONG * sightings.distance_m[lone], _FARTHEST_M)
    near = tree.query_ball_point(eyes, reach, return_sorted=True)
    return np.repeat(np.arange(len(lone)), [len(some) for some in near]), np.array(
        [number for some in near for number in some], dtype=np.intp
    )


def _cost(
    viewpoints: Viewpoints, sightings: Sightings, one: NDArray[np.intp], found: Triangulated, other: NDArray[np.intp]
) -> Floats:
    """How badly sightings point at things, in squared standard deviations; infinite where distances are far apart."""
    seen = sightings.only(one)
    offset = found.position_m[other] - viewpoints.position_m[seen.viewpoint]
    level = np.maximum(np.hypot(offset[:, 0], offset[:, 1]), 0.1)
    distance = np.hypot(level, offset[:, 2])
    bearing = np.arctan2(offset[:, 1], offset[:, 0]) - viewpoints.yaw_rad[seen.viewpoint] - seen.azimuth_rad
    bearing = np.arctan2(np.sin(bearing), np.cos(bearing))
    elevation = np.arctan2(offset[:, 2], level) - seen.elevation_rad
    spread = np.sqrt(np.linalg.eigvalsh(found.covariance_m2[other])[:, 2]) / distance
    placed = viewpoints.position_sigma_m[seen.viewpoint]
    across2 = (np.hypot(placed[:, 0], placed[:, 1]) / distance) ** 2 / 2.0 + spread**2
    cost = bearing**2 / (seen.bearing_sigma_rad**2 + viewpoints.yaw_sigma_rad[seen.viewpoint] ** 2 + across2)
    cost += elevation**2 / (seen.elevation_sigma_rad**2 + (placed[:, 2] / distance) ** 2 + spread**2)
    ratio = np.log(distance / seen.distance_m)
    cost += (ratio / _WRONG_SIGMA) ** 2
    return np.where(np.abs(ratio) < np.log(_MOST_WRONG), cost, np.inf)


def _sees(thing: Numbers, viewpoint: Numbers, one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether the viewpoint of each sighting has another sighting of the thing."""
    count = int(viewpoint.max()) + 1
    return np.isin(other * count + viewpoint[one], thing * count + viewpoint)
