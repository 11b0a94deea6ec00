"""The scale below a picture: azimuth, the points of the compass, and what else must be said."""

from __future__ import annotations

import numpy as np
from PIL import Image

from protocol.coordinates import wrapped_azimuth_deg
from server.export.pictures.drawing import FAINT, INK, PAPER, Canvas
from server.export.pictures.lettering.legend import NOT_PHOTOGRAPHED, draw_swatch
from server.export.pictures.lettering.typeface import font
from server.pipeline.views import View

_STEPS_DEG = (1, 2, 5, 10, 15, 30, 45, 90)
_COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
NORTH = (255, 110, 40)
"""The colour of north, in every picture."""


def azimuth_scale(
    view: View, size_px: int, *, heading_deg: float | None = None, note: str = "", has_unseen: bool = False
) -> Image.Image:
    """A strip, of shape (some rows, width_px): azimuth with left positive, the compass, and a legend.

    Args:
        view: the picture.
        size_px: of the letters in the picture; those of the scale are a little smaller.
        heading_deg: compass heading of the picture's centre, clockwise from north, where it is known.
        note: what else must be said.
        has_unseen: whether the picture has parts that were not photographed, which the legend then explains.
    """
    letters_px = max(11, round(0.75 * size_px))
    rows = [1.9 * letters_px]
    if heading_deg is not None:
        rows.append(rows[-1] + 1.5 * letters_px)
    if note or has_unseen:
        rows.append(rows[-1] + 1.7 * letters_px)
    height_px = round(rows[-1] + 1.1 * letters_px)
    canvas = Canvas(np.full((height_px, view.width_px, 3), INK, dtype=np.uint8))
    _draw_ticks(canvas, view, rows[0], letters_px)
    if heading_deg is not None:
        _draw_compass(canvas, view, heading_deg, rows[1], letters_px)
    x = 1.5 * letters_px
    if has_unseen:
        x = draw_swatch(canvas, (x, rows[-1]), NOT_PHOTOGRAPHED, None, letters_px)
    if note:
        canvas.write((x, rows[-1]), note, letters_px, colour=FAINT, anchor="lm")
    return canvas.image()


def _level_deg(view: View) -> float:
    """The elevation at which a picture's azimuths are read: the horizon, else the middle of a tilted photograph."""
    return 0.0 if view.contains(view.yaw_deg, 0.0) else view.pitch_deg


def _draw_ticks(canvas: Canvas, view: View, row: float, letters_px: int) -> None:
    """Ticks at round angles, as close as their words allow."""
    widest_px = font(letters_px).getlength("150° right") + 1.5 * letters_px
    # Along the horizon, where a tilted photograph shows that.
    level_deg = _level_deg(view)
    middle = float(view.pixel(view.yaw_deg, level_deg)[0])
    for step in _STEPS_DEG:
        # In a photograph angles are closest in its middle.
        second_px = abs(float(view.pixel(view.yaw_deg - step, level_deg)[0]) - middle)
        if second_px >= widest_px or step == _STEPS_DEG[-1]:
            break
    for azimuth_deg in range(-180 + step, 180, step):
        if not view.contains(azimuth_deg, level_deg):
            continue
        column = float(view.pixel(azimuth_deg, level_deg)[0])
        side = "left" if azimuth_deg > 0 else "right"
        words = "ahead" if azimuth_deg == 0 else f"{abs(azimuth_deg)}° {side}"
        half_px = font(letters_px).getlength(words) / 2
        canvas.draw_line([(column, 0.0), (column, 0.5 * letters_px)], FAINT, 2.0)
        if half_px <= column <= view.width_px - half_px:
            colour = PAPER if azimuth_deg == 0 else FAINT
            canvas.write((column, row - 0.45 * letters_px), words, letters_px, colour=colour)


def _draw_compass(canvas: Canvas, view: View, heading_deg: float, row: float, letters_px: int) -> None:
    for number, point in enumerate(_COMPASS):
        azimuth_deg = float(wrapped_azimuth_deg(heading_deg - 45.0 * number))
        if not view.contains(azimuth_deg, _level_deg(view)):
            continue
        column = float(view.pixel(azimuth_deg, _level_deg(view))[0])
        column = min(max(column, letters_px), view.width_px - letters_px)
        canvas.write((column, row - 0.45 * letters_px), point, letters_px, colour=NORTH if number == 0 else FAINT)
