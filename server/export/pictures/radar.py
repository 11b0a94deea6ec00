"""The sources seen from above, in metres."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from protocol.coordinates import wrapped_azimuth_deg
from protocol.scene import Scene, Source
from server.export.pictures.drawing import FAINT, INK, PAPER, Canvas, Colour, Point
from server.export.pictures.lettering.labels import Tag, draw_tags, left_out_words, placed_tags
from server.export.pictures.lettering.legend import NOT_PHOTOGRAPHED, draw_swatch
from server.export.pictures.lettering.words import goes_all_round, place_words, source_name
from server.export.pictures.scales.azimuth_scale import NORTH
from server.export.pictures.scales.polar_scale import RINGS_M, PolarScale
from server.export.pictures.scales.sectors import unseen_sectors
from server.export.pictures.source_colours import source_colours
from server.pipeline.views import View

SIDE_PX = 1200
_CENTRE = (SIDE_PX / 2, SIDE_PX / 2)
_HEAD_PX, _RADIUS_PX = 30.0, 510.0
_COMPASS_PX = 572.0
_SMALLEST_REACH_M = 10.0
_LETTERS_PX = 19
_RING: Colour = (48, 58, 73)
# Rings, stripes and bands of intervals may be covered; bars and arcs are brighter.
_BRIGHTEST_GROUND = 130
_RING_WORDS_DEG = (-22.5, 22.5, -67.5, 67.5, -112.5, 112.5, -157.5, 157.5)


def radar_picture(scene: Scene, unseen: NDArray[np.bool_] | None = None) -> Image.Image:
    """A map of the sources around the listener: ahead is up, left is left.

    The picture is a square, of shape (SIDE_PX, SIDE_PX). Distances are those along the ground. Each source has a dot,
    a bar of one sigma either way in metres, and an arc as wide as it is; what goes all round is a ring. Directions that
    the picture doesn't show are hatched, so a photograph's field of view is a wedge. An arrow points north where the
    heading is known.

    Args:
        scene: what was found.
        unseen: which pixels of the picture were not photographed, shape (H, W); None: all were.
    """
    scale = map_scale(scene)
    canvas = Canvas(np.full((SIDE_PX, SIDE_PX, 3), INK, dtype=np.uint8))
    has_unseen = _draw_unseen(canvas, scale, scene, unseen)
    _draw_rings(canvas, scale)
    for source, colour in zip(scene.sources, source_colours(scene), strict=True):
        if source.distance_m is not None:
            _draw_source(canvas, scale, source, colour)
    _draw_listener(canvas)
    kept_clear = [(_CENTRE[0] - 34.0, _CENTRE[1] - 44.0, _CENTRE[0] + 34.0, _CENTRE[1] + 34.0)]
    kept_clear += _draw_sides(canvas, scale)
    if scene.listener.heading_deg is not None:
        kept_clear.append(_draw_north(canvas, scale, scene.listener.heading_deg))
    if has_unseen:
        end = draw_swatch(canvas, (18.0, 26.0), NOT_PHOTOGRAPHED, None, 17)
        kept_clear.append((8.0, 8.0, end, 44.0))

    frame = (10.0, 10.0, SIDE_PX - 10.0, SIDE_PX - 10.0)
    tags = [
        _tag(source, scene, scale, colour) for source, colour in zip(scene.sources, source_colours(scene), strict=True)
    ]
    busy = canvas.is_bright(than=_BRIGHTEST_GROUND)
    placed = placed_tags(tags, frame=frame, size_px=_LETTERS_PX, keep_clear=kept_clear, busy=busy)
    _draw_ring_words(canvas, scale, [each.box for each in placed if each.box])
    draw_tags(canvas, placed, size_px=_LETTERS_PX)
    canvas.write((18.0, SIDE_PX - 16.0), left_out_words(placed), 17, colour=FAINT, anchor="ls")
    return canvas.image()


def map_scale(scene: Scene) -> PolarScale:
    """The scale of a scene's map: its rim is a round distance beyond the farthest source and its sigma."""
    farthest_m = max((sum(_along_ground_m(s)) for s in scene.sources if s.distance_m is not None), default=0.0)
    wanted_m = max(_SMALLEST_REACH_M, 1.05 * min(farthest_m, RINGS_M[-1] / 1.05))
    reach_m = float(next(ring for ring in RINGS_M if ring >= wanted_m))
    return PolarScale(centre=_CENTRE, head_px=_HEAD_PX, radius_px=_RADIUS_PX, reach_m=reach_m)


