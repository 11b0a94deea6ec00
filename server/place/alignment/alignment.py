"""Poses are off by metres and degrees: viewpoints come to where what they see fits together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree

from server.place.alignment.bundle import bundled, stepped
from server.place.alignment.constellation import LEAST_MATCHES, Seen, Step, step_between
from server.place.alignment.course import Course, course
from server.place.alignment.features import Features
from server.place.fusion.association import associated
from server.place.sightings import Sightings, alone
from server.place.viewpoints import Floats, Viewpoints

NEIGHBOURS = 4
_NEIGHBOUR_M = 60.0
# Better than this no pose is known: nothing would be told by aligning it.
_EXACT_M, _EXACT_RAD = 0.1, float(np.radians(0.3))
_ROUNDS = 3
_HELD = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Aligned:
    """Poses after alignment.

    Attributes:
        viewpoints: the poses; their sigmas are what is left to doubt between neighbours.
        moved_m: how far each camera moved, shape (V,).
        turned_deg: how far each turned, to the left, shape (V,).
    """

    viewpoints: Viewpoints
    moved_m: Floats = field(repr=False)
    turned_deg: Floats = field(repr=False)


def aligned(given: Viewpoints, sightings: Sightings, shown: Callable[[int], Features] | None = None) -> Aligned:
    """Viewpoints where what they see fits together best; those that share too little stay where they were given.

    Args:
        given: poses with their sigmas.
        sightings: N of them.
        shown: the points of a viewpoint's picture, by its number; None where these are not to be used.
    """
    viewpoints = given
    if len(given) > 1 and (given.position_sigma_m[:, :2].max() > _EXACT_M or given.yaw_sigma_rad.max() > _EXACT_RAD):
        courses = _courses(given, shown) if shown else {}
        viewpoints = stepped(given, _steps(given, sightings), courses)
        for _ in range(_ROUNDS):
            # What was aligned is known better than it was given, against its neighbours.
            closer = replace(
                viewpoints,
                position_sigma_m=np.minimum(given.position_sigma_m, 0.5),
                yaw_sigma_rad=np.minimum(given.yaw_sigma_rad, np.radians(1.5)),
            )
            thing, found = associated(closer, sightings)
            shared = np.bincount(thing)[thing] > 1
            if shared.sum() < 2 * LEAST_MATCHES:
                break
            numbers, thing = np.unique(thing[shared], return_inverse=True)
            viewpoints, sigma = bundled(
                viewpoints, given, sightings.only(shared), thing, found.position_m[numbers], courses
            )
        else:
            viewpoints = replace(
                viewpoints,
                position_sigma_m=np.column_stack(
                    [np.minimum(given.position_sigma_m[:, :2], sigma[:, :2]), given.position_sigma_m[:, 2]]
                ),
                yaw_sigma_rad=np.minimum(given.yaw_sigma_rad, sigma[:, 2]),
            )
    turn = viewpoints.yaw_rad - given.yaw_rad
    return Aligned(
        viewpoints=viewpoints,
        moved_m=np.linalg.norm(viewpoints.position_m - given.position_m, axis=1),
        turned_deg=np.degrees(np.arctan2(np.sin(turn), np.cos(turn))),
    )


def neighbours(viewpoints: Viewpoints, count: int = NEIGHBOURS) -> list[tuple[int, int]]:
    """Pairs of viewpoints that are among each other's nearest few, the lower number first, in order."""
    place = viewpoints.position_m[:, :2]
    distance, number = cKDTree(place).query(place, k=min(count + 1, len(viewpoints)), distance_upper_bound=_NEIGHBOUR_M)
    pairs = {
        (min(here, int(there)), max(here, int(there)))
        for here, (metres, others) in enumerate(zip(np.atleast_2d(distance), np.atleast_2d(number), strict=True))
        for far, there in zip(metres, others, strict=True)
        if np.isfinite(far) and int(there) != here
    }
    return sorted(pairs)


def _steps(given: Viewpoints, sightings: Sightings) -> dict[tuple[int, int], Step]:
    """What neighbours tell of each other."""
    seen = seen_by(given, sightings)
    steps = {}
    for first, second in neighbours(given):
        step = step_between(
            seen[first],
            seen[second],
            shift_m=given.position_m[second, :2] - given.position_m[first, :2],
            shift_sigma_m=float(np.hypot(*given.position_sigma_m[[first, second], :2].mean(axis=1))) + 1e-3,
            turn_sigma_rad=float(np.hypot(*given.yaw_sigma_rad[[first, second]])) + 1e-4,
        )
        if step is not None:
            steps[first, second] = step
    return steps


def _courses(given: Viewpoints, shown: Callable[[int], Features]) -> dict[tuple[int, int], Course]:
    """What the pictures of neighbours tell of each other."""
    # Neighbours come one after another, so that few are held at once.
    points = lru_cache(maxsize=_HELD)(shown)
    found = {}
    for first, second in neighbours(given):
        one = course(
            points(first),
            points(second),
            turn_rad=float(given.yaw_rad[second] - given.yaw_rad[first]),
            turn_sigma_rad=float(np.hypot(*given.yaw_sigma_rad[[first, second]])),
        )
        if one is not None:
            found[first, second] = one
    return found


def seen_by(given: Viewpoints, sightings: Sightings) -> list[Seen]:
    """What each viewpoint saw, on a map around itself.

    Args:
        given: poses.
        sightings: N of them.
    """
    exact = replace(
        given, position_sigma_m=np.zeros_like(given.position_sigma_m), yaw_sigma_rad=np.zeros_like(given.yaw_sigma_rad)
    )
    position, covariance = alone(exact, sightings)
    place = position[:, :2] - given.position_m[sightings.viewpoint, :2]
    by_viewpoint = np.argsort(sightings.viewpoint, kind="stable")
    starts = np.searchsorted(sightings.viewpoint[by_viewpoint], np.arange(len(given) + 1))
    seen = []
    for number in range(len(given)):
        own = by_viewpoint[starts[number] : starts[number + 1]]
        seen.append(Seen(place_m=place[own], covariance_m2=covariance[own, :2, :2], label=sightings.label[own]))
    return seen
