"""The ground: asphalt with its markings, paving, and earth."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from server.embedded.eyes.evidence import between, rises, spread
from server.embedded.eyes.features import Features, Grid
from server.embedded.eyes.regions import region_sums, regions

# Markings cover this much of a marked road and not more: a tiled floor has a line everywhere.
_MARKED = (0.003, 0.15)
_LEAST_MARKS_SR = 0.0006


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """Evidence for kinds of ground, each float32 (H, W) in [0, 1]."""

    road: Grid = field(repr=False)
    earth: Grid = field(repr=False)


def ground_evidence(f: Features, below: Grid, green: Grid) -> Ground:
    """What kind of ground each pixel could be."""
    detail = np.maximum(f.bright_lines, f.dark_lines)
    plain = 1 - rises(detail, 2.2, 0.8)
    # Asphalt is plain nearly everywhere, between its markings.
    bland = rises(spread(plain, 4.0, around=f.panorama), 0.5, 0.12)
    neutral = 1 - rises(f.chroma, 11.0, 2.5)
    of_asphalt = between(f.lightness, 14.0, 66.0, 5.0)
    asphalt = below * (1 - green) * neutral * bland * of_asphalt
    beside = spread(below * (1 - green) * neutral * plain * of_asphalt, 3.0, around=f.panorama)
    line = rises(f.bright_lines - 0.12 * f.lightness, 4.0, 1.5) * rises(f.lightness, 42.0, 6.0)
    marks = below * line * rises(beside, 0.35, 0.1) * rises(-f.elevation_deg, 2.0, 1.0)
    straw = rises(f.blue_yellow - np.abs(f.green_red), 4.0, 2.0) * rises(f.chroma, 8.5, 1.5)
    earth = below * (1 - green) * straw * rises(f.roughness, 0.042, 0.008)
    # Earth is patchy, paving isn't.
    weight = spread(below * (1 - green), 6.0 / f.px_deg, around=f.panorama) + np.float32(1e-3)
    earth = below * (1 - green) * rises(spread(earth, 6.0 / f.px_deg, around=f.panorama) / weight, 0.42, 0.08)
    return Ground(road=_marked(f, asphalt, marks), earth=earth)


def _marked(f: Features, asphalt: Grid, marks: Grid) -> Grid:
    """The asphalt that carries markings."""
    surface = np.maximum(asphalt, marks)
    count, labels = regions(surface > 0.45, around=f.panorama)
    size_sr = np.maximum(region_sums(labels, count, f.solid_angle_sr), 1e-9)
    marks_sr = region_sums(labels, count, f.solid_angle_sr * marks)
    share = marks_sr / size_sr
    is_road = (share > _MARKED[0]) & (share < _MARKED[1]) & (marks_sr > _LEAST_MARKS_SR)
    is_road[0] = False
    return surface * is_road[labels]


def facade(f: Features, standing: Grid, green: Grid, below: Grid) -> Grid:
    """How surely each pixel below the horizon belongs to what stands there, float32 (H, W) in [0, 1].

    From the horizon down, a thing that rises above it goes on until the picture looks like the ground before it.

    Args:
        f: the measurements.
        standing: how surely each pixel is of a building, above the horizon.
        green: how green each pixel is.
        below: how surely each pixel is below the horizon.
    """
    bare = below * (1 - green) * between(f.elevation_deg, -40.0, -12.0, 3.0)
    wide, high = 10.0 / f.px_deg, 0.1

    def mean(value: Grid) -> Grid:
        column = np.mean(bare * value, axis=0, keepdims=True)
        weight = np.mean(bare, axis=0, keepdims=True)
        around = f.panorama
        return spread(column, wide, around=around, sigma_y_px=high) / (
            spread(weight, wide, around=around, sigma_y_px=high) + np.float32(1e-4)
        )

    away2, vary2 = np.zeros_like(below), np.zeros((1, below.shape[1]), dtype=np.float32)
    for value in (f.lightness, f.green_red, f.blue_yellow):
        middle = mean(value)
        away2 += (value - middle) ** 2
        vary2 += np.maximum(mean(value**2) - middle**2, 0.0)
    unlike = rises(np.sqrt(away2) / (8.0 + 1.2 * np.sqrt(vary2)), 1.0, 0.25)
    unlike = spread(unlike, 1.2, around=f.panorama)
    horizon = int(np.argmin(np.abs(np.mean(f.elevation_deg, axis=1) - 1.5)))
    foot = np.zeros_like(below)
    start = np.minimum(standing[horizon], 1.0)[None]
    foot[horizon:] = np.minimum.accumulate(np.concatenate([start, unlike[horizon + 4 :]]), axis=0)[
        np.maximum(np.arange(below.shape[0] - horizon) - 3, 0)
    ]
    return below * foot * (1 - green) * rises(f.elevation_deg, -35.0, 3.0)


def dry_meadow(f: Features, sky: Grid, earth: Grid) -> float:
    """How likely earth-coloured ground is dry grass, in [0, 1].

    Where the land lies open as far as one sees, and is rough, dull and yellow rather than brown, something grows on it.
    """
    low = (f.elevation_deg > 2.5) & (f.elevation_deg < 6.0)
    is_open = float(np.mean(sky[low])) if low.any() else 0.0
    weight = f.solid_angle_sr * earth * (f.elevation_deg > -60.0)
    land = f.solid_angle_sr * ((f.elevation_deg < -3.0) & (f.elevation_deg > -60.0))
    share = float(np.sum(weight) / max(float(np.sum(land)), 1e-9))
    if share < 0.5:
        return 0.0

    def mean(value: Grid) -> np.float32:
        return np.float32(np.sum(weight * value) / np.sum(weight))

    hue_deg = np.degrees(np.arctan2(mean(f.blue_yellow), mean(f.green_red)))
    one = np.ones(1, dtype=np.float32)
    likely = rises(one * hue_deg, 70.0, 4.0) * (1 - rises(one * mean(f.lightness), 58.0, 4.0))
    return float(likely[0] * rises(one * np.float32(is_open), 0.6, 0.1)[0])
