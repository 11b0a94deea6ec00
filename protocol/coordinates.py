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

Functions of directions and points take numbers or NumPy arrays and broadcast; points are arrays of shape (..., 3).
Rotations are quaternions (x, y, z, w), as on the wire; they turn vectors of the scene's frame.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Quaternion = tuple[float, float, float, float]
"""A rotation as (x, y, z, w)."""


def wrapped_azimuth_deg(azimuth_deg: ArrayLike) -> Any:
    """The same azimuth in (−180, 180]: degrees, of any shape.

    >>> float(wrapped_azimuth_deg(190)), float(wrapped_azimuth_deg(-180)), float(wrapped_azimuth_deg(540))
    (-170.0, 180.0, 180.0)
    """
    return 180.0 - np.mod(180.0 - np.asarray(azimuth_deg, dtype=np.float64), 360.0)


def scene_from_polar(azimuth_deg: ArrayLike, elevation_deg: ArrayLike, distance_m: ArrayLike = 1.0) -> Array:
    """Points in the scene's frame, shape (..., 3), metres; the three arguments broadcast.

    Args:
        azimuth_deg: positive to the left, of any shape.
        elevation_deg: positive up, of any shape.
        distance_m: from the listener, of any shape; by default, the points are unit vectors.

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
    """Scene points as Unity's left-handed right, up, forward: metres, shape (..., 3).

    >>> unity_from_scene([1, 2, 3])
    array([-2.,  3.,  1.])
    """
    front, left, up = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    return np.stack([-left, up, front], axis=-1)


def scene_from_unity(point: ArrayLike) -> Array:
    """The inverse of :func:`unity_from_scene`: metres, shape (..., 3)."""
    right, up, forward = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    return np.stack([forward, -right, up], axis=-1)


def threejs_from_scene(point: ArrayLike) -> Array:
    """Scene points as the right, up, back of three.js and Web Audio: metres, shape (..., 3).

    >>> threejs_from_scene([1, 2, 3])
    array([-2.,  3., -1.])
    """
    front, left, up = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    return np.stack([-left, up, -front], axis=-1)


def scene_from_threejs(point: ArrayLike) -> Array:
    """The inverse of :func:`threejs_from_scene`: metres, shape (..., 3)."""
    right, up, back = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    return np.stack([-back, -right, up], axis=-1)


def adm_from_scene(point: ArrayLike, *, dmax_m: float) -> Array:
    """Scene points as ADM-OSC's Cartesian right, front, up, where 1.0 is ``dmax_m`` metres: shape (..., 3).

    >>> adm_from_scene([1, 2, 3], dmax_m=10)
    array([-0.2,  0.1,  0.3])
    """
    front, left, up = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    return np.stack([-left, front, up], axis=-1) / dmax_m


def scene_from_adm(point: ArrayLike, *, dmax_m: float) -> Array:
    """The inverse of :func:`adm_from_scene`: metres, shape (..., 3)."""
    right, front, up = np.moveaxis(np.asarray(point, dtype=np.float64), -1, 0)
    return np.stack([front, -right, up], axis=-1) * dmax_m


def quaternion_from_ypr(yaw_deg: float, pitch_deg: float, roll_deg: float) -> Quaternion:
    """The rotation (x, y, z, w) of a head turned left by yaw, then up by pitch, then tilted to the right by roll.

    In scene axes (front, left, up) these are turns around +z, −y and +x, each around the axes that the turn before it
    has turned. This is the order, and these are the signs, of ADM-OSC's ``/adm/lis/ypr``.

    Args:
        yaw_deg: positive to the left.
        pitch_deg: positive up.
        roll_deg: positive when tilted to the right.

    Returns:
        A quaternion of length 1.

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


