"""Squares that show a look, and words that say what it means."""

from __future__ import annotations

from server.export.pictures.drawing import FAINT, SOFT, Canvas, Colour, Point
from server.export.pictures.lettering.typeface import font

NOT_PHOTOGRAPHED = "not photographed"

# Of a square, of the gap to its words, and of that to the next, in sizes of the letters.
_SQUARE, _GAP, _NEXT = 1.7, 0.5, 1.6


def swatch_width_px(words: str, size_px: int) -> float:
    """How much room a square and its words take, with a gap to the next."""
    return (_SQUARE + _GAP + _NEXT) * size_px + font(size_px).getlength(words)


def draw_swatch(canvas: Canvas, at: Point, words: str, look: Colour | None, size_px: int) -> float:
    """Draw a square with its words; returns where the next may begin.

    Args:
        canvas: to draw on.
        at: the left of the square, and its middle.
        words: what it means.
        look: its colour; None for the hatch of what was not photographed.
        size_px: of the letters.
    """
    x, middle = at
    top, right, foot = middle - 0.55 * size_px, x + _SQUARE * size_px, middle + 0.55 * size_px
    corners = [(x, top), (right, top), (right, foot), (x, foot)]
    if look is None:
        canvas.hatch_polygon(corners, 0.7 * size_px)
    else:
        canvas.fill(corners, look)
    canvas.draw_line(corners, FAINT, 1.0, closed=True)
    canvas.write((right + _GAP * size_px, middle), words, size_px, colour=SOFT, anchor="lm")
    return x + swatch_width_px(words, size_px)
