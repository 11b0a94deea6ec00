"""Draws a world as a picture: light gathered over each pixel, from sun, sky and the colours of things."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from server.synthetic.materials import Material, colour
from server.synthetic.raycast import Grid, bands, entry_m, eye_of, fill_ground, intersections, windows_of
from server.synthetic.shapes import Array, Shape, Triple, Vector
from server.synthetic.textures import hazed, interpolated, sky_colour
from server.synthetic.truth import Truth, truth
from server.synthetic.world import Part, World

# Light is gathered from this many rays along and across each pixel.
_RAYS = 2
# The map of sunlight on the ground: texels on a side, and metres from the middle to its edge.
_LIGHT_PX = 1536
_LIGHT_REACH_M = 60.0
_GAMMA = 2.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rendering:
    """A picture, uint8 sRGB of shape (W / 2, W, 3), and its truth."""

    pixels: NDArray[np.uint8] = field(repr=False)
    truth: Truth


def rendered(world: World, width_px: int) -> Rendering:
    """The picture of a world, lit by sun and sky, from four rays a pixel.

    Args:
        world: what to look at.
        width_px: of the picture, even; it is half as high.
    """
    wide_px = width_px * _RAYS
    grid, windows = Grid.of(world, wide_px), windows_of(world, wide_px)
    sunlight = _sunlight(world)
    pixels = np.empty((width_px // 2, width_px, 3), np.uint8)
    for rows in bands(wide_px // 2):
        size = (rows.stop - rows.start, wide_px)
        nearest_m, object_id = np.empty(size, np.float32), np.empty(size, np.int16)
        fill_ground(world, grid, rows, nearest_m, object_id)
        part_id = np.full(size, -1, np.int16)
        found: list[tuple[Part, tuple[slice, slice]]] = []
        for window, place, t in intersections(world, grid, windows, rows):
            nearer = t < nearest_m[place]
            nearest_m[place][nearer] = t[nearer]
            part_id[place][nearer] = len(found)
            found.append((window.part, place))
        light = _lit(world, grid.rays(rows, slice(None)), nearest_m, object_id, part_id, found, sunlight)
        small = cv2.resize(light, (width_px, size[0] // _RAYS), interpolation=cv2.INTER_AREA)
        out = slice(rows.start // _RAYS, rows.stop // _RAYS)
        pixels[out] = (255.0 * np.clip(small, 0.0, 1.0) ** (1.0 / _GAMMA) + 0.5).astype(np.uint8)
    return Rendering(pixels=pixels, truth=truth(world, width_px))


def _lit(
    world: World,
    ray: Vector,
    distance_m: Array,
    object_id: NDArray[np.int16],
    part_id: NDArray[np.int16],
    found: list[tuple[Part, tuple[slice, slice]]],
    sunlight: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Linear light of shape (rows, columns, 3) in a band."""
    light = np.empty((*distance_m.shape, 3), np.float32)
    flat, t_flat = light.reshape(-1, 3), distance_m.ravel()
    rays = tuple(np.broadcast_to(d, distance_m.shape).ravel() for d in ray)
    is_sky = ~np.isfinite(t_flat)
    sky = np.flatnonzero(is_sky)
    if sky.size:
        flat[sky] = sky_colour((rays[0][sky], rays[1][sky], rays[2][sky]), world.sun)
    eye = eye_of(world)

    def shade(at: NDArray[np.intp], material: Material, tint: Triple, seed: int, shape: Shape | None) -> None:
        t, along = t_flat[at], (rays[0][at], rays[1][at], rays[2][at])
        x, y, z = (e + t * d for e, d in zip(eye, along, strict=True))
        if shape is None:
            zero = np.zeros_like(t)
            normal: Vector = (zero, zero, zero + 1)
            sun = _ground_sunlight(sunlight, x, y)
        else:
            normal = shape.normal((x, y, z))
            sun = 1 - 0.35 * np.exp(-np.maximum(z, 0) / 0.35)
        found = colour(material, (x, y, z), normal, along, t, tint=tint, seed=seed, sun=world.sun, sunlight=sun)
        flat[at] = hazed(found, t)

    ground_id = np.where((part_id.ravel() < 0) & ~is_sky, object_id.ravel(), np.int16(-2))
    first = len(world.things)
    for index, strip in [(-1, None), *enumerate(world.strips, start=first)]:
        at = np.flatnonzero(ground_id == index)
        if at.size:
            middle = 0.0 if strip is None else sum(strip.y_m) / 2.0
            half = 1.0 if strip is None else (strip.y_m[1] - strip.y_m[0]) / 2.0
            shade(at, Material.GRASS if strip is None else strip.material, (middle, half, 0.0), 0, None)
    width_px = distance_m.shape[1]
    for number, (part, (rows, columns)) in enumerate(found):
        row, column = np.nonzero(part_id[rows, columns] == number)
        if row.size:
            at = (row + rows.start) * width_px + column + columns.start
            shade(at, part.material, part.tint, part.seed, part.shape)
    return light


