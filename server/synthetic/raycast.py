"""Rays through a picture's pixels: what of a world each of them may meet, and where it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import wrapped_azimuth_deg
from server.synthetic.materials import Material, ragged
from server.synthetic.shapes import Array, Vector, dot
from server.synthetic.world import Part, World

# Rows of a picture that are traced at once: their arrays then fit into a core's cache.
_BAND_ROWS = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """The rays of a picture's rows and columns, in the world's own frame."""

    cos_az: Array
    sin_az: Array
    cos_el: Array
    sin_el: Array

    @classmethod
    def of(cls, world: World, width_px: int) -> Grid:
        """Through the centres of the pixels of a picture this wide."""
        azimuth = np.pi - (np.arange(width_px) + 0.5) * (2.0 * np.pi / width_px) - np.radians(world.yaw_deg)
        elevation = np.pi / 2.0 - (np.arange(width_px // 2) + 0.5) * (2.0 * np.pi / width_px)
        return cls(
            cos_az=np.cos(azimuth).astype(np.float32),
            sin_az=np.sin(azimuth).astype(np.float32),
            cos_el=np.cos(elevation).astype(np.float32),
            sin_el=np.sin(elevation).astype(np.float32),
        )

    def rays(self, rows: slice, columns: slice) -> Vector:
        """Unit vectors (x, y, z), three arrays that broadcast to (rows, columns)."""
        cos_el, sin_el = self.cos_el[rows, None], self.sin_el[rows, None]
        x, y = cos_el * self.cos_az[columns], cos_el * self.sin_az[columns]
        return x, y, np.broadcast_to(sin_el, x.shape)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """A part of a thing with the rows and columns of the picture that it can touch."""

    thing: int
    part: Part
    rows: slice
    columns: tuple[slice, ...]


def bands(height_px: int) -> Iterator[slice]:
    """Slices of rows, from the top, small enough for a core's cache."""
    for start in range(0, height_px, _BAND_ROWS):
        yield slice(start, min(start + _BAND_ROWS, height_px))


def windows_of(world: World, width_px: int) -> list[Window]:
    """For each part the pixels that it may touch: the rest of the picture need not be asked."""
    found = []
    for index, thing in enumerate(world.things):
        for part in thing.parts:
            points = part.shape.corners() - [0.0, 0.0, world.camera_height_m]
            (x0, y0, z0), (x1, y1, z1) = points.min(axis=0), points.max(axis=0)
            near = float(np.hypot(max(x0, -x1, 0.0), max(y0, -y1, 0.0)))
            far = float(np.hypot(max(abs(x0), abs(x1)), max(abs(y0), abs(y1))))
            top = np.degrees(np.arctan2(z1, near if z1 > 0 else far))
            foot = np.degrees(np.arctan2(z0, near if z0 < 0 else far))
            per_deg = width_px / 360.0
            rows = slice(max(int((90.0 - top) * per_deg) - 1, 0), int((90.0 - foot) * per_deg) + 2)
            columns: tuple[slice, ...] = (slice(0, width_px),)
            if near > 0.0:
                azimuth_deg = np.degrees(np.arctan2(points[:, 1], points[:, 0])) + world.yaw_deg
                aside_deg = wrapped_azimuth_deg(azimuth_deg - azimuth_deg[0])
                left_deg = azimuth_deg[0] + aside_deg.max()
                first = int(np.floor((180.0 - left_deg) * per_deg)) - 1
                stop = first + int(np.ceil(np.ptp(aside_deg) * per_deg)) + 3
                first, stop = first % width_px, first % width_px + stop - first
                columns = (slice(first, min(stop, width_px)),)
                if stop > width_px:
                    columns += (slice(0, min(stop - width_px, first)),)
            found.append(Window(thing=index, part=part, rows=rows, columns=columns))
    return found


def intersections(
    world: World, grid: Grid, windows: list[Window], rows: slice
) -> Iterator[tuple[Window, tuple[slice, slice], Array]]:
    """For each part and patch of a band, where the patch's rays meet the part.

    Args:
        world: of which the parts are.
        grid: the rays of the picture.
        windows: of the parts.
        rows: of the band.

    Yields:
        The part's window; the patch, its rows counted from the band's first; and metres along its rays to the part,
        shape (rows, columns), infinite where they miss it.
    """
    eye = eye_of(world)
    for window in windows:
        start, stop = max(window.rows.start, rows.start), min(window.rows.stop, rows.stop)
        if start >= stop:
            continue
        for columns in window.columns:
            ray = grid.rays(slice(start, stop), columns)
            t = entry_m(window.part, eye, ray)
            yield window, (slice(start - rows.start, stop - rows.start), columns), t


def entry_m(part: Part, eye: Vector, ray: Vector) -> Array:
    """How far along each ray it enters a part; foliage lets some rays through near its outline.

    Args:
        part: what may be met.
        eye: where the rays begin, three arrays that broadcast to the shape (rows, columns).
        ray: unit vectors, of the same kind.

    Returns:
        Metres, shape (rows, columns); infinity where a ray misses.
    """
    t = part.shape.entry_m(eye, ray)
    if part.material is Material.FOLIAGE:
        hit = np.nonzero(np.isfinite(t))
        dx, dy, dz = (np.broadcast_to(d, t.shape)[hit] for d in ray)
        along = (dx, dy, dz)
        x, y, z = (np.broadcast_to(e, t.shape)[hit] + t[hit] * d for e, d in zip(eye, along, strict=True))
        normal = part.shape.normal((x, y, z))
        facing = -dot(normal, along)
        slips = ragged((x, y, z), facing, part.seed)
        t[hit[0][slips], hit[1][slips]] = np.inf
    return t


def eye_of(world: World) -> Vector:
    """Where the camera is."""
    return np.zeros(1, np.float32), np.zeros(1, np.float32), np.full(1, world.camera_height_m, np.float32)


def fill_ground(
    world: World, grid: Grid, rows: slice, distance_m: NDArray[np.float32], object_id: NDArray[np.int16]
) -> None:
    """Write how far the ground is in a band, and which strip of it is seen.

    Args:
        world: with its strips of ground.
        grid: the rays of the picture.
        rows: of the band.
        distance_m: to fill, shape (rows, columns); infinity above the horizon.
        object_id: to fill, of the same shape, as in :class:`server.synthetic.truth.Truth`.
    """
    sin_el, cos_el = grid.sin_el[rows], grid.cos_el[rows]
    below = sin_el < 0
    ray_m = np.full(sin_el.shape, np.inf, np.float32)
    ray_m[below] = world.camera_height_m / -sin_el[below]
    distance_m[:] = ray_m[:, None]
    object_id[:] = -1
    first = int(np.argmax(below)) if below.any() else below.size
    out_m = (ray_m[first:] * cos_el[first:])[:, None]
    x_m, y_m = out_m * grid.cos_az, out_m * grid.sin_az
    for index, strip in enumerate(world.strips, start=len(world.things)):
        inside = (x_m >= strip.x_m[0]) & (x_m < strip.x_m[1]) & (y_m >= strip.y_m[0]) & (y_m < strip.y_m[1])
        object_id[first:][inside] = index
