"""Sightings: what each viewpoint saw, as arrays, and where in the world each would be on its own."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from server.place.viewpoints import Floats, Viewpoints

Numbers = NDArray[np.int64]

BEARING_SIGMA_RAD = float(np.radians(1.0))
"""How well the middle of what was boxed is known as a direction; a thing has another middle from each side."""
_LEAST_RELATIVE_SIGMA = 0.05
# A thing's middle lies somewhere within the half of its width.
_MIDDLE = 0.15
# How far a thing's near side is from its middle, as a part of how large it looks.
_NEAR_SIDE = 0.35


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sightings:
    """N sightings of things that stand somewhere.

    Attributes:
        viewpoint: the number of the viewpoint, shape (N,).
        label: the number of the label, shape (N,): only sightings with one number can be of one thing.
        azimuth_rad: in the viewpoint's picture, positive to the left, shape (N,).
        elevation_rad: positive up, shape (N,).
        distance_m: along the ray, shape (N,).
        distance_sigma_m: shape (N,).
        width_rad: extent in azimuth, shape (N,).
        height_rad: extent in elevation, shape (N,).
        confidence: in [0, 1], shape (N,).
    """

    viewpoint: Numbers = field(repr=False)
    label: Numbers = field(repr=False)
    azimuth_rad: Floats = field(repr=False)
    elevation_rad: Floats = field(repr=False)
    distance_m: Floats = field(repr=False)
    distance_sigma_m: Floats = field(repr=False)
    width_rad: Floats = field(repr=False)
    height_rad: Floats = field(repr=False)
    confidence: Floats = field(repr=False)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.viewpoint)

    def only(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Sightings:
        """Some of them, by flags or by numbers."""
        return Sightings(**{each.name: getattr(self, each.name)[which] for each in fields(self)})

    @property
    def width_m(self) -> Floats:
        """How wide each would be where it was seen, shape (N,)."""
        return 2.0 * self.distance_m * np.tan(np.minimum(self.width_rad, np.pi / 2) / 2.0)

    @property
    def height_m(self) -> Floats:
        """How high each would be where it was seen, shape (N,)."""
        return 2.0 * self.distance_m * np.tan(np.minimum(self.height_rad, np.pi / 2) / 2.0)

    @property
    def relative_sigma(self) -> Floats:
        """Standard deviation of ln distance to the thing's middle, shape (N,): what is measured is its near side."""
        side = _NEAR_SIDE * np.hypot(self.width_m, self.height_m) / self.distance_m
        return np.sqrt((self.distance_sigma_m / self.distance_m) ** 2 + _LEAST_RELATIVE_SIGMA**2 + side**2)

    @property
    def bearing_sigma_rad(self) -> Floats:
        """Standard deviation of the direction to the thing's middle, heading apart, shape (N,)."""
        return np.hypot(BEARING_SIGMA_RAD, _MIDDLE * self.width_rad)

    @property
    def elevation_sigma_rad(self) -> Floats:
        """Standard deviation of the elevation of the thing's middle, shape (N,)."""
        return np.hypot(BEARING_SIGMA_RAD, _MIDDLE * self.height_rad)


def rays(viewpoints: Viewpoints, sightings: Sightings) -> Floats:
    """Unit vectors in the world from each sighting's viewpoint to what it shows, shape (N, 3)."""
    yaw = viewpoints.yaw_rad[sightings.viewpoint] + sightings.azimuth_rad
    level = np.cos(sightings.elevation_rad)
    return np.stack([level * np.cos(yaw), level * np.sin(yaw), np.sin(sightings.elevation_rad)], axis=-1)


def alone(viewpoints: Viewpoints, sightings: Sightings) -> tuple[Floats, Floats]:
    """Where each would be on its own: positions of shape (N, 3) and covariances of shape (N, 3, 3).

    The covariance is that of the distance along the ray, of direction and heading across it, and of the viewpoint's
    position.
    """
    ray = rays(viewpoints, sightings)
    yaw = np.arctan2(ray[:, 1], ray[:, 0])
    aside = np.stack([-np.sin(yaw), np.cos(yaw), np.zeros_like(yaw)], axis=-1)
    over = np.cross(ray, aside)
    across = sightings.distance_m * np.hypot(sightings.bearing_sigma_rad, viewpoints.yaw_sigma_rad[sightings.viewpoint])
    covariance = np.zeros((len(sightings), 3, 3))
    for axis, sigma in (
        (ray, sightings.distance_m * sightings.relative_sigma),
        (aside, across * np.cos(sightings.elevation_rad) + 1e-3),
        (over, sightings.distance_m * sightings.elevation_sigma_rad + 1e-3),
    ):
        covariance += sigma[:, None, None] ** 2 * axis[:, :, None] * axis[:, None, :]
    index = np.arange(3)
    covariance[:, index, index] += viewpoints.position_sigma_m[sightings.viewpoint] ** 2
    position_m = viewpoints.position_m[sightings.viewpoint] + sightings.distance_m[:, None] * ray
    return position_m, covariance