def _sunlight(world: World) -> NDArray[np.float32]:
    """How much sun reaches the ground around the origin: cast shadows, and a dark rim where things stand on it."""
    texel_m = 2.0 * _LIGHT_REACH_M / _LIGHT_PX
    axis = (np.arange(_LIGHT_PX, dtype=np.float32) + 0.5) * np.float32(texel_m) - np.float32(_LIGHT_REACH_M)
    sunny = np.ones((_LIGHT_PX, _LIGHT_PX), np.float32)
    stood_on = np.zeros_like(sunny)
    to_sun = world.sun.direction
    ray = tuple(np.full(1, component, np.float32) for component in to_sun)
    for thing in world.things:
        for part in thing.parts:
            corners = part.shape.corners()
            shadow = corners[:, :2] - np.outer(corners[:, 2] / to_sun[2], to_sun[:2])
            for points, target in ((shadow, sunny), (corners[:, :2], stood_on)):
                low = np.clip((points.min(axis=0) + _LIGHT_REACH_M) / texel_m - 1, 0, _LIGHT_PX).astype(int)
                high = np.clip((points.max(axis=0) + _LIGHT_REACH_M) / texel_m + 2, 0, _LIGHT_PX).astype(int)
                if (high <= low).any():
                    continue
                x, y = axis[None, low[0] : high[0]], axis[low[1] : high[1], None]
                patch = target[low[1] : high[1], low[0] : high[0]]
                if target is sunny:
                    eye = (x, y, np.zeros((1, 1), np.float32))
                    patch[np.isfinite(entry_m(part, eye, (ray[0], ray[1], ray[2])))] = 0.0
                elif corners[:, 2].min() < 0.3:
                    up = (np.zeros(1, np.float32), np.zeros(1, np.float32), np.ones(1, np.float32))
                    eye = (x, y, np.full((1, 1), -1.0, np.float32))
                    patch[np.isfinite(part.shape.entry_m(eye, up))] = 1.0
    rim = cv2.GaussianBlur(stood_on, (0, 0), 0.25 / texel_m)
    soft: NDArray[np.float32] = cv2.GaussianBlur(sunny, (0, 0), 0.08 / texel_m) * (1.0 - 0.6 * rim)
    return soft


def _ground_sunlight(sunlight: NDArray[np.float32], x: Array, y: Array) -> Array:
    """The sunlight at points of the ground; full beyond the map."""
    texel = np.float32(_LIGHT_PX / (2.0 * _LIGHT_REACH_M))
    found = interpolated(
        sunlight,
        (x + np.float32(_LIGHT_REACH_M)) * texel - 0.5,
        (y + np.float32(_LIGHT_REACH_M)) * texel - 0.5,
    )
    outside = np.maximum(np.abs(x), np.abs(y)) > np.float32(_LIGHT_REACH_M - 0.2)
    found[outside] = 1.0
    return found
