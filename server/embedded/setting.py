"""Outdoors, under a roof that lets the sky in, or indoors: judged by what is overhead."""

from __future__ import annotations

import numpy as np

from protocol.scene import Setting
from server.embedded.features import features
from server.embedded.landcover import Cover, LandCover
from server.pipeline.footprint import pixel_solid_angle_sr
from server.pipeline.views import Picture


def setting(picture: Picture, cover: LandCover) -> tuple[Setting, float]:
    """The setting and the confidence in it, in [0, 1]."""
    share = overhead_shares(cover)
    sky, leaves, roof = share[Cover.SKY], share[Cover.TREES], share[Cover.BUILDING]
    if sky + leaves > 0.66:
        return "outdoor", float(np.clip(0.3 + 0.65 * (sky + leaves), 0, 0.95))
    del picture, roof
    if sky > 0.3:
        return "covered", 0.5
    return "indoor", 0.6


def overhead_shares(cover: LandCover, *, from_deg: float = 30.0) -> np.ndarray:
    """What share of the directions above an elevation each cover fills, (8,)."""
    height_px, width_px = cover.classes.shape
    column, row = np.meshgrid(np.arange(width_px) + 0.5, np.arange(height_px) + 0.5)
    _, elevation_deg = cover.view.direction(column, row)
    weight = pixel_solid_angle_sr(cover.view, column, row) * (elevation_deg > from_deg)
    total = np.bincount(cover.classes.ravel(), weight.ravel(), minlength=len(Cover))
    return total / max(total.sum(), 1e-9)
