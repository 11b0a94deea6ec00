"""Plain panoramas drawn with arrays: rooms and yards whose colours are all that they show."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from server.pipeline.views import Picture, View

Pixels = NDArray[np.uint8]
Colours = NDArray[np.float64]
Paint = Callable[[Colours, Colours], Colours]
"""The colour, sRGB in [0, 255] with shape (N, 3), at metres (N,) along two sides of a face."""


def as_picture(pixels: Pixels) -> Picture:
    """An equirectangular picture."""
    height_px, width_px = pixels.shape[:2]
    view = View(name="picture", projection="equirectangular", width_px=width_px, height_px=height_px)
    return Picture(pixels=pixels, view=view)


def plain(red: float, green: float, blue: float, *, grain: float = 0.0, seed: int = 0) -> Paint:
    """One colour; ``grain`` is the deviation of fine noise on it."""

    def paint(x_m: Colours, y_m: Colours) -> Colours:
        noise = _noise(x_m, y_m, 0.05, seed) * grain
        return np.array([red, green, blue]) + noise[:, None]

    return paint


def tiles(paint: Paint, *, side_m: float = 0.4, joint_m: float = 0.02, darker: float = 0.6) -> Paint:
    """Another paint with joints."""

    def tiled(x_m: Colours, y_m: Colours) -> Colours:
        on_joint = (np.mod(x_m, side_m) < joint_m) | (np.mod(y_m, side_m) < joint_m)
        return paint(x_m, y_m) * np.where(on_joint, darker, 1.0)[:, None]

    return tiled


def room(
    *,
    floor: Paint,
    walls: tuple[Paint, Paint, Paint, Paint],
    ceiling: Paint | None,
    size_m: tuple[float, float, float] = (6.0, 5.0, 2.8),
    eye_m: float = 1.6,
    width_px: int = 1024,
) -> Picture:
    """A box seen from its middle, lit evenly with darker corners; without a ceiling it is open to an overcast sky.

    Args:
        floor: of its ground.
        walls: in front, to the left, behind and to the right.
        ceiling: None for a yard.
        size_m: front to back, side to side, and height.
        eye_m: height of the eye.
        width_px: of the picture.
    """
    across_px, down_px = width_px * 3 // 2, width_px * 3 // 4
    view = View(name="picture", projection="equirectangular", width_px=across_px, height_px=down_px)
    azimuth_deg, elevation_deg = view.direction(*np.meshgrid(np.arange(across_px) + 0.5, np.arange(down_px) + 0.5))
    az, el = np.radians(azimuth_deg).ravel(), np.radians(elevation_deg).ravel()
    ray = np.stack([np.cos(el) * np.cos(az), np.cos(el) * np.sin(az), np.sin(el)], axis=1)
    half = np.array([size_m[0] / 2, size_m[1] / 2])
    high, low = size_m[2] - eye_m, -eye_m
    with np.errstate(divide="ignore"):
        reach = np.stack(
            [half[0] / np.abs(ray[:, 0]), half[1] / np.abs(ray[:, 1]), np.where(ray[:, 2] > 0, high, low) / ray[:, 2]]
        )
    axis = np.argmin(reach, axis=0)
    point = ray * reach.min(axis=0)[:, None]
    faces: list[tuple[NDArray[np.bool_], Paint, int, int]] = [
        ((axis == 0) & (ray[:, 0] > 0), walls[0], 1, 2),
        ((axis == 1) & (ray[:, 1] > 0), walls[1], 0, 2),
        ((axis == 0) & (ray[:, 0] < 0), walls[2], 1, 2),
        ((axis == 1) & (ray[:, 1] < 0), walls[3], 0, 2),
        ((axis == 2) & (ray[:, 2] < 0), floor, 0, 1),
    ]
    if ceiling is not None:
        faces.append(((axis == 2) & (ray[:, 2] > 0), ceiling, 0, 1))
    colour = np.empty((az.size, 3))
    # An overcast sky is three times as bright overhead as at the horizon (CIE 1955).
    colour[:] = (np.array([206, 209, 214]) * ((1 + 2 * np.maximum(np.sin(el), 0)) / 3)[:, None] ** 0.25).clip(0, 255)
    for where, paint, across, up in faces:
        colour[where] = paint(point[where, across], point[where, up])
        if ceiling is not None:
            to_edge = np.sort(
                np.stack([half[0] - abs(point[where, 0]), half[1] - abs(point[where, 1]), high - point[where, 2]]),
                axis=0,
            )[1]
            colour[where] *= (1 - 0.25 * np.exp(-to_edge / 0.5))[:, None]
    large = colour.reshape(down_px, across_px, 3).clip(0, 255).astype(np.uint8)
    return as_picture(np.asarray(cv2.resize(large, (width_px, width_px // 2), interpolation=cv2.INTER_AREA)))


def _noise(x_m: Colours, y_m: Colours, cell_m: float, seed: int) -> Colours:
    """Deterministic value noise in [−1, 1], one value to a cell."""
    cells = np.floor(x_m / cell_m) * 12.9898 + np.floor(y_m / cell_m) * 78.233 + seed
    return 2 * np.mod(np.sin(cells) * 43758.5453, 1.0) - 1
