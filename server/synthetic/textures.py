"""Noise, patterns and the sky: colours in linear light as functions of position or direction, never of pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from server.synthetic.shapes import Array, Triple, Vector, dot

Colour = NDArray[np.floating[Any]]
"""Linear light of shape (N, 3)."""

_TILE_PX = 512
# Air: two thirds of what is 900 m away is sky.
_HAZE_M = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun:
    """Where the light comes from."""

    azimuth_deg: float = -128.0
    elevation_deg: float = 42.0

    @property
    def direction(self) -> Triple:
        """Unit vector towards it."""
        azimuth, elevation = np.radians(self.azimuth_deg), np.radians(self.elevation_deg)
        return (
            float(np.cos(elevation) * np.cos(azimuth)),
            float(np.cos(elevation) * np.sin(azimuth)),
            float(np.sin(elevation)),
        )


def sky_colour(ray: Vector, sun: Sun) -> Colour:
    """The sky in some directions: blue that pales towards the horizon, soft clouds, a glow about the sun."""
    x, y, z = ray
    height = np.maximum(z, 0)
    pale = np.exp(-height * 3.2)[:, None]
    sky: Colour = linear((0.31, 0.52, 0.86)) * (1 - pale) + linear((0.83, 0.90, 0.96)) * pale
    glow = np.maximum(dot(ray, sun.direction), 0)
    # Clouds hang in one layer; the offset keeps them from crowding into the horizon.
    over = 1 / (height + 0.16)
    u, v = x * over, y * over
    billow = noise(u, v, 11.0, seed=9, beta=1.9) + 0.22 * noise(u, v, 2.3, seed=1, beta=1.5)
    cover = smooth((billow - 0.45) / 0.8)
    shade = smooth((billow - 0.9) / 1.8)
    cloud = linear((0.99, 0.985, 0.98)) * (1 - shade[:, None]) + linear((0.80, 0.83, 0.89)) * shade[:, None]
    sky += (cover * 0.92 * smooth(height * 9))[:, None] * (cloud - sky)
    blaze = 0.35 * glow**24 + 6 * smooth((glow - 0.9994) * 4000)
    sky += blaze[:, None]
    return sky


def hazed(light: Colour, distance_m: Array) -> Colour:
    """Light (N, 3) from distances (N,) after the air between: what is far goes over into the pale of the horizon."""
    air = (1 - np.exp(-distance_m / np.float32(_HAZE_M)))[:, None]
    found: Colour = light + air * (linear((0.80, 0.87, 0.93)) - light)
    return found


@cache
def _tile(seed: int, beta: float) -> NDArray[np.float32]:
    """A seamless square of noise whose power falls as 1 / f^(2 beta); mean 0, deviation 1."""
    white = np.random.default_rng(seed).standard_normal((_TILE_PX, _TILE_PX))
    rows, columns = np.fft.fftfreq(_TILE_PX)[:, None], np.fft.rfftfreq(_TILE_PX)[None, :]
    frequency = np.hypot(rows, columns)
    frequency[0, 0] = np.inf
    noise = np.fft.irfft2(np.fft.rfft2(white) * frequency**-beta, s=white.shape)
    shaped: NDArray[np.float32] = (noise / noise.std()).astype(np.float32)
    return shaped


def interpolated(tile: NDArray[np.float32], column: Array, row: Array) -> Array:
    """A square's values between its texels; it repeats for ever.

    Args:
        tile: shape (H, W).
        column: where to look, in texels, shape (N,).
        row: shape (N,).

    Returns:
        Shape (N,).
    """
    count = column.size
    if count == 0:
        return np.empty(0, np.float32)
    # OpenCV looks up pictures of at most 32767 on a side, so the points are laid out in rows.
    laid = np.zeros((2, -(-count // 1024) * 1024), np.float32)
    np.mod(column, np.float32(tile.shape[1]), out=laid[0, :count])
    np.mod(row, np.float32(tile.shape[0]), out=laid[1, :count])
    columns_px, rows_px = laid.reshape(2, -1, 1024)
    looked_up = cv2.remap(tile, columns_px, rows_px, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    found: Array = np.asarray(looked_up, dtype=np.float32).ravel()[:count]
    return found


def noise(u: Array, v: Array, size_m: float, *, seed: int = 0, beta: float = 1.6) -> Array:
    """Noise at points of a plane, of mean 0 and deviation 1.

    Args:
        u: of the points, metres, shape (N,).
        v: shape (N,).
        size_m: after which it repeats.
        seed: of the pattern.
        beta: how soft it is: its power falls as 1 / f^(2 beta).

    Returns:
        Shape (N,).
    """
    scale = np.float32(_TILE_PX / size_m)
    return interpolated(_tile(seed, beta), u * scale, v * scale)


def solid_noise(x: Array, y: Array, z: Array, size_m: float, *, seed: int, beta: float) -> Array:
    """Noise in space: three plane noises at right angles, so that no direction is smeared.

    Args:
        x: of the points, metres, shape (N,).
        y: shape (N,).
        z: shape (N,).
        size_m: after which it repeats.
        seed: of the pattern.
        beta: how soft it is, as for :func:`noise`.

    Returns:
        Shape (N,).
    """
    found: Array = noise(x, y, size_m, seed=seed, beta=beta)
    found = found + noise(y, z, size_m, seed=seed + 1, beta=beta) + noise(z, x, size_m, seed=seed + 2, beta=beta)
    return found * np.float32(1 / np.sqrt(3))


def hashed(a: Array, b: Array) -> Array:
    """A number in [0, 1) for each pair of whole numbers, (N,) each, by multiplying and mixing bits; shape (N,)."""
    mixed = a.astype(np.int64) * 374761393 + b.astype(np.int64) * 668265263
    mixed = ((mixed ^ (mixed >> 13)) * 1274126177) & 0xFFFFFF
    found: Array = (mixed / np.float32(0x1000000)).astype(np.float32)
    return found


def within(offset_m: Array, half_m: float, grain_m: Array) -> Array:
    """Which part of a pixel lies within a stripe.

    Args:
        offset_m: from the middle of the stripe to the pixel, shape (N,).
        half_m: half the width of the stripe.
        grain_m: the size of the pixel, shape (N,).

    Returns:
        In [0, 1], shape (N,).
    """
    found: Array = np.clip((np.float32(half_m) - np.abs(offset_m)) / np.maximum(grain_m, np.float32(1e-3)) + 0.5, 0, 1)
    return found


def fade(detail_m: float, grain_m: Array) -> Array:
    """1 where a pixel of this size (N,) resolves a detail, falling to 0 where it spans several; shape (N,)."""
    ratio = grain_m / np.float32(detail_m)
    return 1 / (1 + ratio * ratio)


def smooth(value: Array) -> Array:
    """The smooth step from 0 at 0 to 1 at 1, in the shape of the values."""
    clipped = np.clip(value, 0, 1)
    found: Array = clipped * clipped * (3 - 2 * clipped)
    return found


def linear(srgb: Triple) -> Colour:
    """Linear light of an sRGB colour in [0, 1], by the plain power law."""
    light: Colour = np.array(srgb, dtype=np.float32) ** 2.2
    return light
