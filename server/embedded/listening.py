"""From what a picture shows to what would sound there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from protocol.scene import Evidence, Kind, Setting
from server.embedded.landcover import Cover, LandCover, land_cover
from server.embedded.regions import runs
from server.embedded.setting import setting
from server.pipeline.footprint import pixel_solid_angle_sr
from server.pipeline.stages import Box, Impression, Proposal, Sees
from server.pipeline.views import Picture

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sounding:
    """How a cover sounds."""

    cover: Cover
    label: str
    prompt: str
    kind: Kind
    level_db_spl_1m: float
    least_sr: float
    evidence: Evidence = "seen"


_SOUNDINGS = (
    _Sounding(cover=Cover.WATER, label="water", prompt="gentle waves lapping on a quay", kind="area", level_db_spl_1m=60.0, least_sr=0.02),
    _Sounding(cover=Cover.TREES, label="trees", prompt="wind in leaves and songbirds", kind="area", level_db_spl_1m=50.0, least_sr=0.02),
    _Sounding(cover=Cover.GRASS, label="grass", prompt="crickets in dry grass", kind="area", level_db_spl_1m=40.0, least_sr=0.08),
    _Sounding(cover=Cover.ROAD, label="road traffic", prompt="distant traffic", kind="line", level_db_spl_1m=75.0, least_sr=0.04, evidence="inferred"),
    _Sounding(cover=Cover.PAVED, label="paved ground", prompt="footsteps on stone", kind="area", level_db_spl_1m=55.0, least_sr=0.8, evidence="inferred"),
)


class EmbeddedProposer:
    """Perception without a model: land cover, and what it sounds like."""

    identity = "embedded-eyes@1"
    sees: Sees = "picture"

    def propose(self, windows: Sequence[Picture]) -> Iterator[Impression]:
        """One impression for each window."""
        for picture in windows:
            cover = land_cover(picture)
            where, sure = setting(picture, cover)
            yield Impression(
                proposals=(*_seen(cover, where, picture), *_ambience(where, sure)),
                setting=where,
                setting_confidence=sure,
            )


def _seen(cover: LandCover, where: Setting, picture: Picture) -> Iterator[Proposal]:
    around = cover.view.projection == "equirectangular"
    height_px, width_px = cover.classes.shape
    column, row = np.meshgrid(np.arange(width_px) + 0.5, np.arange(height_px) + 0.5)
    weight = pixel_solid_angle_sr(cover.view, column, row)
    px_deg = (360.0 if around else cover.view.hfov_deg) / width_px
    for one in _SOUNDINGS:
        if where in ("indoor", "covered") and one.cover != Cover.PAVED:
            continue
        mask = (cover.classes == one.cover) & (cover.confidence > 0.4)
        density = np.sum(weight * mask, axis=0) / np.radians(px_deg)
        density = gaussian_filter1d(density, 2.0 / px_deg, mode="wrap" if around else "nearest")
        found = []
        for start, stop in runs(density > _least_density(density), around=around):
            columns = np.zeros(width_px, dtype=np.bool_)
            columns[np.arange(start, stop) % width_px] = True
            part = mask & columns
            solid_sr = float(np.sum(weight * part))
            if solid_sr >= one.least_sr:
                found.append((solid_sr, start, stop, part))
        largest = max((item[0] for item in found), default=0.0)
        for solid_sr, start, stop, part in found:
            if solid_sr < 0.25 * largest:
                continue
            rows = np.flatnonzero(part.any(axis=1))
            scale = picture.view.width_px / width_px
            box = Box(
                view=picture.view,
                left_px=start * scale,
                top_px=float(rows[0]) * scale,
                right_px=stop * scale,
                bottom_px=float(rows[-1] + 1) * scale,
            )
            yield Proposal(
                label=one.label,
                prompt=one.prompt,
                kind=one.kind,
                level_db_spl_1m=one.level_db_spl_1m,
                evidence=one.evidence,
                confidence=float(np.mean(cover.confidence[part])),
                box=box,
                mask=part,
            )


def _least_density(density: NDArray[np.float64]) -> float:
    """How high, in radians, a cover must stand for its azimuth to count: a quarter of its highest, 2° to 5°."""
    return float(np.clip(0.25 * np.max(density), np.radians(2.0), np.radians(5.0)))


def _ambience(where: Setting, sure: float) -> Iterator[Proposal]:
    if where in ("outdoor",):
        yield Proposal(label="wind", prompt="light wind", kind="ambient", level_db_spl_1m=40.0, evidence="inferred", confidence=sure)
    elif where == "indoor":
        yield Proposal(label="room tone", prompt="quiet room tone", kind="ambient", level_db_spl_1m=35.0, evidence="inferred", confidence=sure)
