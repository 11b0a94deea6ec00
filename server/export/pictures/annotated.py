"""The picture with what was found in it: an outline, a dot and a label for every source."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from protocol.scene import Scene, Source
from server.export.pictures.azimuth_scale import azimuth_scale
from server.export.pictures.drawing import (
    Canvas,
    Colour,
    Point,
    letter_size_px,
    rounded_box,
    stacked,
)
from server.export.pictures.label_layout import Rectangle
from server.export.pictures.labels import Tag, dot_radius_px, draw_tags, left_out_words, placed_tags
from server.export.pictures.regions import Region, source_region
from server.export.pictures.source_colours import source_colours
from server.export.pictures.words import goes_all_round, place_words, source_name
from server.pipeline.stages import Proposal
from server.pipeline.views import Picture, View

_LONG_SIDE_PX = 2048
# Outlines are drawn piece by piece, since a straight edge on the sphere bends in a photograph.
_EDGE_PIECES = 48
# What takes more of the picture than this can't be left free of labels.
_SMALL = 0.06
_TINT = np.float32(0.1)


def annotated_picture(scene: Scene, picture: Picture, proposals: Sequence[Proposal] = ()) -> Image.Image:
    """The picture with an outline around every source, a dot on it, and a label with its name and its distance.

    What goes all round has lines all round and a hollow dot. What was not photographed is hatched. Ambience has a label
    only, in the upper left corner if there is room. Below stands a scale of azimuth, with the points of the compass
    where they are known. The picture keeps its shape, with 2048 pixels on its long side.

    Args:
        scene: what was found.
        picture: in which it was found.
        proposals: of the run that found it: their masks are the outlines of what has no plain shape. Other sources
            have an outline as wide and high as they are seen.
    """
    shrink = _LONG_SIDE_PX / max(picture.view.width_px, picture.view.height_px)
    view = picture.view.resized(round(picture.view.width_px * shrink), round(picture.view.height_px * shrink))
    size_px = letter_size_px(view)
    smaller = cv2.INTER_AREA if shrink < 1.0 else cv2.INTER_CUBIC
    pixels = cv2.resize(picture.pixels, (view.width_px, view.height_px), interpolation=smaller)
    canvas = Canvas(np.asarray(pixels, dtype=np.uint8))

    tags = []
    for source, colour in zip(scene.sources, source_colours(scene), strict=True):
        region = source_region(source, view, proposals) if source.distance_m is not None else None
        body = _draw_extent(canvas, view, source, region, colour)
        mark = _mark(view, source, region, 1.8 * dot_radius_px(size_px))
        if source.distance_m is not None and mark is None:
            continue
        tags.append(
            Tag(
                name=source_name(source, scene),
                plain_name=source.id,
                place=place_words(source),
                colour=colour,
                mark=mark or (0.0, 0.0),
                body=body,
                has_dot=mark is not None,
                hollow=goes_all_round(source),
            )
        )
    margin = 0.4 * size_px
    frame = (margin, margin, view.width_px - margin, view.height_px - margin)
    placed = placed_tags(tags, frame=frame, size_px=size_px)
    draw_tags(canvas, placed, size_px=size_px)
    scale = azimuth_scale(view, size_px, heading_deg=scene.listener.heading_deg, notes=[left_out_words(placed)])
    return stacked([canvas.image(), scale])


def _mark(view: View, source: Source, region: Region | None, margin_px: float) -> Point | None:
    """Where in the picture a source's dot is; None where it isn't in the picture, or is everywhere."""
    if source.distance_m is None:
        return None
    column, row = (float(value) for value in view.pixel(source.azimuth_deg, source.elevation_deg))
    if region is not None:
        return region.point_inside((column, row), margin_px)
    return (column, row) if view.contains(source.azimuth_deg, source.elevation_deg) else None


def _draw_extent(canvas: Canvas, view: View, source: Source, region: Region | None, colour: Colour) -> Rectangle | None:
    """Draw what a source covers; returns its box, where that is small and in one piece."""
    width_px = max(2.0, view.width_px * view.height_px / 1e6) ** 0.5 * 2.0
    if region is not None:
        canvas.tint(region.share * _TINT, colour)
        for line in region.outlines():
            canvas.draw_outline(line, colour, width_px)
        return _small(region.box(), view)
    if source.distance_m is None or source.width_deg == 0.0 or source.height_deg == 0.0:
        return None
    lines = _extents(view, source)
    for line, closed in lines:
        # A thick line would hide what is small.
        thin_px = max(1.5, 0.07 * float(np.ptp(line, axis=0).min())) if closed else width_px
        canvas.draw_outline(line, colour, min(width_px, thin_px), closed=closed)
    if len(lines) != 1 or not lines[0][1]:
        return None
    (left, top), (right, bottom) = lines[0][0].min(axis=0), lines[0][0].max(axis=0)
    return _small((float(left), float(top), float(right), float(bottom)), view)


def _small(box: Rectangle, view: View) -> Rectangle | None:
    area = (box[2] - box[0]) * (box[3] - box[1])
    return box if area <= _SMALL * view.width_px * view.height_px else None


def _extents(view: View, source: Source) -> list[tuple[NDArray[np.float64], bool]]:
    """Lines around a source as wide and high as it is: points of shape (N, 2), and whether they close."""
    top = min(source.elevation_deg + source.height_deg / 2, 90.0)
    foot = max(source.elevation_deg - source.height_deg / 2, -90.0)
    if view.projection == "equirectangular":
        _, (top_px, foot_px) = view.pixel(0.0, np.array([top, foot]))
        if goes_all_round(source):
            return [(np.array([[-9.0, row], [view.width_px + 9.0, row]]), False) for row in (top_px, foot_px)]
        width_px = source.width_deg / 360.0 * view.width_px
        left_px = (0.5 - source.azimuth_deg / 360.0) * view.width_px - width_px / 2
        # Across the seam a box goes on at the other side.
        lefts = [left_px + turn for turn in (-view.width_px, 0, view.width_px)]
        return [
            (rounded_box((left, float(top_px), left + width_px, float(foot_px)), view.width_px / 200), True)
            for left in lefts
            if left + width_px > 0.0 and left < view.width_px
        ]
    half = source.width_deg / 2
    across = np.linspace(source.azimuth_deg + half, source.azimuth_deg - half, _EDGE_PIECES)
    down = np.linspace(top, foot, _EDGE_PIECES)
    azimuths = np.concatenate(
        [across, np.full(_EDGE_PIECES, across[-1]), across[::-1], np.full(_EDGE_PIECES, across[0])]
    )
    elevations = np.concatenate([np.full(_EDGE_PIECES, top), down, np.full(_EDGE_PIECES, foot), down[::-1]])
    columns, rows = view.pixel(azimuths, elevations)
    margin = 4.0  # keeps the outline of what fills the picture visible at its rim
    shown = np.isfinite(columns)
    columns = np.clip(columns[shown], margin, view.width_px - margin)
    rows = np.clip(rows[shown], margin, view.height_px - margin)
    visible = np.ptp(columns) > 1.0 and np.ptp(rows) > 1.0 if columns.size else False
    return [(np.stack([columns, rows], axis=-1), True)] if visible else []
