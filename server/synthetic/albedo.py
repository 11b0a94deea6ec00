"""The colours of surfaces: how much of the light each reflects, as functions of where on it one looks, in metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.synthetic.shapes import Array, Triple, Vector
from server.synthetic.textures import Colour, fade, hashed, linear, noise, solid_noise, within

_DOORS: tuple[Triple, ...] = ((0.24, 0.38, 0.34), (0.47, 0.22, 0.17), (0.20, 0.28, 0.42), (0.42, 0.33, 0.24))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spot:
    """Points of a surface.

    Attributes:
        point: metres, three arrays of shape (N,).
        normal: outward unit normals, three arrays of shape (N,).
        grain_m: how large a pixel is there, shape (N,).
        tint: the surface's own sRGB colour in [0, 1]; for ground, the y of its middle and half its width in metres.
        seed: shifts its texture.
    """

    point: Vector
    normal: Vector
    grain_m: Array
    tint: Triple
    seed: int


def asphalt(spot: Spot) -> Colour:
    """A road: worn lanes, a dashed line in its middle and solid ones along its edges."""
    x, y, _ = spot.point
    middle, half = np.float32(spot.tint[0]), np.float32(spot.tint[1])
    tone = 1 + 0.16 * noise(x, y, 1.3, beta=0.4) * fade(0.02, spot.grain_m)
    tone += 0.08 * noise(x, y, 17.0, seed=2, beta=2.0)
    lane = np.abs(np.abs(y - middle) - half / 2)
    tone -= 0.10 * np.exp(-(((lane - 0.8) / 0.35) ** 2))
    albedo = tone[:, None] * linear((0.40, 0.40, 0.415))
    dash = within(np.mod(x, 6) - 1.5, 1.5, spot.grain_m)
    marks = within(y - middle, 0.07, spot.grain_m) * dash
    marks = np.maximum(marks, within(np.abs(y - middle) - (half - 0.25), 0.05, spot.grain_m))
    worn = 0.85 + 0.12 * noise(x, y, 2.0, seed=3, beta=1.0)
    found: Colour = albedo + (marks * worn)[:, None] * (linear((0.88, 0.88, 0.85)) - albedo)
    return found


def paving(spot: Spot) -> Colour:
    """Slabs of stone in a running bond."""
    x, y, _ = spot.point
    row = np.floor(y / 0.4)
    across = x / 0.6 + 0.5 * np.mod(row, 2)
    slab = np.floor(across)
    tone = 1 + 0.20 * (hashed(slab, row) - 0.5) * fade(0.4, spot.grain_m)
    tone += 0.07 * noise(x, y, 1.1, beta=0.6) * fade(0.03, spot.grain_m) + 0.05 * noise(x, y, 13.0)
    to_joint_m = np.minimum(
        0.3 - np.abs(across - slab - 0.5) * 0.6,
        0.2 - np.abs(y / 0.4 - row - 0.5) * 0.4,
    )
    joint = np.clip((0.012 - to_joint_m) / np.maximum(spot.grain_m, 0.004) + 0.5, 0, 1)
    tone *= 1 - 0.45 * joint * fade(0.15, spot.grain_m)
    found: Colour = tone[:, None] * linear((0.66, 0.635, 0.59))
    return found


def grass(spot: Spot) -> Colour:
    """Blades, tufts and a few flowers."""
    x, y, _ = spot.point
    blades = noise(x, y, 1.6, seed=4, beta=0.5) * fade(0.02, spot.grain_m)
    tufts = noise(x, y, 3.1, seed=5, beta=1.2) * fade(0.25, spot.grain_m)
    meadow = noise(x, y, 23.0, seed=6, beta=2.0)
    tone = 1 + 0.30 * blades + 0.24 * tufts + 0.12 * meadow
    dry = np.clip(0.35 + 0.25 * meadow + 0.15 * tufts, 0, 1)[:, None]
    green = linear((0.30, 0.47, 0.17)) * (1 - dry) + linear((0.50, 0.55, 0.24)) * dry
    albedo = np.maximum(tone, 0.2)[:, None] * green
    cell_x, cell_y = np.floor(x / 0.35), np.floor(y / 0.35)
    pick = hashed(cell_x, cell_y)
    off_m = np.hypot(
        x - (cell_x + 0.2 + 0.6 * hashed(cell_y, cell_x)) * 0.35,
        y - (cell_y + 0.2 + 0.6 * hashed(cell_x + 7, cell_y)) * 0.35,
    )
    flower = (pick > 0.93) * np.clip((0.025 - off_m) / np.maximum(spot.grain_m, 0.006) + 0.5, 0, 1)
    petal = np.where((pick > np.float32(0.965))[:, None], linear((0.95, 0.94, 0.9)), linear((0.93, 0.79, 0.2)))
    found: Colour = albedo + (flower * fade(0.06, spot.grain_m))[:, None] * (petal - albedo)
    return found


def plaster(spot: Spot) -> Colour:
    """A plastered front of a house."""
    return _facade(spot, bricks=False)


def brick(spot: Spot) -> Colour:
    """A front of bricks and mortar."""
    return _facade(spot, bricks=True)


def _facade(spot: Spot, *, bricks: bool) -> Colour:
    """A wall with rows of windows, a plinth and, in the lowest storey, doors."""
    x, y, z = spot.point
    along = np.where(np.abs(spot.normal[0]) > np.abs(spot.normal[1]), y, x) + np.float32(0.37 * spot.seed)
    tone = (
        1
        + 0.06 * noise(along, z, 7.0, seed=spot.seed % 7)
        + 0.05 * noise(along, z, 0.9, seed=1, beta=0.7) * fade(0.03, spot.grain_m)
    )
    if bricks:
        course = np.floor(z / 0.08)
        head = along / 0.24 + 0.5 * np.mod(course, 2)
        tone += 0.30 * (hashed(np.floor(head), course) - 0.5) * fade(0.1, spot.grain_m)
        joint_m = np.minimum(
            np.abs(np.mod(head, 1) - 0.5) * -0.24 + 0.12,
            0.04 - np.abs(np.mod(z / 0.08, 1) - 0.5) * 0.08,
        )
        mortar = np.clip((0.006 - joint_m) / np.maximum(spot.grain_m, 0.003) + 0.5, 0, 1) * fade(0.04, spot.grain_m)
    wall = np.maximum(tone, 0.3)[:, None] * linear(spot.tint)
    if bricks:
        wall += (mortar * 0.5)[:, None] * (linear((0.72, 0.70, 0.66)) - wall)
    wall *= np.where(z < np.float32(0.6), np.float32(0.62), np.float32(1))[:, None]
    bay, storey = np.floor(along / 2.3), np.floor(z / 3.1)
    u = along - (bay + 0.5) * 2.3
    v = z - storey * 3.1 - 1.75
    is_door = (storey == 0) & (hashed(bay + spot.seed, storey) > 0.6)
    half_v = np.where(is_door, np.float32(1.15), np.float32(0.78))
    v = np.where(is_door, v + np.float32(0.55), v)
    frame = within(u, 0.62, spot.grain_m) * within(v / half_v * 0.78, 0.86, spot.grain_m)
    pane = within(u, 0.52, spot.grain_m) * within(v / half_v, 0.95, spot.grain_m)
    pane *= 1 - within(u, 0.025, spot.grain_m) * fade(0.06, spot.grain_m)
    pick = hashed(bay + 3, storey + spot.seed)
    lit = linear((0.14, 0.18, 0.23)) + (0.5 * pick + 0.18 * v)[:, None] * linear((0.45, 0.55, 0.65))
    drawn = (pick > 0.55) & (np.abs(u) > 0.30 + 0.15 * pick)
    lit = np.where(drawn[:, None], linear((0.78, 0.74, 0.68)) * np.float32(0.55), lit)
    door = linear(_DOORS[spot.seed % len(_DOORS)])
    lit = np.where((is_door & (v < np.float32(0.55)))[:, None], door * np.float32(0.7), lit)
    on_wall = (np.abs(spot.normal[2]) < 0.3).astype(np.float32)
    wall += (frame * on_wall)[:, None] * (linear((0.90, 0.89, 0.86)) - wall)
    found: Colour = wall + (pane * on_wall)[:, None] * (lit - wall)
    return found


def roof(spot: Spot) -> Colour:
    """Rows of tiles."""
    x, y, z = spot.point
    along = np.where(np.abs(spot.normal[0]) > np.abs(spot.normal[1]), y, x)
    course = np.floor(z / 0.22)
    tile = np.floor(along / 0.25 + 0.5 * np.mod(course, 2))
    tone = 1 + 0.28 * (hashed(tile, course) - 0.5) * fade(0.2, spot.grain_m)
    tone -= 0.3 * (np.mod(z / 0.22, 1) < 0.18) * fade(0.1, spot.grain_m)
    tone += 0.1 * noise(along, z, 5.0, seed=spot.seed % 7)
    found: Colour = np.maximum(tone, 0.2)[:, None] * linear(spot.tint)
    return found


def foliage(spot: Spot) -> Colour:
    """Leaves of a crown near by."""
    x, y, z = spot.point
    shift = np.float32(1.7 * spot.seed)
    clumps = solid_noise(x + shift, y, z, 5.0, seed=2, beta=1.3) * fade(0.5, spot.grain_m)
    leaves = solid_noise(x + shift, y, z, 2.3, seed=3, beta=0.55) * fade(0.04, spot.grain_m)
    return _leafy(clumps, leaves, spot.tint)


def woods(spot: Spot) -> Colour:
    """Crowns of a wood far off."""
    x, y, z = spot.point
    crowns = solid_noise(x, y, z * 2, 90.0, seed=3, beta=1.0) * fade(6.0, spot.grain_m)
    return _leafy(crowns, np.zeros_like(crowns), spot.tint)


def _leafy(clumps: Array, leaves: Array, tint: Triple) -> Colour:
    """Greens from the shade within to the sunny tips."""
    tone = 0.92 + 0.30 * clumps + 0.42 * leaves
    warm = np.clip(0.4 + 0.30 * clumps + 0.12 * leaves, 0, 1)[:, None]
    green = linear(tint) * (1 - warm) + linear((tint[0] + 0.16, tint[1] + 0.14, tint[2] + 0.04)) * warm
    found: Colour = np.maximum(tone, 0.12)[:, None] * green
    return found


def bark(spot: Spot) -> Colour:
    """The trunk of a tree."""
    z = spot.point[2]
    tone = 1 + 0.35 * noise(np.arctan2(spot.normal[1], spot.normal[0]), z * 0.2, 1.0, seed=4, beta=0.8)
    found: Colour = np.maximum(tone, 0.3)[:, None] * linear((0.36, 0.29, 0.23))
    return found


def stripes(spot: Spot) -> Colour:
    """Cloth in gores of two colours."""
    gore = np.mod(np.floor(np.arctan2(spot.normal[1], spot.normal[0]) / np.float32(np.pi / 6)), 2)[:, None]
    light: Colour = np.where(gore > 0, linear(spot.tint), linear((0.96, 0.90, 0.72)))
    return light


def plain(spot: Spot) -> Colour:
    """One colour, hardly mottled."""
    x, y, z = spot.point
    tone = 1 + 0.06 * noise(x + z, y - z, 0.8, seed=spot.seed % 7, beta=1.0) * fade(0.05, spot.grain_m)
    found: Colour = tone[:, None] * linear(spot.tint)
    return found


def foam(spot: Spot) -> Colour:
    """Falling water, white with air."""
    x, y, z = spot.point
    tone = 0.9 + 0.2 * noise((x + y) * 3, z * 0.7, 1.5, seed=5, beta=0.7)
    found: Colour = np.clip(tone, 0.3, 1.3)[:, None] * linear((0.80, 0.88, 0.93))
    return found
