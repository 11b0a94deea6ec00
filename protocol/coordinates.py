"""Frames and conversions between them: the only trigonometry of frames in Sonorama.

Directions follow ITU-R BS.2076, SOFA (AES69), AmbiX and ADM-OSC: ``azimuth_deg`` 0 is the image centre and grows to
the LEFT, in (−180, 180]; ``elevation_deg`` grows upwards; ``distance_m`` is the straight line from the listener.

===================  =======  =======  =========
frame                x        y        z
===================  =======  =======  =========
scene, SOFA, AmbiX   front    left     up
Unity (left-handed)  right    up       forward
three.js, Web Audio  right    up       back
ADM-OSC Cartesian    right    front    up
===================  =======  =======  =========

Every function takes numbers or NumPy arrays and broadcasts; points are arrays of shape (..., 3).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def wrapped_azimuth_deg(azimuth_deg: ArrayLike) -> Any:
    """The same azimuth in (−180, 180].

    >>> float(wrapped_azimuth_deg(190)), float(wrapped_azimuth_deg(-180)), float(wrapped_azimuth_deg(540))
    (-170.0, 180.0, 180.0)
    """
    return 180.0 - np.mod(180.0 - np.asarray(azimuth_deg, dtype=np.float64), 360.0)


def scene_from_polar(azimuth_deg: ArrayLike, elevation_deg: ArrayLike, distance_m: ArrayLike = 1.0) -> Array:
    """Points in the scene frame, shape (..., 3), metres.

    >>> scene_from_polar(90, 0, 2).round(6) + 0.0
    array([0., 2., 0.])
    """
    azimuth, elevation = np.radians(azimuth_deg), np.radians(elevation_deg)
    distance = np.asarray(distance_m, dtype=np.float64)
    front, left, up = np.broadcast_arrays(
        distance * np.cos(elevation) * np.cos(azimuth),
        distance * np.cos(elevation) * np.sin(azimuth),
        distance * np.sin(elevation),
    )
    return np.stack([front, left, up], axis=-1)


def polar_from_scene(point: ArrayLike) -> tuple[Any, Any, Any]:
    """Azimuth (degrees), elevation (degrees) and distance (metres) of scene points of shape (..., 3).

    The origin has azimuth and elevation 0.

    >>> tuple(float(value) for value in polar_from_scene([0, -3, 0]))
    (-90.0, 0.0, 3.0)
    """
    front, left, up = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    distance_m = np.sqrt(front**2 + left**2 + up**2)
    azimuth_deg = np.degrees(np.arctan2(left, front))
    elevation_deg = np.degrees(np.arctan2(up, np.hypot(front, left)))
    return wrapped_azimuth_deg(azimuth_deg), elevation_deg, distance_m


def unity_from_scene(point: ArrayLike) -> Array:
    """Unity's left-handed right, up, forward.

    >>> unity_from_scene([1, 2, 3])
    array([-2.,  3.,  1.])
    """
    front, left, up = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    return np.stack([-left, up, front], axis=-1)


def scene_from_unity(point: ArrayLike) -> Array:
    """The inverse of :func:`unity_from_scene`."""
    right, up, forward = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    return np.stack([forward, -right, up], axis=-1)


def threejs_from_scene(point: ArrayLike) -> Array:
    """The right, up, back of three.js and Web Audio.

    >>> threejs_from_scene([1, 2, 3])
    array([-2.,  3., -1.])
    """
    front, left, up = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    return np.stack([-left, up, -front], axis=-1)


def scene_from_threejs(point: ArrayLike) -> Array:
    """The inverse of :func:`threejs_from_scene`."""
    right, up, back = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    return np.stack([-back, -right, up], axis=-1)


def adm_from_scene(point: ArrayLike, *, dmax_m: float) -> Array:
    """ADM-OSC's Cartesian right, front, up, where 1.0 is ``dmax_m`` metres.

    >>> adm_from_scene([1, 2, 3], dmax_m=10)
    array([-0.2,  0.1,  0.3])
    """
    front, left, up = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    return np.stack([-left, front, up], axis=-1) / dmax_m


def scene_from_adm(point: ArrayLike, *, dmax_m: float) -> Array:
    """The inverse of :func:`adm_from_scene`."""
    right, front, up = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    return np.stack([front, -right, up], axis=-1) * dmax_m


def quaternion_from_ypr(yaw_deg: float, pitch_deg: float, roll_deg: float) -> tuple[float, float, float, float]:
    """The rotation (x, y, z, w) of a head turned left by yaw, then up by pitch, then tilted to the right by roll.

    In scene axes (front, left, up) these are turns around +z, −y and +x, each around the axes as the turn before left
    them: the order and signs of ADM-OSC's ``/adm/lis/ypr``.

    >>> [round(part, 6) for part in quaternion_from_ypr(90.0, 0.0, 0.0)]
    [0.0, 0.0, 0.707107, 0.707107]
    """
    half_yaw, half_pitch, half_roll = (math.radians(turn) / 2.0 for turn in (yaw_deg, -pitch_deg, roll_deg))
    cy, sy, cp, sp = math.cos(half_yaw), math.sin(half_yaw), math.cos(half_pitch), math.sin(half_pitch)
    cr, sr = math.cos(half_roll), math.sin(half_roll)
    return (
        cy * cp * sr - sy * sp * cr,
        cy * sp * cr + sy * cp * sr,
        sy * cp * cr - cy * sp * sr,
        cy * cp * cr + sy * sp * sr,
    )


def equirectangular_pixel(
    azimuth_deg: ArrayLike, elevation_deg: ArrayLike, *, width_px: int, height_px: int
) -> tuple[Any, Any]:
    """Continuous column and row of a direction in an equirectangular picture.

    Pixel i covers [i, i + 1), so its centre is i + 0.5 and the picture's centre is (W / 2, H / 2). Columns lie in
    [0, W); rows in [0, H].

    >>> [float(value) for value in equirectangular_pixel(90, 45, width_px=400, height_px=200)]
    [100.0, 50.0]
    """
    column = np.mod((0.5 - np.asarray(azimuth_deg, dtype=np.float64) / 360.0) * width_px, width_px)
    row = (0.5 - np.asarray(elevation_deg, dtype=np.float64) / 180.0) * height_px
    return column, row


def equirectangular_direction(column: ArrayLike, row: ArrayLike, *, width_px: int, height_px: int) -> tuple[Any, Any]:
    """Azimuth and elevation in degrees of a continuous pixel position; the inverse of :func:`equirectangular_pixel`.

    Columns outside the picture go on around it.
    """
    azimuth_deg = wrapped_azimuth_deg((0.5 - np.asarray(column, dtype=np.float64) / width_px) * 360.0)
    elevation_deg = (0.5 - np.asarray(row, dtype=np.float64) / height_px) * 180.0
    return azimuth_deg, elevation_deg


def great_circle_deg(
    azimuth_a_deg: ArrayLike, elevation_a_deg: ArrayLike, azimuth_b_deg: ArrayLike, elevation_b_deg: ArrayLike
) -> Any:
    """The angle between directions, in [0, 180] degrees, well conditioned at every size.

    >>> float(great_circle_deg(170, 0, -170, 0).round(9))
    20.0
    """
    a = scene_from_polar(azimuth_a_deg, elevation_a_deg)
    b = scene_from_polar(azimuth_b_deg, elevation_b_deg)
    return np.degrees(2.0 * np.arctan2(np.linalg.norm(a - b, axis=-1), np.linalg.norm(a + b, axis=-1)))
