"""Where things are, from bearings and distances of several viewpoints: robust least squares, all things at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from server.place.sightings import Numbers, Sightings
from server.place.viewpoints import Floats, Viewpoints

_ROUNDS = 8
# Where a residual is this many standard deviations, its weight is halved (Cauchy's function).
_HALVED = 2.0
# A residual of any number of standard deviations moves nothing by more than this in one round.
_LONGEST_STEP_M = 20.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Triangulated:
    """G things and how well their N sightings fit.

    Attributes:
        position_m: shape (G, 3).
        covariance_m2: shape (G, 3, 3).
        misfit: of each sighting, the square of its residual in standard deviations, shape (N,); of bearing and
            elevation alone, since a wrong distance is common and a wrong direction is another thing.
    """

    position_m: Floats = field(repr=False)
    covariance_m2: Floats = field(repr=False)
    misfit: Floats = field(repr=False)


def triangulated(viewpoints: Viewpoints, sightings: Sightings, thing: Numbers, start_m: Floats) -> Triangulated:
    """The most likely position of every thing.

    Each sighting tells a bearing, an elevation and the logarithm of a distance; each of the three has a weight of its
    own, so that a wrong distance does not spoil a good direction. Gauss and Newton's iteration with weights from
    Cauchy's function (Huber and Ronchetti, Robust Statistics, 2009, chapter 7).

    Args:
        viewpoints: where the sightings were made.
        sightings: N of them.
        thing: which of G things each shows, shape (N,).
        start_m: where to begin, shape (G, 3).

    Returns:
        Positions, covariances and how well each sighting fits.
    """
    position = start_m.copy()
    count = len(position)
    eye = viewpoints.position_m[sightings.viewpoint]
    yaw = viewpoints.yaw_rad[sightings.viewpoint] + sightings.azimuth_rad
    placed = viewpoints.position_sigma_m[sightings.viewpoint]
    turned = viewpoints.yaw_sigma_rad[sightings.viewpoint]
    distance = np.maximum(sightings.distance_m, 0.1)
    # What is not known of the viewpoint itself shows as an error of direction and distance.
    across = np.hypot(placed[:, 0], placed[:, 1]) / np.sqrt(2.0) / distance
    sigma = np.stack(
        [
            np.sqrt(sightings.bearing_sigma_rad**2 + turned**2 + across**2),
            np.hypot(sightings.elevation_sigma_rad, placed[:, 2] / distance),
            np.hypot(sightings.relative_sigma, across),
        ],
        axis=-1,
    )
    for _ in range(_ROUNDS):
        residual, slope = residuals(position[thing] - eye, yaw, sightings)
        residual, slope = residual / sigma, slope / sigma[..., None]
        weight = 1.0 / (1.0 + (residual / _HALVED) ** 2)
        weighted = weight[..., None] * slope
        normal = _summed(np.einsum("nki,nkj->nij", weighted, slope).reshape(-1, 9), thing, count).reshape(-1, 3, 3)
        gradient = _summed(np.einsum("nki,nk->ni", weighted, residual), thing, count)
        normal[:, range(3), range(3)] += 1e-9
        step = np.linalg.solve(normal, gradient[..., None])[..., 0]
        length = np.linalg.norm(step, axis=-1, keepdims=True)
        position -= step * np.minimum(1.0, _LONGEST_STEP_M / np.maximum(length, 1e-9))
    residual, _ = residuals(position[thing] - eye, yaw, sightings)
    residual /= sigma
    covariance: Floats = np.asarray(np.linalg.inv(normal), dtype=np.float64)
    # Where sightings fit worse than they should, the thing is less well known than they say.
    sightings_of = np.bincount(thing, minlength=count)
    spread = np.bincount(thing, np.minimum(residual**2, 9.0).sum(axis=1), count) / np.maximum(3 * sightings_of - 3, 1)
    covariance = covariance * np.maximum(1.0, spread)[:, None, None]
    return Triangulated(position_m=position, covariance_m2=covariance, misfit=residual[:, 0] ** 2 + residual[:, 1] ** 2)


def residuals(offset: Floats, yaw: Floats, sightings: Sightings) -> tuple[Floats, Floats]:
    """Bearing, elevation and ln distance against what was seen, (N, 3), and their slopes (N, 3, 3).

    Args:
        offset: from each viewpoint to its thing, shape (N, 3).
        yaw: of each sighting in the world, shape (N,).
        sightings: N of them.
    """
    x, y, z = offset.T
    level2 = np.maximum(x**2 + y**2, 1e-4)
    level, far2 = np.sqrt(level2), np.maximum(level2 + z**2, 1e-4)
    bearing = np.arctan2(y, x) - yaw
    residual = np.stack(
        [
            np.arctan2(np.sin(bearing), np.cos(bearing)),
            np.arctan2(z, level) - sightings.elevation_rad,
            0.5 * np.log(far2) - np.log(sightings.distance_m),
        ],
        axis=-1,
    )
    zero = np.zeros_like(x)
    slope = np.stack(
        [
            np.stack([-y / level2, x / level2, zero], axis=-1),
            np.stack([-x * z / (level * far2), -y * z / (level * far2), level / far2], axis=-1),
            np.stack([x / far2, y / far2, z / far2], axis=-1),
        ],
        axis=1,
    )
    return residual, slope


def _summed(values: Floats, thing: Numbers, count: int) -> Floats:
    """Rows of values (N, K) summed by thing: (count, K)."""
    return np.stack([np.bincount(thing, column, count) for column in values.T], axis=-1)
