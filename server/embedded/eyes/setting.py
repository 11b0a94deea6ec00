"""Outdoors, under a roof that lets daylight in, or indoors: judged by what is overhead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protocol.scene import Setting
from server.embedded.eyes.features import features
from server.embedded.eyes.landcover import Cover, LandCover
from server.pipeline.footprint import pixel_solid_angle_sr
from server.pipeline.views import Picture

# What is overhead, as against what stands around.
_OVERHEAD_DEG = 30.0
# With this much of it open to sky or leaves one is outdoors: in a street with high houses it still is.
_OPEN = 0.66
# A glass roof: so much daylight overhead, more than lamps and windows are.
_DAYLIT = 0.1
# Daylight burns out in a picture exposed for what is under a roof: CIELAB lightness at least, and chroma at most.
_BURNT_LIGHTNESS, _BURNT_CHROMA = 88.0, 12.0
# A photograph that shows so much of what is only outdoors was taken there.
_OUTDOOR_SHARE = 0.3
_ONLY_OUTDOORS = (Cover.SKY, Cover.TREES, Cover.GRASS, Cover.WATER, Cover.ROAD)


def setting(picture: Picture, cover: LandCover) -> tuple[Setting, float]:
    """The setting and the confidence in it, in [0, 1]; a blank picture's is unknown.

    A photograph doesn't show what is overhead. Where it shows little that is only outdoors it may be of a façade as
    well as of a room, and the setting is unknown.
    """
    seen = features(picture)
    if seen.is_blank:
        return "unknown", 0.0
    if not seen.panorama:
        outdoor_share = float(_shares(cover, from_deg=-90.0)[list(_ONLY_OUTDOORS)].sum())
        return ("outdoor", min(0.5 + 0.5 * outdoor_share, 0.9)) if outdoor_share > _OUTDOOR_SHARE else ("unknown", 0.0)
    share = _shares(cover, from_deg=_OVERHEAD_DEG)
    open_share = float(share[Cover.SKY] + share[Cover.TREES])
    if open_share > _OPEN:
        return "outdoor", min(0.3 + 0.65 * open_share, 0.95)
    overhead = seen.solid_angle_sr * (seen.elevation_deg > _OVERHEAD_DEG)
    # The measurements have half the map's resolution.
    sky = cover.classes[::2, ::2] == Cover.SKY
    burnt_out = sky & (seen.lightness > _BURNT_LIGHTNESS) & (seen.chroma < _BURNT_CHROMA)
    daylit = float(np.sum(overhead * burnt_out) / np.sum(overhead))
    if daylit > _DAYLIT:
        return "covered", min(0.4 + daylit, 0.7)
    return "indoor", 0.6


def _shares(cover: LandCover, *, from_deg: float) -> NDArray[np.float64]:
    """What share of the directions above an elevation each cover fills, (8,)."""
    height_px, width_px = cover.classes.shape
    column, row = np.meshgrid(np.arange(width_px) + 0.5, np.arange(height_px) + 0.5)
    _, elevation_deg = cover.view.direction(column, row)
    weight = pixel_solid_angle_sr(cover.view, column, row) * (elevation_deg > from_deg)
    total = np.bincount(cover.classes.ravel(), weight.ravel(), minlength=len(Cover)).astype(np.float64)
    shares: NDArray[np.float64] = total / max(float(total.sum()), 1e-9)
    return shares
