"""Detections as a camera would see them, and plain land covers to put them on."""

from __future__ import annotations

import math

import numpy as np

from server.perception.detector.sight import Detection
from server.perception.land_cover.classes import Cover, LandCover
from server.pipeline.stages import Box
from server.pipeline.views import View

PANORAMA = View(name="picture", projection="equirectangular", width_px=2048, height_px=1024)
PHOTOGRAPH = View(name="picture", projection="perspective", width_px=1200, height_px=900, hfov_deg=65.0)


def ground(below: Cover = Cover.PAVED, above: Cover = Cover.SKY, view: View = PANORAMA) -> LandCover:
    """A map of one cover below the horizon and another above it."""
    classes = np.full((256, 256 * view.width_px // view.height_px), above, dtype=np.uint8)
    classes[128:] = below
    height_px, width_px = classes.shape
    return LandCover(
        view=view.resized(width_px, height_px),
        classes=classes,
        confidence=np.full(classes.shape, 0.9, dtype=np.float32),
    )


def paint(cover: LandCover, kind: Cover, *, left_deg: float, right_deg: float, top_deg: float, foot_deg: float) -> None:
    """Fill a rectangle of directions of a panorama's map, from one azimuth to a smaller one."""
    height_px, width_px = cover.classes.shape
    first, last = (round((0.5 - deg / 360.0) * width_px) for deg in (left_deg, right_deg))
    top, foot = (round((0.5 - deg / 180.0) * height_px) for deg in (top_deg, foot_deg))
    cover.classes[top:foot, np.arange(first, last) % width_px] = kind


def detected(
    name: str,
    azimuth_deg: float,
    *,
    width_deg: float,
    top_deg: float,
    foot_deg: float,
    confidence: float = 0.8,
) -> Detection:
    """A detection in a panorama by its angles."""
    scale = PANORAMA.width_px / 360.0
    left_px = (180.0 - azimuth_deg - width_deg / 2.0) * scale % PANORAMA.width_px
    box = Box(
        view=PANORAMA,
        left_px=left_px,
        top_px=(90.0 - top_deg) * scale,
        right_px=left_px + width_deg * scale,
        bottom_px=(90.0 - foot_deg) * scale,
    )
    return Detection(name=name, confidence=confidence, box=box)


def standing(
    name: str,
    azimuth_deg: float,
    *,
    distance_m: float,
    height_m: float,
    width_m: float = 0.6,
    camera_m: float = 1.6,
    confidence: float = 0.8,
) -> Detection:
    """A thing that stands on level ground so far away, as a level panorama shows it."""
    return detected(
        name,
        azimuth_deg,
        width_deg=2.0 * math.degrees(math.atan(width_m / 2.0 / distance_m)),
        top_deg=math.degrees(math.atan((height_m - camera_m) / distance_m)),
        foot_deg=-math.degrees(math.atan(camera_m / distance_m)),
        confidence=confidence,
    )
