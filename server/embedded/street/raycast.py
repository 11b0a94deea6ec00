"""A world of solids on a flat ground, and the truth about every pixel of an equirectangular picture of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import wrapped_azimuth_deg
from protocol.scene import Kind
from server.embedded.eyes.landcover import Cover
from server.embedded.street.materials import Material, ragged
from server.embedded.street.shapes import Array, Shape, Triple, Vector, dot
from server.embedded.street.textures import Sun

# Rows of a picture that are traced at once: their arrays then fit into a core's cache.
_BAND_ROWS = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One solid of one material. ``tint`` is its sRGB colour in [0, 1]; ``seed`` shifts its texture."""

    shape: Shape
    material: Material
    tint: Triple = (0.5, 0.5, 0.5)
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Thing:
    """Something made of solids. ``kind`` is None for what makes no sound."""

    label: str
    kind: Kind | None
    cover: Cover
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A rectangle of ground; of two that overlap, the later lies on top."""

    label: str
    kind: Kind | None
    cover: Cover
    material: Material
    x_m: tuple[float, float]
    y_m: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """A flat meadow with strips of other ground and things on it, seen from above its origin.

    Attributes:
        strips: rectangles of ground, in metres.
        things: what stands there, in metres.
        camera_height_m: of the eye above the ground.
        yaw_deg: by how much the whole world, with its sun, is turned to the left.
        sun: where the light comes from, in the world's own frame.
    """

    strips: tuple[Strip, ...] = ()
    things: tuple[Thing, ...] = ()
    camera_height_m: float = 2.5
    yaw_deg: float = 0.0
    sun: Sun = field(default_factory=Sun)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is true of one thing or strip that the picture shows.

    The direction is the middle of its visible extents, or the mean vector's where they go around a pole. The distance
    is the solid-angle-weighted median ray length over its visible pixels.
    """

    object_id: int
    label: str
    kind: Kind | None
    azimuth_deg: float
    elevation_deg: float
    distance_m: float
    width_deg: float
    height_deg: float
    full_width_deg: float
    full_height_deg: float
    visible: float
    """Which part of its full solid angle nothing hides."""
    solid_angle_sr: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """What every pixel of an equirectangular picture shows, arrays of shape (W / 2, W).

    Attributes:
        cover: uint8 of :class:`Cover`.
        object_id: int16 index into ``(*things, *strips)``; −1 for the sky and the bare meadow.
        distance_m: float32 along the ray; infinity for the sky.
        sights: everything visible, by rising ``object_id``.
    """

    cover: NDArray[np.uint8] = field(repr=False)
    object_id: NDArray[np.int16] = field(repr=False)
    distance_m: NDArray[np.float32] = field(repr=False)
    sights: tuple[Sight, ...]


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
        """Unit vectors (x, y, z), broadcasting to (rows, columns)."""
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Full:
    """Where a thing would be seen if nothing hid it: rows of the picture from ``first_row`` on."""

    first_row: int
    mask: NDArray[np.bool_]


def truth(world: World, width_px: int) -> Truth:
    """What is true of every pixel, sampled at its centre.

    Args:
        world: what to look at.
        width_px: of the picture, even; it is half as high.
    """
    height_px = width_px // 2
    grid, windows = Grid.of(world, width_px), windows_of(world, width_px)
    distance_m = np.empty((height_px, width_px), np.float32)
    object_id = np.empty((height_px, width_px), np.int16)
    full = {}
    for index in range(len(world.things)):
        own = [window.rows for window in windows if window.thing == index]
        first, stop = min(one.start for one in own), min(max(one.stop for one in own), height_px)
        full[index] = _Full(first_row=first, mask=np.zeros((stop - first, width_px), np.bool_))
    for rows in bands(height_px):
        nearest_m, part_id = distance_m[rows], object_id[rows]
        fill_ground(world, grid, rows, nearest_m, part_id)
        for window, place, t in met(world, grid, windows, rows):
            above = rows.start - full[window.thing].first_row
            own_rows = slice(place[0].start + above, place[0].stop + above)
            full[window.thing].mask[own_rows, place[1]] |= np.isfinite(t)
            nearer = t < nearest_m[place]
            nearest_m[place][nearer] = t[nearer]
            part_id[place][nearer] = window.thing
    named: tuple[Thing | Strip, ...] = (*world.things, *world.strips)
    covers = [one.cover for one in named]
    cover = np.array([*covers, Cover.OTHER], dtype=np.uint8)[object_id]
    cover[object_id == -1] = np.where(np.isfinite(distance_m[object_id == -1]), Cover.GRASS, Cover.SKY)
    sights = tuple(_sights(world, object_id, distance_m, full))
    return Truth(cover=cover, object_id=object_id, distance_m=distance_m, sights=sights)


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


