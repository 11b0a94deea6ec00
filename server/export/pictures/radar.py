"""The sources seen from above, in metres."""

from __future__ import annotations

import math

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

SIDE_PX = 1200
_CENTRE = (SIDE_PX / 2, SIDE_PX / 2)
_RADIUS_PX = 520.0
_RINGS_M = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_SMALLEST_REACH_M = 10.0
_RING: Colour = (44, 54, 68)
# Drawn larger and averaged down, for smooth lines.
_OVERSAMPLING = 2


def radar_picture(scene: Scene) -> Image.Image:
    """A map of the sources around the listener: ahead is up, left is left.

    The picture is a square, of shape (SIDE_PX, SIDE_PX). Distances are those along the ground, on a square-root scale,
    so that the near ones have room; a bar through each source is one sigma either way, an arc its width.
    """
    reach_m = _reach_m(scene)
    canvas = Image.new("RGB", (SIDE_PX * _OVERSAMPLING,) * 2, INK)
    big = ImageDraw.Draw(canvas, "RGBA")
    _draw_rings(big, reach_m)
    for index, source in enumerate(scene.sources):
        if source.distance_m is not None:
            _draw_source(big, source, source_colour(index), reach_m)
    canvas = canvas.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)

    draw = ImageDraw.Draw(canvas, "RGBA")
    _draw_words(draw, reach_m)
    taken: list[Rectangle] = [(_CENTRE[0] - 40, _CENTRE[1] - 40, _CENTRE[0] + 40, _CENTRE[1] + 40)]
    frame = (10.0, 10.0, SIDE_PX - 10.0, SIDE_PX - 10.0)
    for index, source in enumerate(scene.sources):
        words = f"{source.id}  {distance_words(source)}"
        width, height = label_size(words, 19)
        if source.distance_m is None:
            wanted = (10.0, SIDE_PX - 10.0 - height, 10.0 + width, SIDE_PX - 10.0)
        else:
            x, y = map_point(source, reach_m)
            taken.append((x - 9, y - 9, x + 9, y + 9))
            wanted = (x - width / 2, y + 14, x + width / 2, y + 14 + height)
        place = free_place(wanted, taken, frame)
        draw_label(draw, place[:2], words, colour=source_colour(index), size_px=19)
    return canvas


def map_point(source: Source, reach_m: float) -> Point:
    """Where on the map a source with a distance is, in pixels."""
    along_ground_m = (source.distance_m or 0.0) * math.cos(math.radians(source.elevation_deg))
    return _point(source.azimuth_deg, along_ground_m, reach_m)


def _reach_m(scene: Scene) -> float:
    """The distance at the map's rim: a ring beyond the farthest source and its sigma."""
    farthest = max(
        (s.distance_m + (s.distance_sigma_m or 0.0) for s in scene.sources if s.distance_m is not None), default=0.0
    )
    wanted = max(_SMALLEST_REACH_M, 1.05 * min(farthest, _RINGS_M[-1] / 1.05))
    return float(next(ring for ring in _RINGS_M if ring >= wanted))


def _radius_px(distance_m: float, reach_m: float) -> float:
    return _RADIUS_PX * math.sqrt(min(max(distance_m, 0.0) / reach_m, 1.0))


def _point(azimuth_deg: float, distance_m: float, reach_m: float) -> Point:
    radius = _radius_px(distance_m, reach_m)
    azimuth = math.radians(azimuth_deg)
    return _CENTRE[0] - radius * math.sin(azimuth), _CENTRE[1] - radius * math.cos(azimuth)


def _scaled(*values: float) -> tuple[float, ...]:
    return tuple(value * _OVERSAMPLING for value in values)


def _draw_rings(draw: ImageDraw.ImageDraw, reach_m: float) -> None:
    for ring_m in _RINGS_M:
        if ring_m <= reach_m:
            radius = _radius_px(ring_m, reach_m)
            box = _scaled(_CENTRE[0] - radius, _CENTRE[1] - radius, _CENTRE[0] + radius, _CENTRE[1] + radius)
            draw.ellipse(box, outline=_RING, width=3)
    for azimuth_deg in range(0, 360, 45):
        end = _point(azimuth_deg, reach_m, reach_m)
        draw.line(_scaled(*_CENTRE, *end), fill=_RING, width=2)
    # The listener: a head with a nose, looking ahead.
    x, y = _CENTRE
    draw.polygon(_scaled(x - 8, y - 14, x, y - 26, x + 8, y - 14), fill=PAPER)
    draw.ellipse(_scaled(x - 16, y - 16, x + 16, y + 16), fill=PAPER)
    for side in (-1, 1):
        draw.ellipse(_scaled(x + side * 18 - 4, y - 7, x + side * 18 + 4, y + 7), fill=PAPER)


def _draw_source(draw: ImageDraw.ImageDraw, source: Source, colour: Colour, reach_m: float) -> None:
    flat = math.cos(math.radians(source.elevation_deg))
    middle_m, sigma_m = (source.distance_m or 0.0) * flat, (source.distance_sigma_m or 0.0) * flat
    if source.width_deg > 0.0:
        spread = np.linspace(-source.width_deg / 2, source.width_deg / 2, max(2, int(source.width_deg)))
        arc = [_scaled(*_point(source.azimuth_deg + aside, middle_m, reach_m)) for aside in spread]
        draw.line([value for point in arc for value in point], fill=(*colour, 150), width=9, joint="curve")
    ends = [_point(source.azimuth_deg, middle_m + side * sigma_m, reach_m) for side in (-1, 1)]
    draw.line(_scaled(*ends[0], *ends[1]), fill=(*colour, 255), width=5)
    x, y = map_point(source, reach_m)
    draw.ellipse(_scaled(x - 9, y - 9, x + 9, y + 9), fill=colour, outline=INK, width=4)


def _draw_words(draw: ImageDraw.ImageDraw, reach_m: float) -> None:
    words = {(0, "mb"): "ahead", (90, "rm"): "left", (180, "mt"): "behind", (-90, "lm"): "right"}
    for (azimuth_deg, anchor), word in words.items():
        at = _point(azimuth_deg, reach_m, reach_m)
        outward = 8.0
        at = (
            at[0] - outward * math.sin(math.radians(azimuth_deg)),
            at[1] - outward * math.cos(math.radians(azimuth_deg)),
        )
        draw.text(at, word, font=font(22), fill=PAPER, anchor=anchor)
    for ring_m in _RINGS_M:
        radius = _radius_px(ring_m, reach_m)
        if ring_m <= reach_m and radius > 70:
            x, y = _point(-22.5, ring_m, reach_m)
            draw.text((x, y), f"{ring_m} m", font=font(17), fill=FAINT, anchor="mm", stroke_width=5, stroke_fill=INK)
