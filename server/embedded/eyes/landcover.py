"""Land cover: what each part of a picture is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from server.embedded.eyes.evidence import rises
from server.embedded.eyes.features import Features, Grid, edge_aware, features, map_view
from server.embedded.eyes.ground import dry_meadow, facade, ground_evidence
from server.embedded.eyes.plants import plant_evidence
from server.embedded.eyes.sky import sky_evidence
from server.embedded.eyes.water import water_evidence
from server.pipeline.views import Picture, View


class Cover(IntEnum):
    """What a pixel shows. OTHER is anything else: a car's roof, a black border, clutter."""

    OTHER = 0
    SKY = 1
    TREES = 2
    GRASS = 3
    WATER = 4
    ROAD = 5
    PAVED = 6
    BUILDING = 7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LandCover:
    """What each pixel of a picture shows.

    Attributes:
        view: the picture's window in the map's own pixels (at most 1024 wide).
        classes: uint8 (H, W) of :class:`Cover`.
        confidence: float32 (H, W) in [0, 1].
    """

    view: View
    classes: NDArray[np.uint8] = field(repr=False)
    confidence: NDArray[np.float32] = field(repr=False)


@lru_cache(maxsize=2)
def land_cover(picture: Picture) -> LandCover:
    """The land cover of a panorama or a photograph."""
    measured = features(picture)
    evidence = likelihoods(measured)
    full = map_view(picture.view)
    around = picture.view.projection == "equirectangular"
    large = []
    for cover in Cover:
        smooth = edge_aware(evidence[cover], measured.lightness, radius_px=4, contrast=4.0, around=around)
        wide = _doubled(smooth, around=around)
        large.append(edge_aware(wide, measured.edges, radius_px=3, contrast=4.0, around=around))
    stack = np.maximum(np.stack(large), np.float32(1e-4))
    classes = np.argmax(stack, axis=0).astype(np.uint8)
    confidence = np.max(stack, axis=0) / np.sum(stack, axis=0)
    return LandCover(view=full, classes=classes, confidence=confidence.astype(np.float32))


def _doubled(grid: Grid, *, around: bool) -> Grid:
    wide = np.pad(grid, ((0, 0), (2, 2)), mode="wrap" if around else "edge")
    size = (2 * wide.shape[1], 2 * wide.shape[0])
    return np.asarray(cv2.resize(wide, size, interpolation=cv2.INTER_LINEAR)[:, 4:-4], dtype=np.float32)


def likelihoods(f: Features) -> dict[Cover, Grid]:
    """How well each pixel's measurements fit each cover, float32 (H, W) in [0, 1] each.

    That sky is above the horizon and ground below it, and that what stands ends where the ground begins, are the
    geometric classes of Hoiem, Efros & Hebert (2005). Road, paving and buildings are known by what they are not, so
    their evidence stays below that of what is known by what it is.
    """
    # The horizon of a panorama is its middle row; a photograph may be tilted by some degrees.
    above = rises(f.elevation_deg, 0.6, 0.8) if f.panorama else rises(f.elevation_deg, 0.0, 9.0)
    below = 1 - above
    sky = sky_evidence(f, above)
    green, trees, grass = plant_evidence(f, above)
    soil = ground_evidence(f, below, green)
    water = water_evidence(f, sky, green)
    barren = below * (1 - green)
    standing = above * (1 - sky) * (1 - trees)
    foot = facade(f, standing, green, below) * (1 - soil.road) * (1 - water)
    meadow = dry_meadow(f, sky, soil.earth)
    black = np.ones_like(below) if f.is_blank else 1 - rises(f.lightness, 2.5, 1.0)
    vehicle = _vehicle(f, black)
    evidence = {
        Cover.OTHER: np.maximum(0.15, 0.7 * soil.earth * (1 - meadow)),
        Cover.SKY: sky,
        Cover.TREES: trees * (1 - 0.9 * sky),
        Cover.GRASS: np.maximum(grass, 0.7 * soil.earth * meadow),
        Cover.WATER: water,
        Cover.ROAD: 0.9 * soil.road,
        Cover.PAVED: barren * 0.6 * (1 - 0.5 * soil.earth) * (1 - 0.9 * foot) * (1 - 0.95 * vehicle),
        Cover.BUILDING: 0.6 * np.maximum(standing, foot),
    }
    lit = {cover: (one * (1 - black)).astype(np.float32) for cover, one in evidence.items()}
    return {**lit, Cover.OTHER: np.maximum(lit[Cover.OTHER], black)}


def _vehicle(f: Features, black: Grid) -> Grid:
    """How surely each pixel is too low to be told from the car that carries the camera, (H, W) in [0, 1].

    A survey car's own picture is black at the nadir, with its roof around that.
    """
    if not f.panorama:
        return np.zeros_like(black)
    nadir = f.solid_angle_sr * (f.elevation_deg < -65.0)
    masked = float(np.sum(nadir * black) / np.sum(nadir))
    return rises(-f.elevation_deg, 14.0, 2.0) * np.float32(masked > 0.5)
