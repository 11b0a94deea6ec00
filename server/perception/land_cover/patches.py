"""Patches: the regions of one cover that are large enough to be sources, side by side around the listener.

Sources are told apart by azimuth, and so are patches: the columns in which a cover stands high
enough, run by run. What lies above or behind itself, a crown over a hedge, is one patch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from server.perception.land_cover.classes import Cover, LandCover
from server.perception.land_cover.regions import Mask, runs, split_runs

# What is less sure than this is not listened to: many covers compete, so 0.4 is well ahead of the rest.
_LEAST_CONFIDENCE = 0.4
# The density of a cover is smoothed over so many degrees of azimuth before it is cut into runs.
_SMOOTH_DEG = 2.0
# A patch much smaller than the largest of its kind is not heard beside that: its level is 8 dB lower.
_LEAST_OF_LARGEST = 0.15
# However little a photograph or a part of a panorama shows, what fills this much of it is enough.
_ENOUGH_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patch:
    """A region of one cover.

    Attributes:
        columns: its first and its last column but one, of the map; beyond the width across the seam.
        rows: its first and its last row but one.
        solid_sr: how large it is.
        confidence: the mean of the map's over it, in [0, 1].
        mask: its pixels, (H, W) of the map.
    """

    columns: tuple[int, int]
    rows: tuple[int, int]
    solid_sr: float
    confidence: float
    mask: Mask = field(repr=False)


def patches(cover: LandCover, of: Cover, *, least_sr: float, in_clumps: bool = False) -> Iterator[Patch]:
    """The patches of one cover, by rising column.

    Args:
        cover: the map.
        of: which cover.
        least_sr: how large a patch must be.
        in_clumps: whether deep gaps part patches that touch.
    """
    around = cover.view.projection == "equirectangular"
    weight_sr = _solid_angle_sr(cover)
    mask = (cover.classes == of) & (cover.confidence > _LEAST_CONFIDENCE)
    density = _density(cover, mask, weight_sr)
    parts = runs((density > _least_density(density)) & cover.seen.any(axis=0), around=around)
    if in_clumps:
        parts = split_runs(density, parts)
    found = [_patch(cover, mask, weight_sr, part) for part in parts]
    least_sr = min(least_sr, _ENOUGH_SHARE * float(np.sum(weight_sr[cover.seen])))
    least_sr = max([least_sr, *(_LEAST_OF_LARGEST * patch.solid_sr for patch in found)])
    yield from (patch for patch in found if patch.solid_sr >= least_sr)


def _patch(cover: LandCover, mask: Mask, weight_sr: NDArray[np.float64], part: tuple[int, int]) -> Patch:
    """What a mask shows between two columns."""
    own = np.zeros_like(mask)
    columns = np.arange(*part) % mask.shape[1]
    own[:, columns] = mask[:, columns]
    rows = np.flatnonzero(own.any(axis=1))
    return Patch(
        columns=part,
        rows=(int(rows[0]), int(rows[-1]) + 1),
        solid_sr=float(np.sum(weight_sr[own])),
        confidence=float(np.mean(cover.confidence[own])),
        mask=own,
    )


def _solid_angle_sr(cover: LandCover) -> NDArray[np.float64]:
    height_px, width_px = cover.classes.shape
    column, row = np.meshgrid(np.arange(width_px) + 0.5, np.arange(height_px) + 0.5)
    return cover.view.pixel_solid_angle_sr(column, row)


def _density(cover: LandCover, mask: Mask, weight_sr: NDArray[np.float64]) -> NDArray[np.float64]:
    """Steradians of a mask for each radian of azimuth, (W,): how high it stands there, foreshortened at the poles."""
    around = cover.view.projection == "equirectangular"
    px_deg = (360.0 if around else cover.view.hfov_deg) / mask.shape[1]
    density = np.sum(weight_sr * mask, axis=0) / np.radians(px_deg)
    smooth: NDArray[np.float64] = gaussian_filter1d(density, _SMOOTH_DEG / px_deg, mode="wrap" if around else "nearest")
    return smooth


def _least_density(density: NDArray[np.float64]) -> float:
    """How high, in radians, a cover must stand for its azimuth to count: a quarter of its highest, 2° to 5°."""
    return float(np.clip(0.25 * np.max(density), np.radians(2.0), np.radians(5.0)))
