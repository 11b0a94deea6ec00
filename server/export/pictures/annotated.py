"""The picture with what was found in it: an outline, a dot and a label for every source."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

from protocol.scene import Scene
from server.export.pictures.drawing import Canvas, Colour, letter_size_px, stacked
from server.export.pictures.extents import Extent, source_extent
from server.export.pictures.lettering.labels import (
    PlacedTag,
    Tag,
    dot_radius_px,
    draw_tags,
    left_out_words,
    placed_tags,
)
from server.export.pictures.lettering.words import goes_all_round, place_words, source_name
from server.export.pictures.scales.azimuth_scale import azimuth_scale
from server.export.pictures.source_colours import source_colours
from server.pipeline.stages import Proposal
from server.pipeline.views import Picture, View

_LONG_SIDE_PX = 2048
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
    kind = cv2.INTER_AREA if shrink < 1.0 else cv2.INTER_CUBIC
    pixels = cv2.resize(picture.pixels, (view.width_px, view.height_px), interpolation=kind)
    canvas = Canvas(np.asarray(pixels, dtype=np.uint8))
    unseen = picture.unseen_in(view)
    canvas.hatch(unseen, size_px)

    extents = source_extents(scene, view, proposals)
    for extent, colour in zip(extents, source_colours(scene), strict=True):
        _draw_extent(canvas, view, extent, colour)
    labels = source_labels(scene, view, extents)
    draw_tags(canvas, labels, size_px=size_px)
    scale = azimuth_scale(
        view,
        size_px,
        heading_deg=scene.listener.heading_deg,
        note=left_out_words(labels),
        has_unseen=bool(unseen.any()),
    )
    return stacked([canvas.image(), scale])


def source_extents(scene: Scene, view: View, proposals: Sequence[Proposal]) -> list[Extent]:
    """Where in a picture each source of a scene is.

    Args:
        scene: what was found.
        view: the picture, in the pixels to draw in.
        proposals: of the run that found it.
    """
    margin_px = 1.8 * dot_radius_px(letter_size_px(view))
    return [source_extent(source, view, proposals, margin_px=margin_px) for source in scene.sources]


def source_labels(scene: Scene, view: View, extents: Sequence[Extent]) -> list[PlacedTag]:
    """The labels of what a picture shows, and of ambience, in the order of the scene.

    Args:
        scene: what was found.
        view: the picture, in the pixels to draw in.
        extents: where in it each source is.
    """
    tags = [
        Tag(
            name=source_name(source, scene),
            plain_name=source.id,
            place=place_words(source),
            colour=colour,
            mark=extent.mark or (0.0, 0.0),
            body=extent.body,
            has_frame=extent.region is None,
            has_dot=extent.mark is not None,
            hollow=goes_all_round(source),
        )
        for source, extent, colour in zip(scene.sources, extents, source_colours(scene), strict=True)
        if extent.mark is not None or source.distance_m is None
    ]
    size_px = letter_size_px(view)
    margin = 0.4 * size_px
    frame = (margin, margin, view.width_px - margin, view.height_px - margin)
    return placed_tags(tags, frame=frame, size_px=size_px)


def _draw_extent(canvas: Canvas, view: View, extent: Extent, colour: Colour) -> None:
    width_px = 0.12 * letter_size_px(view)
    if extent.region is not None:
        canvas.tint(extent.region.share * _TINT, colour)
    for line, closed in extent.lines:
        # A thick line would hide what is small.
        small_px = 0.07 * float(np.ptp(line, axis=0).min()) if closed else width_px
        canvas.draw_outline(line, colour, min(width_px, max(1.5, small_px)), closed=closed)