def met(
    world: World, grid: Grid, windows: list[Window], rows: slice
) -> Iterator[tuple[Window, tuple[slice, slice], Array]]:
    """For each part and patch of a band: the patch, counted from the band's first row, and where its rays meet it."""
    eye = eye_of(world)
    for window in windows:
        start, stop = max(window.rows.start, rows.start), min(window.rows.stop, rows.stop)
        if start >= stop:
            continue
        for columns in window.columns:
            ray = grid.rays(slice(start, stop), columns)
            t = entered(window.part, eye, ray)
            yield window, (slice(start - rows.start, stop - rows.start), columns), t


def entered(part: Part, eye: Vector, ray: Vector) -> Array:
    """Where rays meet a part; foliage lets some through near its outline."""
    t = part.shape.entered(eye, ray)
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
    """Writes how far the ground is in a band, and which strip of it is seen."""
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


def _sights(world: World, object_id: NDArray[np.int16], distance_m: Array, full: dict[int, _Full]) -> Iterator[Sight]:
    """What is true of each thing and strip that is visible at all."""
    height_px, width_px = object_id.shape
    elevation = np.pi * (0.5 - (np.arange(height_px) + 0.5) / height_px)
    row_sr = (np.pi / height_px) ** 2 * np.cos(elevation)
    # One sort finds the pixels of every object.
    by_id = np.argsort(object_id, axis=None, kind="stable")
    starts = np.searchsorted(object_id.ravel()[by_id], np.arange(len(world.things) + len(world.strips) + 1))
    named: tuple[Thing | Strip, ...] = (*world.things, *world.strips)
    for index, one in enumerate(named):
        pixels = by_id[starts[index] : starts[index + 1]]
        if not pixels.size:
            continue
        rows, columns = pixels // width_px, pixels % width_px
        metres, weight = distance_m.ravel()[pixels].astype(np.float64), row_sr[rows]
        by_distance = np.argsort(metres, kind="stable")
        reached = np.cumsum(weight[by_distance])
        azimuth_deg, elevation_deg, width_deg, high_deg = _extents(rows, columns, width_px)
        if width_deg >= 360.0 and high_deg < 90.0:
            # Around a pole there is no middle of azimuths; the direction is the mean vector's.
            azimuth, weighted = np.pi * (1.0 - 2.0 * (columns + 0.5) / width_px), weight * np.cos(elevation[rows])
            front, left = weighted @ np.cos(azimuth), weighted @ np.sin(azimuth)
            azimuth_deg = float(wrapped_azimuth_deg(np.degrees(np.arctan2(left, front))))
            elevation_deg = float(np.degrees(np.arctan2(weight @ np.sin(elevation[rows]), np.hypot(front, left))))
        full_width_deg, full_height_deg, full_sr = width_deg, high_deg, reached[-1]
        if index in full:
            whole_rows, whole_columns = np.nonzero(full[index].mask)
            whole_rows = whole_rows + full[index].first_row
            _, _, full_width_deg, full_height_deg = _extents(whole_rows, whole_columns, width_px)
            full_sr = row_sr[whole_rows].sum()
        yield Sight(
            object_id=index,
            label=one.label,
            kind=one.kind,
            azimuth_deg=azimuth_deg,
            elevation_deg=elevation_deg,
            distance_m=float(metres[by_distance][np.searchsorted(reached, reached[-1] / 2.0)]),
            width_deg=width_deg,
            height_deg=high_deg,
            full_width_deg=full_width_deg,
            full_height_deg=full_height_deg,
            visible=float(reached[-1] / full_sr),
            solid_angle_sr=float(reached[-1]),
        )


def _extents(rows: NDArray[np.intp], columns: NDArray[np.intp], width_px: int) -> tuple[float, float, float, float]:
    """Azimuth and elevation of the middle, width and height of some pixels; the circle opens at its widest gap."""
    touched = np.flatnonzero(np.bincount(columns, minlength=width_px))
    gaps = np.diff(np.append(touched, touched[0] + width_px))
    widest = int(np.argmax(gaps))
    width = width_px if gaps[widest] == 1 else width_px - int(gaps[widest]) + 1
    first = touched[(widest + 1) % touched.size]
    azimuth_deg = float(wrapped_azimuth_deg(180.0 - 360.0 * (first + width / 2.0) / width_px))
    top, foot = int(rows.min()), int(rows.max()) + 1
    per_deg = width_px / 360.0
    return azimuth_deg, 90.0 - (top + foot) / 2.0 / per_deg, width / per_deg, (foot - top) / per_deg
