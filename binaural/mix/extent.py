"""Wide sources: several emitters over the extent of a source."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import polar_from_scene, scene_from_polar

Array = NDArray[np.float64]

# Emitters this far apart, side by side or one above the other, are heard as one wide source.
_SPACING_DEG = 20.0
_SPACING_UP_DEG = 40.0
# In the bass no short filter can decorrelate copies; all that is left is to invert some of them. Only with a square
# number of copies can so many be inverted that the sum has the power of all: 3 − 1 is √4, and 6 − 3 is √9.
_COUNTS = (1, 4, 9)


def emitter_count(direction: Array, width_deg: float, height_deg: float) -> int:
    """The number of emitters that represent a source.

    Args:
        direction: towards its middle, unit vector of shape (3,).
        width_deg: its extent in azimuth, in [0, 360].
        height_deg: its extent in elevation, in [0, 180].

    Returns:
        1 for a source up to 20° wide and 40° high, 4 up to 80° of width, 9 beyond.

    >>> [emitter_count(scene_from_polar(0, 0), width_deg, 0) for width_deg in (5, 50, 360)]
    [1, 4, 9]
    """
    across_deg = width_deg * float(np.hypot(direction[0], direction[1]))
    across_deg = max(across_deg, min(width_deg, height_deg))
    wanted = max(1.0, across_deg / _SPACING_DEG) * max(1.0, height_deg / _SPACING_UP_DEG)
    return next((count for count in _COUNTS if wanted <= count), _COUNTS[-1])


def spread_directions(direction: Array, width_deg: float, height_deg: float, count: int) -> Array:
    """The directions of a source's emitters: in rows over an ellipse, evenly in each row and about evenly overall.

    Extents are those of a scene, in azimuth and in elevation: a sea that goes all the way round is a ring. At a pole
    azimuth means nothing, so a source that covers a pole is an ellipse around its own middle: as wide as it is there,
    and at least as wide as high, unless its width is less.

    Args:
        direction: towards the middle, unit vector of shape (3,), in scene axes.
        width_deg: extent in azimuth, in [0, 360].
        height_deg: extent in elevation, in [0, 180].
        count: number of emitters, at least 1.

    Returns:
        Unit vectors, shape (count, 3); a single one is the middle itself. They are symmetric about the middle.
    """
    azimuth_deg, elevation_deg, _ = polar_from_scene(direction)
    half_width, half_height = width_deg / 2.0, height_deg / 2.0
    if abs(elevation_deg) + half_height <= 90.0:
        aside, up = _ellipse(half_width, half_height, count, middle_deg=float(elevation_deg))
        return scene_from_polar(azimuth_deg + aside, elevation_deg + up)
    flattened = half_width * float(np.cos(np.radians(elevation_deg)))
    aside, up = _ellipse(max(flattened, min(half_width, half_height)), half_height, count)
    # Polar coordinates around the middle: distance and bearing.
    away, bearing = np.radians(np.hypot(aside, up))[:, None], np.arctan2(up, aside)[:, None]
    left = scene_from_polar(azimuth_deg + 90.0, 0.0)
    above = scene_from_polar(azimuth_deg, elevation_deg + 90.0)
    middle = scene_from_polar(azimuth_deg, elevation_deg)
    spread: Array = np.cos(away) * middle + np.sin(away) * (np.cos(bearing) * left + np.sin(bearing) * above)
    return spread


def _ellipse(half_width: float, half_height: float, count: int, *, middle_deg: float | None = None) -> tuple[Any, Any]:
    """Steps aside and up from the middle of an ellipse, in degrees; rows shrink as circles of elevation do."""
    row_count = 1
    if half_height > 0.0:
        shrunk = half_width * (1.0 if middle_deg is None else float(np.cos(np.radians(middle_deg))))
        row_count = int(np.clip(round(np.sqrt(count * half_height / max(shrunk, 1e-9))), 1, count))
    height = (np.arange(row_count) + 0.5) / row_count * 2.0 - 1.0
    chord = half_width * np.sqrt(1.0 - height**2)
    up = half_height * height
    length = chord if middle_deg is None else chord * np.cos(np.radians(middle_deg + up))
    # Each row gets emitters in proportion to its length; the largest remainders get the rest, and inner rows first.
    exact = count * (length / length.sum()) if length.sum() > 0.0 else np.full(row_count, count / row_count)
    counts = np.floor(exact + 1e-9).astype(np.intp)
    first = np.lexsort((np.abs(height), -np.round(exact - counts, 9)))
    counts[first[: count - counts.sum()]] += 1
    aside = [
        width * ((np.arange(number) + 0.5) / number * 2.0 - 1.0) for width, number in zip(chord, counts, strict=True)
    ]
    return np.concatenate(aside), np.repeat(up, counts)
