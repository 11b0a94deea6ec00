"""What surfaces look like: colours in linear light as functions of where on the surface one looks, in metres.

Nothing here knows of pixels, so a turned or resized picture shows the same grain in the same place. Detail finer than
a pixel could hold fades into its mean, by the size that a pixel has on the surface.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from server.embedded.street.shapes import Array, Triple, Vector, dot
from server.embedded.street.textures import Colour, Sun, fade, hashed, linear, noise, sky_colour, solid_noise, within

_SUNLIGHT = np.array([1.55, 1.42, 1.18], dtype=np.float32)
_SKYLIGHT = np.array([0.50, 0.57, 0.68], dtype=np.float32)
# The angle between neighbouring rays of a picture 2048 wide with four rays a pixel: what detail is faded by.
_RAY_RAD = 0.0018
_DOORS: tuple[Triple, ...] = ((0.24, 0.38, 0.34), (0.47, 0.22, 0.17), (0.20, 0.28, 0.42), (0.42, 0.33, 0.24))


class Material(Enum):
    """What a surface is made of."""

    ASPHALT = auto()
    PAVING = auto()
    GRASS = auto()
    WATER = auto()
    PLASTER = auto()
    BRICK = auto()
    ROOF = auto()
    FOLIAGE = auto()
    WOODS = auto()
    BARK = auto()
    PAINT = auto()
    GLASS = auto()
    PLAIN = auto()
    STRIPES = auto()
    FOAM = auto()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Spot:
    """Points of a surface, and how large a pixel is on it."""

    point: Vector
    normal: Vector
    grain_m: Array
    tint: Triple
    seed: int


def colour(
    material: Material,
    point: Vector,
    normal: Vector,
    ray: Vector,
    distance_m: Array,
    *,
    tint: Triple,
    seed: int,
    sun: Sun,
    sunlight: Array | np.float32,
) -> Colour:
    """What leaves a surface towards the eye.

    Args:
        material: what it is made of.
        point: where on it, metres.
        normal: its outward unit normal there.
        ray: unit directions from the eye.
        distance_m: along the rays.
        tint: its own sRGB colour; for ground, the y of its middle and half its width in metres.
        seed: shifts its texture, so that no two trees are alike.
        sun: where the light comes from.
        sunlight: which part of the sun reaches it, in [0, 1].
    """
    facing = np.abs(dot(normal, ray))
    grain_m = np.float32(_RAY_RAD) * distance_m / np.maximum(facing, 0.02)
    if material is Material.WATER:
        return _water(point, ray, grain_m, sun)
    albedo = _ALBEDO[material](_Spot(point=point, normal=normal, grain_m=grain_m, tint=tint, seed=seed))
    towards = dot(normal, sun.direction)
    if material in (Material.FOLIAGE, Material.WOODS):
        towards = 0.35 + 0.65 * towards
    direct = np.maximum(towards, 0) * sunlight
    ambient = 0.62 + 0.28 * normal[2]
    light = direct[:, None] * _SUNLIGHT + ambient[:, None] * _SKYLIGHT
    lit: Colour = albedo * light
    if material in (Material.GLASS, Material.PAINT):
        twice = 2 * dot(normal, ray)
        bounce = tuple(d - n * twice for d, n in zip(ray, normal, strict=True))
        mirrored = sky_colour((bounce[0], bounce[1], np.abs(bounce[2])), sun)
        shine = 0.08 + 0.6 * (1 - facing) ** 3
        if material is Material.GLASS:
            shine += 0.22
        lit += shine[:, None] * (mirrored - lit)
    return lit


def ragged(point: Vector, facing: Array, seed: int) -> NDArray[np.bool_]:
    """Where a ray slips through between leaves: only near the outline, where the crown is thin."""
    x, y, z = point
    lump = solid_noise(x, y, z, 2.6, seed=seed % 5, beta=1.1)
    slips: NDArray[np.bool_] = facing < 0.30 + 0.20 * lump
    return slips


def _asphalt(spot: _Spot) -> Colour:
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


def _paving(spot: _Spot) -> Colour:
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


def _grass(spot: _Spot) -> Colour:
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


def _plaster(spot: _Spot) -> Colour:
    return _facade(spot, bricks=False)


def _brick(spot: _Spot) -> Colour:
    return _facade(spot, bricks=True)


def _facade(spot: _Spot, *, bricks: bool) -> Colour:
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


def _roof(spot: _Spot) -> Colour:
    x, y, z = spot.point
    along = np.where(np.abs(spot.normal[0]) > np.abs(spot.normal[1]), y, x)
    course = np.floor(z / 0.22)
    tile = np.floor(along / 0.25 + 0.5 * np.mod(course, 2))
    tone = 1 + 0.28 * (hashed(tile, course) - 0.5) * fade(0.2, spot.grain_m)
    tone -= 0.3 * (np.mod(z / 0.22, 1) < 0.18) * fade(0.1, spot.grain_m)
    tone += 0.1 * noise(along, z, 5.0, seed=spot.seed % 7)
    found: Colour = np.maximum(tone, 0.2)[:, None] * linear(spot.tint)
    return found


def _foliage(spot: _Spot) -> Colour:
    x, y, z = spot.point
    shift = np.float32(1.7 * spot.seed)
    clumps = solid_noise(x + shift, y, z, 5.0, seed=2, beta=1.3) * fade(0.5, spot.grain_m)
    leaves = solid_noise(x + shift, y, z, 2.3, seed=3, beta=0.55) * fade(0.04, spot.grain_m)
    return _leafy(clumps, leaves, spot.tint)


def _woods(spot: _Spot) -> Colour:
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


def _bark(spot: _Spot) -> Colour:
    z = spot.point[2]
    tone = 1 + 0.35 * noise(np.arctan2(spot.normal[1], spot.normal[0]), z * 0.2, 1.0, seed=4, beta=0.8)
    found: Colour = np.maximum(tone, 0.3)[:, None] * linear((0.36, 0.29, 0.23))
    return found


def _stripes(spot: _Spot) -> Colour:
    gore = np.mod(np.floor(np.arctan2(spot.normal[1], spot.normal[0]) / np.float32(np.pi / 6)), 2)[:, None]
    light: Colour = np.where(gore > 0, linear(spot.tint), linear((0.96, 0.90, 0.72)))
    return light


def _plain(spot: _Spot) -> Colour:
    x, y, z = spot.point
    tone = 1 + 0.06 * noise(x + z, y - z, 0.8, seed=spot.seed % 7, beta=1.0) * fade(0.05, spot.grain_m)
    found: Colour = tone[:, None] * linear(spot.tint)
    return found


def _foam(spot: _Spot) -> Colour:
    x, y, z = spot.point
    tone = 0.9 + 0.2 * noise((x + y) * 3, z * 0.7, 1.5, seed=5, beta=0.7)
    found: Colour = np.clip(tone, 0.3, 1.3)[:, None] * linear((0.80, 0.88, 0.93))
    return found


def _water(point: Vector, ray: Vector, grain_m: Array, sun: Sun) -> Colour:
    """Sky mirrored in ripples over a dark bed, by Schlick's approximation of Fresnel's law."""
    x, y, _ = point
    swell = noise(x, y * 1.6, 9.0, seed=1, beta=2.0) * fade(2.0, grain_m)
    ripple = noise(x * 0.8, y * 1.4, 2.2, seed=6, beta=1.4) * fade(0.5, grain_m)
    tilt_x = 0.03 * swell + 0.038 * ripple
    tilt_y = 0.03 * noise(x, y, 3.0, seed=3, beta=1.6) * fade(0.6, grain_m) + 0.028 * ripple
    slope = ray[0] * tilt_x + ray[1] * tilt_y + ray[2]
    mirrored = sky_colour((ray[0] - 2 * slope * tilt_x, ray[1] - 2 * slope * tilt_y, np.abs(ray[2] - 2 * slope)), sun)
    fresnel = 0.04 + 0.96 * (1 - np.clip(np.abs(slope), 0, 1)) ** 4
    bed = linear((0.15, 0.27, 0.27)) * (1 + 0.15 * swell)[:, None]
    water: Colour = bed + (0.78 * fresnel)[:, None] * (mirrored - bed)
    return water


_ALBEDO: dict[Material, Callable[[_Spot], Colour]] = {
    Material.ASPHALT: _asphalt,
    Material.PAVING: _paving,
    Material.GRASS: _grass,
    Material.PLASTER: _plaster,
    Material.BRICK: _brick,
    Material.ROOF: _roof,
    Material.FOLIAGE: _foliage,
    Material.WOODS: _woods,
    Material.BARK: _bark,
    Material.PAINT: _plain,
    Material.GLASS: _plain,
    Material.PLAIN: _plain,
    Material.STRIPES: _stripes,
    Material.FOAM: _foam,
}
