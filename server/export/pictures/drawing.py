"""What all pictures share: colours, and a canvas with smooth lines, tints and labels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

from server.export.pictures.lettering.label_layout import Rectangle
from server.export.pictures.lettering.typeface import font
from server.pipeline.views import View

Colour = tuple[int, int, int]
Point = tuple[float, float]
Part = tuple[slice, slice]

# Okabe and Ito's palette, which the colour-blind can tell apart, brightest first for dark grounds.
COLOURS: tuple[Colour, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 200, 140),
    (240, 228, 66),
    (233, 121, 176),
    (255, 110, 40),
    (120, 150, 255),
    (235, 235, 235),
)
INK: Colour = (14, 18, 24)
PAPER: Colour = (236, 240, 245)
SOFT: Colour = (176, 189, 204)
FAINT: Colour = (120, 132, 148)
UNSEEN: tuple[Colour, Colour] = ((26, 31, 39), (66, 76, 91))
"""The ground and the stripes of what was not photographed, in every picture."""

# Positions are handed to OpenCV in sixteenths of a pixel.
_SHIFT = 4
_FARTHEST_PX = 30_000.0
# Between a label's name and its place, in sizes of the letters.
_GAP = 0.6


class Canvas:
    """A picture to draw on; words come on top of everything else.

    Args:
        pixels: uint8 RGB of shape (H, W, 3); they are copied.
    """

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self._pixels = np.array(pixels, dtype=np.uint8, order="C")
        self._words: list[tuple[Point, str, int, Colour, str]] = []

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._pixels.shape[0], self._pixels.shape[1]

    def is_bright(self, than: int) -> NDArray[np.bool_]:
        """Which pixels have a channel that is brighter than so much, shape (H, W); words don't count."""
        bright: NDArray[np.bool_] = self._pixels.max(axis=-1) > than
        return bright

    def draw_line(
        self, points: ArrayLike, colour: Colour, width_px: float, *, opacity: float = 1.0, closed: bool = False
    ) -> None:
        """Draw a line through points.

        Args:
            points: continuous columns and rows, shape (N, 2); they may leave the picture.
            colour: of the line.
            width_px: of the line.
            opacity: from 0 to 1.
            closed: whether it ends where it began.
        """
        thickness = max(1, round(width_px))
        part, corners = self._part(points, thickness)
        coverage = np.zeros(self._pixels[part].shape[:2], np.uint8)
        cv2.polylines(coverage, [corners], closed, 255, thickness, cv2.LINE_AA, _SHIFT)
        self._blend(part, coverage, colour, opacity)

    def draw_outline(self, points: ArrayLike, colour: Colour, width_px: float, *, closed: bool = True) -> None:
        """Draw a line, of points of shape (N, 2), that shows on any ground: with a dark rim.

        Args:
            points: continuous columns and rows.
            colour: of the line.
            width_px: of the line without its rim.
            closed: whether it ends where it began.
        """
        self.draw_line(points, INK, width_px + max(2.0, 0.9 * width_px), opacity=0.55, closed=closed)
        self.draw_line(points, colour, width_px, closed=closed)

    def fill(self, points: ArrayLike, colour: Colour, *, opacity: float = 1.0) -> None:
        """Fill a polygon.

        Args:
            points: of its outline, shape (N, 2).
            colour: of it.
            opacity: from 0 to 1.
        """
        part, corners = self._part(points, 1)
        coverage = np.zeros(self._pixels[part].shape[:2], np.uint8)
        cv2.fillPoly(coverage, [corners], 255, cv2.LINE_AA, _SHIFT)
        self._blend(part, coverage, colour, opacity)

    def draw_dot(self, at: Point, colour: Colour, radius_px: float, *, hollow: bool = False) -> None:
        """Draw a dot with a light and a dark rim; a hollow one for what has no one place.

        Args:
            at: its middle.
            colour: of it.
            radius_px: of the coloured disc.
            hollow: whether the disc has a hole.
        """
        rim = max(1.0, 0.22 * radius_px)
        for radius, each in ((radius_px + 2.2 * rim, INK), (radius_px + 1.1 * rim, PAPER), (radius_px, colour)):
            self.draw_disc(at, radius, each)
        if hollow:
            self.draw_disc(at, 0.5 * radius_px, INK)

    def draw_pill(self, box: Rectangle, name: str, place: str, *, colour: Colour, size_px: int) -> None:
        """Draw a label: a dark pill with a coloured rim, a dot and words.

        Args:
            box: left, top, right and bottom, of the size that ``pill_size`` tells.
            name: what it says first.
            place: what it says then, less bright.
            colour: of the dot and the rim.
            size_px: of the letters.
        """
        left, top, right, bottom = box
        middle, half = (top + bottom) / 2, (bottom - top) / 2
        rim = max(1.5, 0.09 * size_px)
        ends = [(left + half, middle), (right - half, middle)]
        self.draw_line(ends, colour, 2 * half)
        self.draw_line(ends, INK, 2 * (half - rim))
        self.draw_disc((left + 0.72 * size_px, middle), 0.24 * size_px, colour)
        x = left + 1.2 * size_px
        self.write((x, middle), name, size_px, anchor="lm")
        self.write((x + _width_px(name, size_px) + _GAP * size_px, middle), place, size_px, colour=SOFT, anchor="lm")

    def hatch(self, where: NDArray[np.bool_], period_px: float, *, opacity: float = 1.0) -> None:
        """Cover pixels by the stripes of what was not photographed.

        Args:
            where: bool of shape (H, W).
            period_px: from one stripe to the next, along a row.
            opacity: from 0 to 1.
        """
        if not where.any():
            return
        ground, stripe = np.array(UNSEEN, dtype=np.float64)
        rows, columns = np.nonzero(where)
        # A wave between the two, cut off, so that the edges of the stripes are smooth.
        wave = np.cos((rows + columns) * (2.0 * np.pi / period_px))
        share = np.clip(0.5 + wave * period_px / (2.0 * np.pi), 0.0, 1.0)[:, None]
        striped = ground + share * (stripe - ground)
        below = self._pixels[rows, columns]
        self._pixels[rows, columns] = np.round(below + opacity * (striped - below)).astype(np.uint8)

    def hatch_polygon(self, points: ArrayLike, period_px: float, *, opacity: float = 1.0) -> None:
        """Cover a polygon by those stripes.

        Args:
            points: of its outline, shape (N, 2).
            period_px: from one stripe to the next, along a row.
            opacity: from 0 to 1.
        """
        coverage = np.zeros(self._pixels.shape[:2], np.uint8)
        cv2.fillPoly(coverage, [_fixed(points)], 255, cv2.LINE_8, _SHIFT)
        self.hatch(coverage > 0, period_px, opacity=opacity)

    def paste(self, pixels: NDArray[np.uint8], left: int, top: int) -> None:
        """Put other pixels over those of the picture.

        Args:
            pixels: uint8 RGB of shape (h, w, 3).
            left: the first column that they cover.
            top: the first row that they cover.
        """
        self._pixels[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels

    def tint(self, share: NDArray[np.float32], colour: Colour) -> None:
        """Mix a colour into the picture, by shares from 0 to 1 of shape (H, W)."""
        everything = (slice(None), slice(None))
        self._blend(everything, np.round(255.0 * share).astype(np.uint8), colour, 1.0)

    def write(
        self, at: Point, words: str, size_px: int, *, colour: Colour = PAPER, anchor: str = "mm", halo: bool = False
    ) -> None:
        """Write words.

        Args:
            at: where their anchor is.
            words: what to write.
            size_px: of the letters.
            colour: of the letters.
            anchor: Pillow's two letters for which point of the words is at ``at``.
            halo: whether the ground around the letters is darkened.
        """
        if halo:
            self._words.append((at, words, size_px, INK, f"{anchor}*"))
        self._words.append((at, words, size_px, colour, anchor))

    def image(self) -> Image.Image:
        """The picture, with its words."""
        image = Image.fromarray(self._pixels)
        draw = ImageDraw.Draw(image)
        for at, words, size_px, colour, anchor in self._words:
            rim = max(2, round(0.25 * size_px)) if anchor.endswith("*") else 0
            draw.text(
                at, words, font=font(size_px, words), fill=colour, anchor=anchor[:2], stroke_width=rim, stroke_fill=INK
            )
        return image

    def draw_disc(self, at: Point, radius_px: float, colour: Colour) -> None:
        """Draw a disc without a rim.

        Args:
            at: its middle.
            radius_px: of it.
            colour: of it.
        """
        centre = tuple(int(value) for value in _fixed([at])[0, 0])
        cv2.circle(self._pixels, centre, round(radius_px * 2**_SHIFT), colour, -1, cv2.LINE_AA, _SHIFT)

    def _part(self, points: ArrayLike, width_px: int) -> tuple[Part, NDArray[np.int32]]:
        """The part of the picture that a line of this width through points touches, and the points in its pixels."""
        positions = np.clip(np.asarray(points, dtype=np.float64), -_FARTHEST_PX, _FARTHEST_PX).reshape(-1, 2)
        low = np.floor(positions.min(axis=0) - width_px).astype(np.int64)
        high = np.ceil(positions.max(axis=0) + width_px).astype(np.int64) + 1
        low, high = np.clip(low, 0, self.shape[::-1]), np.clip(high, 0, self.shape[::-1])
        return (slice(low[1], high[1]), slice(low[0], high[0])), _fixed(positions - low)

    def _blend(self, part: Part, coverage: NDArray[np.uint8], colour: Colour, opacity: float) -> None:
        """Mix a colour into a part of the picture, by a coverage of its shape, from 0 to 255."""
        pixels = self._pixels[part]
        rows, columns = np.nonzero(coverage)
        share = coverage[rows, columns, None] * np.float32(opacity / 255.0)
        below = pixels[rows, columns]
        pixels[rows, columns] = np.round(below + (np.array(colour, np.float32) - below) * share).astype(np.uint8)


def pill_size(name: str, place: str, size_px: int) -> tuple[float, float]:
    """Width and height of a label, in pixels.

    Args:
        name: what it says first.
        place: what it says then.
        size_px: of the letters.
    """
    words_px = _width_px(name, size_px) + _GAP * size_px + _width_px(place, size_px)
    return words_px + 2.05 * size_px, 1.75 * size_px


def shortened(words: str, size_px: int, longest_px: float) -> str:
    """The beginning of words, with an ellipsis where they are too long.

    Args:
        words: in full.
        size_px: of the letters.
        longest_px: what they may be wide.
    """
    typeface = font(size_px, words)
    if typeface.getlength(words) <= longest_px:
        return words
    kept = next((n for n in range(len(words) - 1, 1, -1) if typeface.getlength(f"{words[:n]}…") <= longest_px), 1)
    return f"{words[:kept].rstrip()}…"


def letter_size_px(view: View) -> int:
    """How high letters are in a picture: a fixed share of it, whatever its shape."""
    return max(12, round(math.sqrt(view.width_px * view.height_px) / 60))


def stacked(panels: Sequence[Image.Image]) -> Image.Image:
    """Pictures of the same width, one below the other; the shape is (sum of heights, width)."""
    whole = Image.new("RGB", (panels[0].width, sum(panel.height for panel in panels)), INK)
    top = 0
    for panel in panels:
        whole.paste(panel, (0, top))
        top += panel.height
    return whole


def rounded_box(box: Rectangle, radius_px: float) -> NDArray[np.float64]:
    """The outline of a box with round corners, points of shape (N, 2)."""
    left, top, right, bottom = box
    radius = min(radius_px, (right - left) / 2, (bottom - top) / 2)
    turns: Sequence[tuple[float, float, float]] = (
        (right - radius, top + radius, -90.0),
        (right - radius, bottom - radius, 0.0),
        (left + radius, bottom - radius, 90.0),
        (left + radius, top + radius, 180.0),
    )
    points = []
    for column, row, begin_deg in turns:
        angle = np.radians(begin_deg + np.linspace(0.0, 90.0, 7))
        points.append(np.stack([column + radius * np.cos(angle), row + radius * np.sin(angle)], axis=-1))
    return np.concatenate(points)


def _width_px(words: str, size_px: int) -> float:
    return font(size_px, words).getlength(words)


def _fixed(points: ArrayLike) -> NDArray[np.int32]:
    """Continuous positions as OpenCV takes them: from the middle of the first pixel on, in sixteenths."""
    positions = np.clip(np.asarray(points, dtype=np.float64), -_FARTHEST_PX, _FARTHEST_PX) - 0.5
    fixed: NDArray[np.int32] = np.round(positions * 2**_SHIFT).astype(np.int32).reshape(-1, 1, 2)
    return fixed
