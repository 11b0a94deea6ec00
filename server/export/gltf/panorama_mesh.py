"""What a picture is shown on in three dimensions: a sphere seen from inside, or a screen."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import quaternion_from_ypr, rotation_matrix, scene_from_polar, threejs_from_scene
from protocol.scene import Image

# Steps of 3.75°: between two vertices the picture is at most a tenth of a pixel of a 4096-pixel panorama off.
_COLUMNS, _ROWS = 96, 48


class Mesh(NamedTuple):
    """Textured triangles in the frame of three.js: right, up, back."""

    positions_m: NDArray[np.float32]
    """Shape (N, 3)."""
    texture_coordinates: NDArray[np.float32]
    """Shape (N, 2), in [0, 1], from the picture's upper left corner."""
    triangles: NDArray[np.uint16]
    """Shape (M, 3), counter-clockwise for whoever stands at the origin."""


def panorama_mesh(radius_m: float) -> Mesh:
    """A sphere around the origin that shows an equirectangular picture, its middle on −Z."""
    across, down = np.meshgrid(np.linspace(0.0, 1.0, _COLUMNS + 1), np.linspace(0.0, 1.0, _ROWS + 1))
    directions = scene_from_polar((0.5 - across) * 360.0, (0.5 - down) * 180.0, radius_m)
    return _grid(threejs_from_scene(directions), across, down)


def screen_mesh(distance_m: float, image: Image) -> Mesh:
    """A screen before the origin that shows a picture in perspective at the angles it was taken at, around −Z.

    The mesh has 4 vertices, of shape (4, 3), and 2 triangles.
    """
    across, down = np.meshgrid([0.0, 1.0], [0.0, 1.0])
    half_width_m = distance_m * math.tan(math.radians(image.hfov_deg) / 2.0)
    half_height_m = half_width_m * image.height_px / image.width_px
    front = np.full_like(across, distance_m)
    points = np.stack([front, (1.0 - 2.0 * across) * half_width_m, (1.0 - 2.0 * down) * half_height_m], axis=-1)
    upright = rotation_matrix(quaternion_from_ypr(0.0, image.pitch_deg, image.roll_deg))
    return _grid(threejs_from_scene(points @ upright.T), across, down)


def _grid(points: NDArray[np.float64], across: NDArray[np.float64], down: NDArray[np.float64]) -> Mesh:
    rows, columns = across.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    upper_left, upper_right = number[:-1, :-1].ravel(), number[:-1, 1:].ravel()
    lower_left, lower_right = number[1:, :-1].ravel(), number[1:, 1:].ravel()
    triangles = np.concatenate(
        [
            np.stack([upper_left, lower_left, lower_right], axis=1),
            np.stack([upper_left, lower_right, upper_right], axis=1),
        ]
    )
    return Mesh(
        points.reshape(-1, 3).astype(np.float32),
        np.stack([across, down], axis=-1).reshape(-1, 2).astype(np.float32),
        triangles.astype(np.uint16),
    )
