"""What surfaces look like: linear light as a function of where on the surface one looks, in metres.

Nothing here knows of pixels, so a turned or resized picture shows the same grain in the same place. Detail finer than
a pixel could hold fades into its mean, by the size that a pixel has on the surface.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from server.synthetic import albedo
from server.synthetic.albedo import Spot
from server.synthetic.shapes import Array, Triple, Vector, dot
from server.synthetic.textures import Colour, Sun, fade, linear, noise, sky_colour, solid_noise

_SUNLIGHT = np.array([1.55, 1.42, 1.18], dtype=np.float32)
_SKYLIGHT = np.array([0.50, 0.57, 0.68], dtype=np.float32)
# The angle between neighbouring rays of a picture 2048 wide with four rays a pixel: what detail is faded by.
_RAY_RAD = 0.0018


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
        point: where on it, metres; three arrays of shape (N,).
        normal: its outward unit normal there; three arrays of shape (N,).
        ray: unit directions from the eye; three arrays of shape (N,).
        distance_m: along the rays, shape (N,).
        tint: its own sRGB colour; for ground, the y of its middle and half its width in metres.
        seed: shifts its texture, so that no two trees are alike.
        sun: where the light comes from.
        sunlight: which part of the sun reaches it, in [0, 1], shape (N,) or one number.

    Returns:
        Linear light, shape (N, 3).
    """
    facing = np.abs(dot(normal, ray))
    grain_m = np.float32(_RAY_RAD) * distance_m / np.maximum(facing, 0.02)
    if material is Material.WATER:
        return _water(point, ray, grain_m, sun)
    reflected = _ALBEDO[material](Spot(point=point, normal=normal, grain_m=grain_m, tint=tint, seed=seed))
    towards = dot(normal, sun.direction)
    if material in (Material.FOLIAGE, Material.WOODS):
        towards = 0.35 + 0.65 * towards
    direct = np.maximum(towards, 0) * sunlight
    ambient = 0.62 + 0.28 * normal[2]
    light = direct[:, None] * _SUNLIGHT + ambient[:, None] * _SKYLIGHT
    lit: Colour = reflected * light
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
    """Where a ray slips through between leaves: only near the outline, where the crown is thin.

    Args:
        point: where rays meet the crown, metres; three arrays of shape (N,).
        facing: how squarely they meet it, in [0, 1], shape (N,); 0 is along its surface.
        seed: of the crown's texture.

    Returns:
        Shape (N,).
    """
    x, y, z = point
    lump = solid_noise(x, y, z, 2.6, seed=seed % 5, beta=1.1)
    slips: NDArray[np.bool_] = facing < 0.30 + 0.20 * lump
    return slips


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


_ALBEDO: dict[Material, Callable[[Spot], Colour]] = {
    Material.ASPHALT: albedo.asphalt,
    Material.PAVING: albedo.paving,
    Material.GRASS: albedo.grass,
    Material.PLASTER: albedo.plaster,
    Material.BRICK: albedo.brick,
    Material.ROOF: albedo.roof,
    Material.FOLIAGE: albedo.foliage,
    Material.WOODS: albedo.woods,
    Material.BARK: albedo.bark,
    Material.PAINT: albedo.plain,
    Material.GLASS: albedo.plain,
    Material.PLAIN: albedo.plain,
    Material.STRIPES: albedo.stripes,
    Material.FOAM: albedo.foam,
}