def rotation_matrix(quaternion: Quaternion) -> Array:
    """The rotation of a quaternion of any length but 0, as a matrix of shape (3, 3) for column vectors.

    >>> rotation_matrix(quaternion_from_ypr(90.0, 0.0, 0.0)).round(9) @ [1.0, 0.0, 0.0]
    array([0., 1., 0.])
    """
    scale = 1.0 / math.hypot(*quaternion)
    x, y, z, w = (scale * part for part in quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def interpolated_quaternion(first: Quaternion, second: Quaternion, fraction: float) -> Quaternion:
    """A rotation between two: linear interpolation of the unit quaternions, the short way round.

    Unlike spherical interpolation its speed isn't constant: over 90° it is off by less than a degree.

    Args:
        first: the rotation at 0, of any length but 0.
        second: the rotation at 1, of any length but 0.
        fraction: in [0, 1].

    Returns:
        A quaternion whose length isn't 1.

    >>> half = interpolated_quaternion((0.0, 0.0, 0.0, 1.0), quaternion_from_ypr(90.0, 0.0, 0.0), 0.5)
    >>> (rotation_matrix(half) @ [1.0, 0.0, 0.0]).round(6)
    array([0.707107, 0.707107, 0.      ])
    """
    here, there = np.array(first), np.array(second)
    here, there = here / np.linalg.norm(here), there / np.linalg.norm(there)
    # Both signs of a quaternion are one rotation; the nearer one is meant.
    x, y, z, w = (here + fraction * (np.copysign(1.0, here @ there) * there - here)).tolist()
    return x, y, z, w


def fibonacci_sphere(count: int) -> Array:
    """Directions spread evenly over the sphere: unit vectors, shape (count, 3), from the top down.

    The Fibonacci lattice: equal steps of height, and a golden angle of azimuth between neighbours (González 2010,
    "Measurement of areas on a sphere using Fibonacci and latitude-longitude lattices", equation 1).

    >>> fibonacci_sphere(1000).mean(axis=0).round(3) + 0.0
    array([0., 0., 0.])
    """
    index = np.arange(count)
    elevation_deg = np.degrees(np.arcsin(1.0 - (2.0 * index + 1.0) / count))
    return scene_from_polar(index * 180.0 * (3.0 - np.sqrt(5.0)), elevation_deg)


def equirectangular_pixel(
    azimuth_deg: ArrayLike, elevation_deg: ArrayLike, *, width_px: float, height_px: float
) -> tuple[Any, Any]:
    """Continuous column and row of a direction in an equirectangular picture.

    Pixel i covers [i, i + 1), so its centre is i + 0.5 and the picture's centre is (W / 2, H / 2).

    Args:
        azimuth_deg: positive to the left, of any shape.
        elevation_deg: positive up, of any shape.
        width_px: W.
        height_px: H.

    Returns:
        Columns in [0, W) and rows in [0, H], of the shape that both angles broadcast to.

    >>> [float(value) for value in equirectangular_pixel(90, 45, width_px=400, height_px=200)]
    [100.0, 50.0]
    """
    column = np.mod((0.5 - np.asarray(azimuth_deg, dtype=np.float64) / 360.0) * width_px, width_px)
    row = (0.5 - np.asarray(elevation_deg, dtype=np.float64) / 180.0) * height_px
    return column, row


def equirectangular_direction(
    column: ArrayLike, row: ArrayLike, *, width_px: float, height_px: float
) -> tuple[Any, Any]:
    """The direction of a continuous pixel position; the inverse of :func:`equirectangular_pixel`.

    Args:
        column: of any shape; columns outside the picture go on around it.
        row: of any shape.
        width_px: of the picture.
        height_px: of the picture.

    Returns:
        Azimuth and elevation in degrees, of the shapes of column and row.
    """
    azimuth_deg = wrapped_azimuth_deg((0.5 - np.asarray(column, dtype=np.float64) / width_px) * 360.0)
    elevation_deg = (0.5 - np.asarray(row, dtype=np.float64) / height_px) * 180.0
    return azimuth_deg, elevation_deg


def great_circle_deg(
    azimuth_a_deg: ArrayLike, elevation_a_deg: ArrayLike, azimuth_b_deg: ArrayLike, elevation_b_deg: ArrayLike
) -> Any:
    """The angle between two directions in degrees, in [0, 180], well conditioned at every size.

    Args:
        azimuth_a_deg: of the first direction; all four are of any shape and broadcast.
        elevation_a_deg: of the first direction.
        azimuth_b_deg: of the second direction.
        elevation_b_deg: of the second direction.

    >>> float(great_circle_deg(170, 0, -170, 0).round(9))
    20.0
    """
    a = scene_from_polar(azimuth_a_deg, elevation_a_deg)
    b = scene_from_polar(azimuth_b_deg, elevation_b_deg)
    return np.degrees(2.0 * np.arctan2(np.linalg.norm(a - b, axis=-1), np.linalg.norm(a + b, axis=-1)))
