"""Plain rooms and yards for learning: paint of any colour that is nothing but paint, and ceilings as pale as a sky."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from server.perception.land_cover.classes import Cover
from server.pipeline.views import View

Pixels = NDArray[np.uint8]
Doubles = NDArray[np.float64]

_RAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Room:
    """A panorama, uint8 sRGB (W / 2, W, 3), and the cover of each pixel, (W / 2, W)."""

    pixels: Pixels = field(repr=False)
    cover: Pixels = field(repr=False)


def room(seed: int, width_px: int) -> Room:
    """A box with painted walls, seen from inside.

    Of four, two are yards under an overcast sky, often as green as a garden.

    Args:
        seed: of its size, paint and panels.
        width_px: of the picture.
    """
    chance = np.random.default_rng(seed)
    is_yard = seed % 4 >= 2
    half_m = chance.uniform(2.0, 8.0, 2)
    low_m, high_m = -1.6, float(chance.uniform(1.0, 7.0) if is_yard else chance.uniform(1.0, 3.5))
    view = View(
        name="",
        projection="equirectangular",
        width_px=_RAYS * width_px,
        height_px=_RAYS * width_px // 2,
    )
    column, row = np.meshgrid(np.arange(view.width_px) + 0.5, np.arange(view.height_px) + 0.5)
    azimuth, elevation = (np.radians(angle) for angle in view.direction(column, row))
    ray = np.stack([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    with np.errstate(divide="ignore"):
        reach = np.stack(
            [half_m[0] / abs(ray[0]), half_m[1] / abs(ray[1]), np.where(ray[2] > 0, high_m, low_m) / ray[2]]
        )
    face = np.argmin(reach, axis=0)
    point = ray * reach.min(axis=0)
    wall = np.where(face == 0, np.where(ray[0] > 0, 0, 1), np.where(ray[1] > 0, 2, 3))
    is_floor, is_top = (face == 2) & (ray[2] < 0), (face == 2) & (ray[2] > 0)
    colour = _walls(point, face, wall, chance, leafy=is_yard and bool(chance.random() < 0.7))
    colour[is_floor] = _floor(point[:, is_floor], chance)
    ceiling = chance.uniform(190, 250) + chance.uniform(-6, 6, 3)
    overcast = np.array([206.0, 209.0, 214.0]) * (((1 + 2 * np.maximum(ray[2], 0)) / 3) ** 0.25)[..., None]
    colour[is_top] = overcast[is_top] if is_yard else ceiling
    if not is_yard:
        to_edge = np.sort(np.stack([half_m[0] - abs(point[0]), half_m[1] - abs(point[1]), high_m - point[2]]), axis=0)
        colour *= (1 - 0.25 * np.exp(-to_edge[1] / 0.5))[..., None]
    colour += chance.normal(0.0, chance.uniform(0.5, 6.0), colour.shape[:2])[..., None]
    cover = np.full(face.shape, Cover.BUILDING if is_yard else Cover.INTERIOR, np.uint8)
    cover[is_floor] = Cover.PAVED
    if is_yard:
        cover[is_top] = Cover.SKY
    pixels = cv2.resize(
        np.clip(colour, 0, 255).astype(np.uint8), (width_px, width_px // 2), interpolation=cv2.INTER_AREA
    )
    return Room(pixels=np.asarray(pixels, np.uint8), cover=cover[::_RAYS, ::_RAYS].copy())


def _walls(
    point: Doubles, face: NDArray[np.intp], wall: NDArray[np.intp], chance: np.random.Generator, *, leafy: bool
) -> Doubles:
    """Paint, one for all walls or one each, and panels on it: doors, pictures, cupboards."""
    paints = np.stack([_leafy_paint(chance) if leafy else _paint(chance) for _ in range(4)])
    paint = np.tile(paints[0], (4, 1)) if chance.random() < 0.5 else paints
    colour: Doubles = paint[wall]
    along = np.where(face == 0, point[1], point[0])
    for _ in range(int(chance.integers(0, 7))):
        middle_m, width_m, foot_m, top_m = chance.uniform([-3.0, 0.3, -1.6, 0.0], [3.0, 1.5, 0.0, 1.0])
        is_panel = (wall == chance.integers(4)) & (abs(along - middle_m) < width_m / 2)
        colour[is_panel & (point[2] > foot_m) & (point[2] < top_m)] = _paint(chance)
    return colour


def _floor(point: Doubles, chance: np.random.Generator) -> Doubles:
    """A carpet of any colour, or tiles."""
    colour = np.tile(_paint(chance), (point.shape[1], 1))
    if chance.random() < 0.6:
        side_m = chance.uniform(0.2, 0.8)
        on_joint = (np.mod(point[0], side_m) < 0.03) | (np.mod(point[1], side_m) < 0.03)
        colour[on_joint] *= chance.uniform(0.5, 0.9)
    return colour


def _paint(chance: np.random.Generator) -> Doubles:
    """White, or any colour, or one of leaves, lawns and skies; sRGB in [0, 255]."""
    kind = chance.random()
    if kind < 0.4:
        return np.asarray(chance.uniform(200, 245) + chance.uniform(-8, 8, 3), np.float64)
    if kind < 0.7:
        return np.asarray(chance.uniform(40, 220, 3), np.float64)
    if kind < 0.85:
        return _leafy_paint(chance)
    grey, tint = chance.uniform(50, 110), chance.uniform(30, 90)
    return np.asarray([grey, grey + 0.5 * tint, grey + tint], np.float64)


def _leafy_paint(chance: np.random.Generator) -> Doubles:
    """The green of leaves and lawns."""
    grey, tint = chance.uniform(50, 110), chance.uniform(30, 90)
    return np.asarray([grey, grey + tint, grey - chance.uniform(-10, 20)], np.float64)
