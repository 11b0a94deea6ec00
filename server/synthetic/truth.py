"""What is true of every pixel of an equirectangular picture of a world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import wrapped_azimuth_deg
from protocol.scene import Kind
from server.perception.land_cover.classes import Cover
from server.synthetic.raycast import Grid, bands, fill_ground, intersections, windows_of
from server.synthetic.shapes import Array
from server.synthetic.world import Strip, Thing, World


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
        first, stop = min(each.start for each in own), min(max(each.stop for each in own), height_px)
        full[index] = _Full(first_row=first, mask=np.zeros((stop - first, width_px), np.bool_))
    for rows in bands(height_px):
        nearest_m, part_id = distance_m[rows], object_id[rows]
        fill_ground(world, grid, rows, nearest_m, part_id)
        for window, place, t in intersections(world, grid, windows, rows):
            above = rows.start - full[window.thing].first_row
            own_rows = slice(place[0].start + above, place[0].stop + above)
            full[window.thing].mask[own_rows, place[1]] |= np.isfinite(t)
            nearer = t < nearest_m[place]
            nearest_m[place][nearer] = t[nearer]
            part_id[place][nearer] = window.thing
    named: tuple[Thing | Strip, ...] = (*world.things, *world.strips)
    covers = [each.cover for each in named]
    cover = np.array([*covers, Cover.OTHER], dtype=np.uint8)[object_id]
    cover[object_id == -1] = np.where(np.isfinite(distance_m[object_id == -1]), Cover.GRASS, Cover.SKY)
    sights = tuple(_sights(world, object_id, distance_m, full))
    return Truth(cover=cover, object_id=object_id, distance_m=distance_m, sights=sights)


def _sights(world: World, object_id: NDArray[np.int16], distance_m: Array, full: dict[int, _Full]) -> Iterator[Sight]:
    """What is true of each thing and strip that is visible at all."""
    height_px, width_px = object_id.shape
    elevation = np.pi * (0.5 - (np.arange(height_px) + 0.5) / height_px)
    row_sr = (np.pi / height_px) ** 2 * np.cos(elevation)
    # One sort finds the pixels of every object.
    by_id = np.argsort(object_id, axis=None, kind="stable")
    starts = np.searchsorted(object_id.ravel()[by_id], np.arange(len(world.things) + len(world.strips) + 1))
    named: tuple[Thing | Strip, ...] = (*world.things, *world.strips)
    for index, seen in enumerate(named):
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
            label=seen.label,
            kind=seen.kind,
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
