"""How far everything is, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from server.export.pictures.drawing import Canvas, Colour, letter_size_px, stacked
from server.export.pictures.lettering.legend import NOT_PHOTOGRAPHED
from server.export.pictures.scales.distance_scale import SKY, UNMEASURED, DistanceColours, distance_legend
from server.pipeline.distance.lookup import distances_towards
from server.pipeline.stages import DistanceMap
from server.pipeline.views import Picture, View

_LONG_SIDE_PX = 1536


def depth_picture(picture: Picture, maps: Sequence[DistanceMap]) -> Image.Image:
    """Distances along the ray on a logarithmic scale of colour, near bright and warm, far dark and cold.

    Several maps, each of the shape of its own view, are put together, each direction from the map whose axis is
    nearest. Sky is a plain dark blue, what was photographed but not measured is black, and what was not photographed is
    hatched. Below stands the scale in metres, with a legend of what of these there is.
    """
    shrink = _LONG_SIDE_PX / max(picture.view.width_px, picture.view.height_px)
    view = picture.view.resized(round(picture.view.width_px * shrink), round(picture.view.height_px * shrink))
    size_px = letter_size_px(view)
    distance_m, is_mapped = _seen_from(view, maps)
    is_mapped &= ~np.isnan(distance_m)
    unseen = picture.unseen_in(view)
    measured = np.isfinite(distance_m) & ~unseen
    colours = DistanceColours.of(distance_m[measured])
    pixels = colours.pixels(np.where(measured, distance_m, colours.far_m))
    pixels[~measured] = SKY
    pixels[~measured & ~is_mapped] = UNMEASURED
    canvas = Canvas(pixels)
    canvas.hatch(unseen, size_px)
    looks: tuple[tuple[str, Colour | None, NDArray[np.bool_]], ...] = (
        ("sky", SKY, ~measured & is_mapped & ~unseen),
        ("not measured", UNMEASURED, ~measured & ~is_mapped & ~unseen),
        (NOT_PHOTOGRAPHED, None, unseen),
    )
    shown = {words: look for words, look, where in looks if where.any()}
    return stacked([canvas.image(), distance_legend(colours, shown, width_px=view.width_px, size_px=size_px)])


def _seen_from(view: View, maps: Sequence[DistanceMap]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Distances of every pixel of a window, infinite where nothing was measured, and whether any map looks there."""
    if len(maps) == 1 and maps[0].view.resized(view.width_px, view.height_px) == replace(view, name=maps[0].view.name):
        size = (view.width_px, view.height_px)
        seen = cv2.resize(maps[0].distance_m, size, interpolation=cv2.INTER_NEAREST)
        return np.asarray(seen, dtype=np.float64), np.ones(seen.shape, dtype=np.bool_)
    columns, rows = np.meshgrid(np.arange(view.width_px) + 0.5, np.arange(view.height_px) + 0.5)
    azimuth_deg, elevation_deg = view.direction(columns, rows)
    distance_m, _ = distances_towards(maps, azimuth_deg, elevation_deg)
    is_mapped = np.zeros(distance_m.shape, dtype=np.bool_)
    for each in maps:
        is_mapped |= each.view.contains(azimuth_deg, elevation_deg)
    return distance_m, is_mapped