def map_point(source: Source, scale: PolarScale) -> Point:
    """Where on the map a source with a distance is, in pixels."""
    return scale.point(source.azimuth_deg, _along_ground_m(source)[0])


def map_interval_px(source: Source, scale: PolarScale) -> tuple[float, float]:
    """How far from the centre a source's distance begins and ends, one sigma either way, in pixels."""
    distance_m, sigma_m = _along_ground_m(source)
    return scale.radius(distance_m - sigma_m), scale.radius(distance_m + sigma_m)


def _along_ground_m(source: Source) -> tuple[float, float]:
    """A source's distance and its sigma, seen from above."""
    flat = math.cos(math.radians(source.elevation_deg))
    return (source.distance_m or 0.0) * flat, (source.distance_sigma_m or 0.0) * flat


def _tag(source: Source, scene: Scene, scale: PolarScale, colour: Colour) -> Tag:
    has_place = source.distance_m is not None
    return Tag(
        name=source_name(source, scene),
        plain_name=source.id,
        place=place_words(source),
        colour=colour,
        mark=map_point(source, scale) if has_place else (0.0, float(SIDE_PX)),
        has_dot=has_place,
        hollow=goes_all_round(source),
    )


def _draw_unseen(canvas: Canvas, scale: PolarScale, scene: Scene, unseen: NDArray[np.bool_] | None) -> bool:
    """Hatch what the picture doesn't show; returns whether there is such."""
    image = scene.image
    height_px, width_px = (image.height_px, image.width_px) if unseen is None else unseen.shape
    view = View(
        name="picture",
        projection=image.projection,
        width_px=width_px,
        height_px=height_px,
        hfov_deg=image.hfov_deg,
        pitch_deg=image.pitch_deg,
        roll_deg=image.roll_deg,
    )
    sectors = unseen_sectors(view, unseen)
    for from_deg, to_deg in sectors:
        radii = (_HEAD_PX, _RADIUS_PX)
        canvas.hatch_polygon(scale.sector(from_deg, to_deg, radii), 20.0, opacity=0.6)
        for edge_deg in (from_deg, to_deg) if to_deg - from_deg < 360.0 else ():
            ends = [scale.at_radius(edge_deg, radius) for radius in radii]
            canvas.draw_line(ends, FAINT, 2.0)
    return bool(sectors)


def _draw_rings(canvas: Canvas, scale: PolarScale) -> None:
    for ring_m in scale.rings_m():
        canvas.draw_line(scale.arc(0.0, 360.0, scale.radius(ring_m)), _RING, 1.6)
    for azimuth_deg in range(0, 360, 45):
        canvas.draw_line([scale.at_radius(azimuth_deg, radius) for radius in (_HEAD_PX, _RADIUS_PX)], _RING, 1.2)


def _draw_listener(canvas: Canvas) -> None:
    """A head with a nose, looking ahead."""
    x, y = _CENTRE
    canvas.fill([(x - 9, y - 14), (x, y - 27), (x + 9, y - 14)], PAPER)
    for at, radius in (((x - 19, y), 5.0), ((x + 19, y), 5.0), ((x, y), 18.0)):
        canvas.draw_disc(at, radius, PAPER)


