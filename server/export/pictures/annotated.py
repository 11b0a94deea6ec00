"""The picture with what was found in it: a box and a label for every source."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from protocol.scene import Scene, Source
from server.export.pictures.drawing import (
    FAINT,
    INK,
    PAPER,
    Colour,
    Point,
    Rectangle,
    distance_words,
    draw_label,
    font,
    free_place,
    label_size,
    source_colour,
)
from server.pipeline.views import Picture, View

_LONG_SIDE_PX = 2048
_SCALE_PX = 44
# Outlines are drawn piece by piece, since a straight edge on the sphere bends in a photograph.
_EDGE_PIECES = 48


def annotated_picture(scene: Scene, picture: Picture) -> Image.Image:
    """The picture with a box for every source as wide and high as it is seen, its name and its distance.

    Below stands a scale of azimuth. Ambience is listed in the upper left corner. The picture keeps its shape, with 2048
    pixels on its long side.
    """
    shrink = _LONG_SIDE_PX / max(picture.view.width_px, picture.view.height_px)
    view = picture.view.resized(round(picture.view.width_px * shrink), round(picture.view.height_px * shrink))
    canvas = Image.fromarray(picture.pixels).resize((view.width_px, view.height_px), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(canvas, "RGBA")
    size_px = max(16, round(view.width_px / 85))
    frame = (8.0, 8.0, view.width_px - 8.0, view.height_px - 8.0)

    taken: list[Rectangle] = []
    placed = [(source, source_colour(index)) for index, source in enumerate(scene.sources)]
    for source, colour in placed:
        if source.distance_m is None:
            words = f"{source.id}  {distance_words(source)}"
            width, height = label_size(words, size_px)
            place = free_place((frame[0], frame[1], frame[0] + width, frame[1] + height), taken, frame)
            draw_label(draw, place[:2], words, colour=colour, size_px=size_px)
        else:
            _draw_outline(draw, view, source, colour)
    for source, colour in placed:
        middle = _middle(view, source)
        if middle is None:
            continue
        words = f"{source.id}  {distance_words(source)}"
        width, height = label_size(words, size_px)
        wanted = (middle[0] - width / 2, middle[1] - 1.7 * height, middle[0] + width / 2, middle[1] - 0.7 * height)
        place = free_place(wanted, taken, frame)
        draw.line((*middle, middle[0], place[3] if place[3] < middle[1] else place[1]), fill=(*colour, 255), width=3)
        _draw_dot(draw, middle, colour, radius=0.32 * size_px)
        draw_label(draw, place[:2], words, colour=colour, size_px=size_px)
    return _with_scale(canvas, view)


def _middle(view: View, source: Source) -> Point | None:
    """Where in the picture a source's direction is; None where it isn't in the picture, or has none."""
    if source.distance_m is None or not view.contains(source.azimuth_deg, source.elevation_deg):
        return None
    column, row = view.pixel(source.azimuth_deg, source.elevation_deg)
    return float(column), float(row)


def _draw_outline(draw: ImageDraw.ImageDraw, view: View, source: Source, colour: Colour) -> None:
    """The extents of a source; nothing for a source that has none."""
    if source.width_deg == 0.0 or source.height_deg == 0.0:
        return
    top = min(source.elevation_deg + source.height_deg / 2, 90.0)
    foot = max(source.elevation_deg - source.height_deg / 2, -90.0)
    if view.projection == "equirectangular":
        _, (top_px, foot_px) = view.pixel(0.0, np.array([top, foot]))
        if source.width_deg >= 359.0:
            for row in (top_px, foot_px):
                draw.line((0, row, view.width_px, row), fill=(*colour, 230), width=4)
            return
        width_px = source.width_deg / 360.0 * view.width_px
        left_px = (0.5 - source.azimuth_deg / 360.0) * view.width_px - width_px / 2
        # Across the seam a box goes on at the other side.
        for turn in (-view.width_px, 0, view.width_px):
            box = (left_px + turn, top_px, left_px + turn + width_px, foot_px)
            if box[2] > 0 and box[0] < view.width_px:
                draw.rounded_rectangle(box, radius=10, outline=(*colour, 235), fill=(*colour, 26), width=4)
        return
    half = source.width_deg / 2
    across = np.linspace(source.azimuth_deg + half, source.azimuth_deg - half, _EDGE_PIECES)
    down = np.linspace(top, foot, _EDGE_PIECES)
    azimuths = np.concatenate(
        [across, np.full(_EDGE_PIECES, across[-1]), across[::-1], np.full(_EDGE_PIECES, across[0])]
    )
    elevations = np.concatenate([np.full(_EDGE_PIECES, top), down, np.full(_EDGE_PIECES, foot), down[::-1]])
    columns, rows = view.pixel(azimuths, elevations)
    margin = 4.0  # keeps the outline of what fills the picture visible at its rim
    outline = [
        (float(np.clip(column, margin, view.width_px - margin)), float(np.clip(row, margin, view.height_px - margin)))
        for column, row in zip(columns, rows, strict=True)
        if np.isfinite(column)
    ]
    draw.line(outline, fill=(*colour, 235), width=4, joint="curve")


def _draw_dot(draw: ImageDraw.ImageDraw, at: Point, colour: Colour, *, radius: float) -> None:
    draw.ellipse(
        (at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), fill=(*colour, 255), outline=INK, width=2
    )


def _with_scale(canvas: Image.Image, view: View) -> Image.Image:
    """The picture above a scale of azimuth: left is positive."""
    whole = Image.new("RGB", (canvas.width, canvas.height + _SCALE_PX), INK)
    whole.paste(canvas)
    draw = ImageDraw.Draw(whole)
    step = 30 if view.projection == "equirectangular" else 10
    for azimuth_deg in range(-180 + step, 180, step):
        if not view.contains(azimuth_deg, 0.0):
            continue
        column = float(view.pixel(azimuth_deg, 0.0)[0])
        side = "left" if azimuth_deg > 0 else "right"
        words = "ahead" if azimuth_deg == 0 else f"{abs(azimuth_deg)}° {side}"
        draw.line((column, canvas.height, column, canvas.height + 9), fill=FAINT, width=2)
        draw.text(
            (column, canvas.height + 26), words, font=font(17), fill=PAPER if azimuth_deg == 0 else FAINT, anchor="mm"
        )
    return whole
