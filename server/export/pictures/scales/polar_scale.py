"""Metres and directions on a map around the listener."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.export.pictures.drawing import Point

RINGS_M = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
# Distances up to about this have as much room each, those beyond have as much as their ratio.
_LINEAR_M = 2.0
_ARC_STEP_DEG = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PolarScale:
    """A map on which ahead is up and left is left, with 0 m at the rim of the listener's head.

    Metres along the ground stand at r₀ + (R − r₀) · ln(1 + d / 2 m) / ln(1 + reach / 2 m): what is near has room, and
    nothing is nearer than the head.

    Attributes:
        centre: of the listener, in pixels.
        head_px: r₀, the radius of the listener's head.
        radius_px: R, the radius of the map.
        reach_m: the distance at the map's rim; what is farther stands there, too.
    """

    centre: Point
    head_px: float
    radius_px: float
    reach_m: float

    def radius(self, distance_m: float) -> float:
        """How far from the centre a distance is, in pixels."""
        within_m = min(max(distance_m, 0.0), self.reach_m)
        share = math.log1p(within_m / _LINEAR_M) / math.log1p(self.reach_m / _LINEAR_M)
        return self.head_px + (self.radius_px - self.head_px) * share

    def point(self, azimuth_deg: float, distance_m: float) -> Point:
        """Where a place on the ground is, in pixels."""
        return self.at_radius(azimuth_deg, self.radius(distance_m))

    def at_radius(self, azimuth_deg: float, radius_px: float) -> Point:
        """The point in a direction so many pixels from the centre."""
        azimuth = math.radians(azimuth_deg)
        return self.centre[0] - radius_px * math.sin(azimuth), self.centre[1] - radius_px * math.cos(azimuth)

    def arc(self, from_deg: float, to_deg: float, radius_px: float) -> NDArray[np.float64]:
        """Points along a circle, shape (N, 2).

        Args:
            from_deg: azimuth of the first.
            to_deg: azimuth of the last; beyond 180 where the arc goes round the back.
            radius_px: of the circle.
        """
        count = max(2, math.ceil(abs(to_deg - from_deg) / _ARC_STEP_DEG) + 1)
        azimuth = np.radians(np.linspace(from_deg, to_deg, count))
        return np.array(self.centre) - radius_px * np.stack([np.sin(azimuth), np.cos(azimuth)], axis=-1)

    def sector(self, from_deg: float, to_deg: float, radii_px: tuple[float, float]) -> NDArray[np.float64]:
        """The outline of what lies between two azimuths and two circles, points of shape (N, 2).

        Args:
            from_deg: the first azimuth.
            to_deg: the other, to the left of it.
            radii_px: of the inner circle and the outer one.
        """
        inner, outer = radii_px
        return np.concatenate([self.arc(from_deg, to_deg, outer), self.arc(to_deg, from_deg, inner)])

    def rings_m(self) -> Sequence[int]:
        """Round distances up to the rim."""
        return [ring for ring in RINGS_M if ring <= self.reach_m]