def _draw_source(canvas: Canvas, scale: PolarScale, source: Source, colour: Colour) -> None:
    near, far = map_interval_px(source, scale)
    middle = scale.radius(_along_ground_m(source)[0])
    width_deg = 360.0 if goes_all_round(source) else source.width_deg
    from_deg, to_deg = source.azimuth_deg - width_deg / 2, source.azimuth_deg + width_deg / 2
    if width_deg > 0.0:
        if far > near:
            canvas.fill(scale.sector(from_deg, to_deg, (near, far)), colour, opacity=0.16)
        canvas.draw_line(scale.arc(from_deg, to_deg, middle), colour, 4.0, opacity=0.9)
    if not goes_all_round(source):
        canvas.draw_line([scale.at_radius(source.azimuth_deg, radius) for radius in (near, far)], colour, 3.0)


def _draw_sides(canvas: Canvas, scale: PolarScale) -> list[tuple[float, float, float, float]]:
    """Write where ahead, left, behind and right are; returns the boxes of the words."""
    boxes = []
    for azimuth_deg, word, (anchor, width, height) in (
        (0.0, "ahead", ("mb", 66.0, 26.0)),
        (90.0, "left", ("rm", 40.0, 26.0)),
        (180.0, "behind", ("mt", 70.0, 26.0)),
        (-90.0, "right", ("lm", 52.0, 26.0)),
    ):
        x, y = scale.at_radius(azimuth_deg, _RADIUS_PX + 8.0)
        canvas.write((x, y), word, 22, anchor=anchor)
        left = x - {"m": width / 2, "r": width, "l": 0.0}[anchor[0]]
        top = y - {"m": height / 2, "b": height, "t": 0.0}[anchor[1]]
        boxes.append((left, top, left + width, top + height))
    return boxes


def north_azimuth_deg(heading_deg: float) -> float:
    """Where north is, positive to the left, in a picture whose centre looks along a compass heading."""
    return float(wrapped_azimuth_deg(heading_deg))


def _draw_north(canvas: Canvas, scale: PolarScale, heading_deg: float) -> tuple[float, float, float, float]:
    """Draw an arrow to the north, at the rim; returns its box."""
    azimuth_deg = north_azimuth_deg(heading_deg)
    tip, foot = scale.at_radius(azimuth_deg, _RADIUS_PX + 26.0), _RADIUS_PX - 16.0
    aside_deg = math.degrees(13.0 / _RADIUS_PX)
    wings = [scale.at_radius(azimuth_deg + side, foot) for side in (-aside_deg, aside_deg)]
    notch = scale.at_radius(azimuth_deg, foot + 9.0)
    canvas.draw_line([scale.at_radius(azimuth_deg, _HEAD_PX), notch], NORTH, 1.6, opacity=0.5)
    canvas.draw_outline([tip, wings[0], notch, wings[1]], NORTH, 2.0)
    canvas.fill([tip, wings[0], notch, wings[1]], NORTH)
    x, y = scale.at_radius(azimuth_deg, _COMPASS_PX)
    canvas.write((x, y), "N", 24, colour=NORTH, halo=True)
    corners = np.array([*wings, tip, (x - 14.0, y - 14.0), (x + 14.0, y + 14.0)])
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _draw_ring_words(canvas: Canvas, scale: PolarScale, boxes: list[tuple[float, float, float, float]]) -> None:
    """Write the metres of the rings where no label hides them, and not so close that they touch."""
    last_px = _HEAD_PX
    for ring_m in scale.rings_m():
        radius = scale.radius(ring_m)
        if radius - last_px < 26.0:
            continue
        places = [scale.at_radius(azimuth_deg, radius) for azimuth_deg in _RING_WORDS_DEG]
        free = [at for at in places if not any(_is_near(at, box) for box in boxes)]
        canvas.write((free or places)[0], f"{ring_m} m", 17, colour=FAINT, halo=True)
        last_px = radius


def _is_near(at: Point, box: tuple[float, float, float, float]) -> bool:
    return box[0] - 30.0 < at[0] < box[2] + 30.0 and box[1] - 12.0 < at[1] < box[3] + 12.0
