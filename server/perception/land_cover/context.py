"""What a whole picture says of its cells: no wall of a room stands outdoors, and no meadow lies in a hall."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from server.perception.land_cover.cover import Cover
from server.pipeline.views import View

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

# What is overhead, and what stands around.
OVERHEAD_DEG = 30.0
WALLS_DEG = (-15.0, 20.0)
# So much of what is overhead has to be seen, to judge by that: of the sphere's part above, π steradians.
_ENOUGH_OVERHEAD, _OVERHEAD_SR = 0.4, 2.0 * np.pi * (1.0 - np.sin(np.radians(OVERHEAD_DEG)))
_OPEN_AIR = (Cover.SKY, Cover.TREES, Cover.GRASS, Cover.WATER, Cover.ROAD)
# A picture this open was taken outdoors as likely as not; one that is open by a tenth more, with 77 %.
_OPEN = 0.55
_STEEPNESS = 12.0
# Sky: seen lower than this in so many of all directions; or CIELAB b* below, or L* above.
_LOW_DEG, _LOW_SHARE = 10.0, 0.05
_BLUISH, _BURNT_OUT, _PALER = -1.5, 95.0, 10.0
_LEAFY = 0.2
# Of a cover that does not belong somewhere, this much is believed.
_FOREIGN = 0.1
# Flat ground is the same for so many cells beside a cell, and for a third as many above and below: a gleam on a road is
# no water.
_FLAT = (Cover.ROAD, Cover.PAVED, Cover.WATER)
_EVEN_CELLS = 12.0


def shows_overhead(view: View, seen: Mask | None = None) -> bool:
    """Whether a picture shows enough of what is overhead to tell by that where it was taken: no photograph does.

    Args:
        view: of the picture in cells, (H, W) of them.
        seen: which of them were photographed, (H, W); None: all.
    """
    if view.projection == "perspective":
        return False
    return seen is None or _solid_angle_sr(view, seen, OVERHEAD_DEG, 90.0).sum() > _ENOUGH_OVERHEAD * _OVERHEAD_SR


def openness(share: NDArray[np.floating], *, overhead: bool) -> float:
    """How open a place is, in [0, 1], by the shares that covers have of a picture.

    Args:
        share: of shape (covers,), as from :func:`shares`.
        overhead: whether the picture shows what is overhead. A photograph need not: its open air is compared with its
            walls and ceilings, and what shows neither is open by half.
    """
    if overhead:
        return float(share[Cover.SKY] + share[Cover.TREES])
    outside, inside = float(share[list(_OPEN_AIR)].sum()), float(share[Cover.INTERIOR])
    return (outside + 0.05) / (outside + inside + 0.1)


def shares(odds: Floats, view: View, seen: Mask | None = None) -> NDArray[np.float64]:
    """The shares that say where a picture was taken, shape (covers,): of what is overhead, if it shows that.

    Args:
        odds: (covers, H, W).
        view: the picture's window in those cells.
        seen: which of them were photographed, (H, W); None: all. The others have no share.
    """
    return _shares(odds, view, seen, OVERHEAD_DEG if shows_overhead(view, seen) else -90.0, 90.0)


def _shares(odds: Floats, view: View, seen: Mask | None, from_deg: float, to_deg: float) -> NDArray[np.float64]:
    """The shares of covers between two elevations, (covers,)."""
    total: NDArray[np.float64] = np.tensordot(
        odds.astype(np.float64), _solid_angle_sr(view, seen, from_deg, to_deg), axes=2
    )
    return total / max(float(total.sum()), 1e-9)


def _solid_angle_sr(view: View, seen: Mask | None, from_deg: float, to_deg: float) -> NDArray[np.float64]:
    """What each cell between two elevations covers, (H, W); those that were not photographed cover nothing."""
    column, row = np.meshgrid(np.arange(view.width_px) + 0.5, np.arange(view.height_px) + 0.5)
    elevation_deg = view.direction(column, row)[1]
    counts = (elevation_deg > from_deg) & (elevation_deg < to_deg)
    if seen is not None:
        counts = counts & seen
    weight: NDArray[np.float64] = view.pixel_solid_angle_sr(column, row) * counts
    return weight


def even_ground(odds: Floats, view: View, seen: Mask | None = None) -> Floats:
    """Odds whose roads, pavements and waters are even: which of them flat ground is, is told by more than its one cell.

    Args:
        odds: float32 (covers, H, W).
        view: the picture's window in those cells.
        seen: which of them were photographed, (H, W); None: all. The others tell nothing.
    """
    flat = odds[list(_FLAT)].sum(axis=0)
    told = np.ones_like(flat) if seen is None else seen.astype(np.float32)
    wide = int(4 * _EVEN_CELLS) + 1
    mode = "wrap" if view.projection == "equirectangular" else "symmetric"

    def around(grid: Floats) -> Floats:
        padded = np.pad(grid, ((0, 0), (min(wide, grid.shape[1]),) * 2), mode=mode)  # type: ignore[call-overload]
        soft = cv2.GaussianBlur(padded, (0, 0), sigmaX=_EVEN_CELLS, sigmaY=_EVEN_CELLS / 3.0)
        cut = min(wide, grid.shape[1])
        return np.asarray(soft[:, cut:-cut], np.float32)

    even = odds.copy()
    for cover in _FLAT:
        even[cover] = flat * around(told * odds[cover])
    even[list(_FLAT)] /= np.maximum(around(told * flat), np.float32(1e-6))
    return even


def in_context(odds: Floats, view: View, seen: Mask | None = None) -> Floats:
    """Odds of covers, less those that the rest of the picture makes unlikely.

    Args:
        odds: float32 (covers, H, W).
        view: the picture's window in those cells.
        seen: which of them were photographed, (H, W); None: all. The others tell nothing.
    """
    walls = _shares(odds, view, seen, *WALLS_DEG)
    likely = belief(shares(odds, view, seen), walls, overhead=shows_overhead(view, seen))
    believed = odds * likely[:, None, None]
    return np.asarray(believed / believed.sum(axis=0), np.float32)


def without_ceiling(odds: Floats, view: View, lab: Floats, seen: Mask | None = None) -> Floats:
    """Odds of a panorama whose sky is the ceiling of a room, if it is: pale paint looks like an overcast sky.

    Sky is seen low somewhere, or it is bluish, or so much brighter than what it lights that the picture can't hold it,
    or it is seen through leaves.

    Args:
        odds: float32 (covers, H, W).
        view: the picture's window in those cells.
        lab: CIELAB colour of the cells, (3, H, W).
        seen: which of them were photographed, (H, W); None: all. Where they show little overhead, any sky is judged.
    """
    column, row = np.meshgrid(np.arange(view.width_px) + 0.5, np.arange(view.height_px) + 0.5)
    elevation_deg = view.direction(column, row)[1]
    lowest_deg = OVERHEAD_DEG if shows_overhead(view, seen) else -90.0
    sky = odds[Cover.SKY] * _solid_angle_sr(view, seen, lowest_deg, 90.0)
    lightness, _, blue_yellow = np.tensordot(lab, sky, axes=2) / max(float(sky.sum()), 1e-9)
    # A sky is paler at the horizon than above it, so what is bluer there is paint.
    low = (odds[Cover.SKY] > 0.5) & (elevation_deg < _LOW_DEG) & (lab[2] > blue_yellow - _PALER)
    columns = np.full(view.width_px, True) if seen is None else seen.any(axis=0)
    low_share = np.mean((low if seen is None else low & seen).sum(axis=0)[columns] >= 3) if columns.any() else 1.0
    if blue_yellow < _BLUISH or lightness > _BURNT_OUT or low_share > _LOW_SHARE:
        return odds
    if shares(odds, view, seen)[Cover.TREES] > _LEAFY:
        return odds
    roofed = odds.copy()
    roofed[Cover.INTERIOR] += roofed[Cover.SKY]
    roofed[Cover.SKY] = 0.0
    return roofed


def belief(share: NDArray[np.floating], walls: NDArray[np.floating], *, overhead: bool) -> Floats:
    """How far each cover is believed where a picture was taken, shape (covers,), in [0, 1].

    Args:
        share: of covers that says how open the place is, as from :func:`shares`.
        walls: of covers among what stands around, (covers,).
        overhead: whether the picture shows what is overhead.
    """
    outdoors = _soft_step(openness(share, overhead=overhead), _OPEN)
    # A market hall has façades under its roof, a room has walls.
    facades = float(walls[Cover.BUILDING] / max(walls[Cover.BUILDING] + walls[Cover.INTERIOR], 1e-9))
    hall = _soft_step(facades, 0.5)
    believed = np.ones(len(Cover), np.float32)
    believed[list(_OPEN_AIR)] = _blend(_FOREIGN, 1.0, outdoors)
    believed[Cover.BUILDING] = _blend(_blend(_FOREIGN, 1.0, hall), 1.0, outdoors)
    believed[Cover.INTERIOR] = _blend(_blend(1.0, _FOREIGN, hall), 0.5 * _FOREIGN, outdoors)
    return believed


def _soft_step(value: float, at: float) -> float:
    return float(1.0 / (1.0 + np.exp(-_STEEPNESS * (value - at))))


def _blend(none: float, whole: float, part: float) -> float:
    return none + (whole - none) * part
