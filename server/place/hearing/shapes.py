"""How a source of a place is heard from a point: its direction, its distance and how wide it is."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from protocol.coordinates import polar_from_scene
from protocol.place import Point, Polygon, Polyline, PositionM, Shape
from server.place.viewpoints import Floats

_STEP_M = 1.0
# Farther along than so many times the nearest distance, a line adds a tenth of what it sounds like.
_WITHIN = 6.0
_LEAST_REACH_M = 30.0
_NEAREST_M = 0.5


class Heard(NamedTuple):
    """A source from a point.

    Attributes:
        azimuth_deg: counter-clockwise from east, in (−180, 180].
        elevation_deg: positive up.
        distance_m: to its nearest stretch.
        width_deg: the angle that it fills, in [0, 360].
        height_deg: the angle that it fills upwards.
    """

    azimuth_deg: float
    elevation_deg: float
    distance_m: float
    width_deg: float
    height_deg: float


def heard(shape: Shape, position_m: PositionM, listener_m: Floats) -> Heard:
    """How a source is heard.

    A line or an area is heard from where its sound comes: the mean of the directions of all its pieces, each weighted
    by the inverse square of its distance, so that no direction jumps as one walks along it; it is as wide as an arc
    whose directions spread as much.

    Args:
        shape: of the source.
        position_m: of its middle.
        listener_m: where the ears are, shape (3,).
    """
    if isinstance(shape, Point):
        azimuth_deg, elevation_deg, distance_m = (
            float(value) for value in polar_from_scene(np.array(position_m) - listener_m)
        )
        distance_m = max(distance_m, _NEAREST_M)
        return Heard(
            azimuth_deg=azimuth_deg,
            elevation_deg=elevation_deg,
            distance_m=distance_m,
            width_deg=float(np.degrees(2.0 * np.arctan2(shape.width_m / 2.0, distance_m))),
            height_deg=float(np.degrees(2.0 * np.arctan2(shape.height_m / 2.0, distance_m))),
        )
    pieces = pieces_of(shape)
    offset = pieces - listener_m
    distance_m = np.maximum(np.linalg.norm(offset, axis=1), _NEAREST_M)
    nearest_m = float(distance_m.min())
    weight = distance_m**-2.0
    weight[distance_m > max(_WITHIN * nearest_m, _LEAST_REACH_M)] = 0.0
    mean = weight @ (offset / distance_m[:, None]) / weight.sum()
    azimuth_deg, elevation_deg, _ = (float(value) for value in polar_from_scene(mean))
    return Heard(
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        distance_m=nearest_m,
        width_deg=_arc_deg(float(np.hypot(mean[0], mean[1])) / max(float(np.cos(np.radians(elevation_deg))), 1e-3)),
        height_deg=0.0,
    )


def pieces_of(shape: Polyline | Polygon) -> Floats:
    """Points a metre apart on a line, or all over an area, shape (N, 3)."""
    corners = np.array(shape.points_m)
    if isinstance(shape, Polyline):
        length_m = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
        count = max(2, int(length_m[-1] / _STEP_M) + 1)
        at = np.linspace(0.0, length_m[-1], count)
        return np.stack([np.interp(at, length_m, column) for column in corners.T], axis=-1)
    low = np.floor(corners[:, :2].min(axis=0) / _STEP_M).astype(np.int64)
    mask = np.zeros(np.ceil(corners[:, :2].max(axis=0) / _STEP_M).astype(np.int64) - low + 1, dtype=np.uint8)
    cv2.fillPoly(mask, [np.round(corners[:, :2] / _STEP_M - low)[:, ::-1].astype(np.int32)], 1)
    cells = (np.argwhere(mask) + low) * _STEP_M
    return np.column_stack([cells, np.full(len(cells), corners[:, 2].mean())])


def _arc_deg(resultant: float) -> float:
    """How wide an arc is whose directions have a mean this long: sin(w / 2) / (w / 2) for one of w radians.

    >>> round(_arc_deg(1.0)), round(_arc_deg(0.0)), round(_arc_deg(2.0 / 3.14159))
    (0, 360, 180)
    """
    if resultant >= 1.0:
        return 0.0
    halves = np.linspace(1e-6, np.pi, 721)
    return float(np.degrees(2.0 * np.interp(-resultant, -np.sin(halves) / halves, halves)))
