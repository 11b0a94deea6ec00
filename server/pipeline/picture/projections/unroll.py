"""From a file's own projection to an equirectangular picture, and which of its pixels nothing was photographed for."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from server.pipeline.picture.projections.mapping import SphereMapping
from server.pipeline.views import View

# Rows that are mapped at once: the mapping works in double precision.
_BAND_ROWS = 64


def on_sphere(
    pixels: NDArray[np.uint8],
    mapping: SphereMapping,
    *,
    largest_width_px: int,
    unseen: NDArray[np.bool_] | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.bool_] | None]:
    """A file's pixels at their places on the sphere.

    Above and below what was photographed, its edges go on to the poles: sky stays sky and ground stays ground, which
    tell outdoors from indoors. Columns where nothing was photographed are black.

    Args:
        pixels: of the file, uint8 RGB of shape (rows, columns, 3), at any scale.
        mapping: of the file's pixels, at its full scale.
        largest_width_px: the sphere is no wider, where the file's pixels would need more.
        unseen: bool of shape (rows, columns), true where the file itself has nothing.

    Returns:
        uint8 RGB of shape (n, 2n, 3), and bool of shape (n, 2n), true where nothing was photographed, or None where
        everything was.
    """
    height_px = max(1, round(min(mapping.sphere_width_px * pixels.shape[1] / mapping.width_px, largest_width_px) / 2))
    pixels, unseen = _shrunk(pixels, unseen, mapping, 2 * height_px / mapping.sphere_width_px)
    across, down = pixels.shape[1] / mapping.width_px, pixels.shape[0] / mapping.height_px
    view = View(name="picture", projection="equirectangular", width_px=2 * height_px, height_px=height_px)
    sphere = np.zeros((height_px, 2 * height_px, 3), np.uint8)
    seen = np.zeros((height_px, 2 * height_px), np.bool_)
    columns = np.arange(2 * height_px) + 0.5
    for start in range(0, height_px, _BAND_ROWS):
        rows = np.arange(start, min(start + _BAND_ROWS, height_px)) + 0.5
        column, row = mapping.pixel(*view.direction(columns[None, :], rows[:, None]))
        band = np.isfinite(column)
        # remap counts from the centre of the first pixel.
        x = np.where(band, column * across - 0.5, 0.0).astype(np.float32)
        y = np.where(band, row * down - 0.5, 0.0).astype(np.float32)
        found = cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if unseen is not None:
            hidden = cv2.remap(unseen.astype(np.uint8), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            band &= np.asarray(hidden) == 0
        sphere[start : start + len(rows)] = np.where(band[..., None], found, 0)
        seen[start : start + len(rows)] = band
    if seen.all():
        return sphere, None
    _extend_to_the_poles(sphere, seen)
    return sphere, ~seen


def _shrunk(
    pixels: NDArray[np.uint8], unseen: NDArray[np.bool_] | None, mapping: SphereMapping, scale: float
) -> tuple[NDArray[np.uint8], NDArray[np.bool_] | None]:
    """Pixels no finer than the sphere that they come to: sampling would alias."""
    size_px = (max(1, round(mapping.width_px * scale)), max(1, round(mapping.height_px * scale)))
    if size_px[0] >= pixels.shape[1]:
        return pixels, unseen
    shrunk = np.asarray(cv2.resize(pixels, size_px, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if unseen is not None:
        unseen = cv2.resize(unseen.astype(np.uint8), size_px, interpolation=cv2.INTER_LINEAR) > 0
    return shrunk, unseen


def _extend_to_the_poles(sphere: NDArray[np.uint8], seen: NDArray[np.bool_]) -> None:
    """Let each column's first and last pixel that was photographed go on up and down to the poles, in place."""
    height_px = len(seen)
    columns = np.flatnonzero(seen.any(axis=0))
    first = np.argmax(seen, axis=0)[columns]
    last = height_px - 1 - np.argmax(seen[::-1], axis=0)[columns]
    for row in range(height_px):
        for edge, beyond in ((first, row < first), (last, row > last)):
            sphere[row, columns[beyond]] = sphere[edge[beyond], columns[beyond]]
