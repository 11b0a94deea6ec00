"""Curves over axes, in the colours and the type of all pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

from server.export.pictures.drawing import FAINT, INK, PAPER, Colour
from server.export.pictures.lettering.typeface import font

GRID: Colour = (38, 47, 60)
_PANEL: Colour = (19, 25, 33)
# Drawn larger and averaged down, for smooth lines.
_OVERSAMPLING = 3
# Left, top, right and bottom of the plot.
_MARGINS_PX = (92, 78, 30, 72)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One axis of a chart.

    Attributes:
        title: what it counts, with its unit.
        low: value at its beginning.
        high: value at its end.
        ticks: values with a line across and a label.
        labels: of the ticks, where they are not the numbers themselves.
        logarithmic: whether equal ratios take equal room.
    """

    title: str
    low: float
    high: float
    ticks: Sequence[float]
    labels: Sequence[str] | None = None
    logarithmic: bool = False

    def share(self, values: ArrayLike) -> NDArray[np.float64]:
        """Where values, of any shape, are on the axis: 0 at its beginning, 1 at its end; an array of the same shape."""
        numbers = np.asarray(values, dtype=np.float64)
        if self.logarithmic:
            shares: NDArray[np.float64] = np.log(numbers / self.low) / math.log(self.high / self.low)
            return shares
        return (numbers - self.low) / (self.high - self.low)

    def words(self) -> list[str]:
        """The labels of its ticks."""
        return list(self.labels) if self.labels else [f"{tick:g}" for tick in self.ticks]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """One curve of a chart.

    Attributes:
        name: in the legend.
        x: shape (N,).
        y: shape (N,).
        colour: of the line or of the dots.
        dots: whether points are marked, in place of a line through them.
        dashed: whether the line is broken, as theory is.
    """

    name: str
    x: NDArray[np.float64] = field(repr=False)
    y: NDArray[np.float64] = field(repr=False)
    colour: Colour
    dots: bool = False
    dashed: bool = False


def chart(
    *, width_px: int, height_px: int, title: str, subtitle: str, x: Axis, y: Axis, curves: Sequence[Curve]
) -> Image.Image:
    """Curves over two axes, with a legend; what leaves the axes is cut off at their rim.

    Args:
        width_px: of the picture.
        height_px: of the picture.
        title: the first line.
        subtitle: the second line, smaller.
        x: the axis below.
        y: the axis to the left.
        curves: from the lowest to the topmost, each of points of shape (N, 2).
    """
    left, top, right, foot = _plot(width_px, height_px)
    big = Image.new("RGB", (width_px * _OVERSAMPLING, height_px * _OVERSAMPLING), INK)
    draw = ImageDraw.Draw(big)
    draw.rounded_rectangle(_larger(left, top, right, foot), radius=6 * _OVERSAMPLING, fill=_PANEL)
    for share in x.share(x.ticks):
        column = left + share * (right - left)
        draw.line(_larger(column, top, column, foot), fill=GRID, width=_OVERSAMPLING)
    for tick, share in zip(y.ticks, y.share(y.ticks), strict=True):
        row = foot - share * (foot - top)
        draw.line(_larger(left, row, right, row), fill=FAINT if tick == 0 else GRID, width=_OVERSAMPLING)

    inside = Image.new("RGB", big.size, INK)
    inside.paste(big)
    pen = ImageDraw.Draw(inside)
    for curve in curves:
        columns = left + x.share(curve.x) * (right - left)
        rows = foot - y.share(curve.y) * (foot - top)
        _draw_curve(pen, np.column_stack([columns, rows]) * _OVERSAMPLING, curve)
    plot = tuple(round(value) for value in _larger(left, top, right, foot))
    big.paste(inside.crop((plot[0], plot[1], plot[2], plot[3])), (plot[0], plot[1]))
    canvas = big.resize((width_px, height_px), Image.Resampling.LANCZOS)
    _draw_words(ImageDraw.Draw(canvas), canvas, title, subtitle, x, y, curves)
    return canvas


def plot_point(width_px: int, height_px: int, x: Axis, y: Axis, at: tuple[float, float]) -> tuple[float, float]:
    """Where on a chart a point of its axes is, in pixels from the upper left corner.

    Args:
        width_px: of the chart.
        height_px: of the chart.
        x: the axis below.
        y: the axis to the left.
        at: the point, in the units of the axes.
    """
    left, top, right, foot = _plot(width_px, height_px)
    return left + float(x.share(at[0])) * (right - left), foot - float(y.share(at[1])) * (foot - top)


def _plot(width_px: int, height_px: int) -> tuple[float, float, float, float]:
    left, top, right, foot = _MARGINS_PX
    return left, top, width_px - right, height_px - foot


def _larger(*values: float) -> tuple[float, ...]:
    return tuple(value * _OVERSAMPLING for value in values)


def _draw_curve(draw: ImageDraw.ImageDraw, points: NDArray[np.float64], curve: Curve) -> None:
    if curve.dots:
        radius = 4.5 * _OVERSAMPLING
        for column, row in points:
            box = (column - radius, row - radius, column + radius, row + radius)
            draw.ellipse(box, fill=curve.colour, outline=_PANEL, width=_OVERSAMPLING)
        return
    width = 2 * _OVERSAMPLING + 1
    if not curve.dashed:
        draw.line([float(value) for value in points.ravel()], fill=curve.colour, width=width, joint="curve")
        return
    # Dashes of even length along the curve, however dense its points are.
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    dash = 9.0 * _OVERSAMPLING
    for begin in np.arange(0.0, along[-1], 1.7 * dash):
        at = np.linspace(begin, min(begin + dash, along[-1]), 6)
        piece = np.column_stack([np.interp(at, along, points[:, 0]), np.interp(at, along, points[:, 1])])
        draw.line([float(value) for value in piece.ravel()], fill=curve.colour, width=width, joint="curve")


def _draw_words(
    draw: ImageDraw.ImageDraw,
    canvas: Image.Image,
    title: str,
    subtitle: str,
    x: Axis,
    y: Axis,
    curves: Sequence[Curve],
) -> None:
    left, top, right, foot = _plot(*canvas.size)
    draw.text((left, 14), title, font=font(22), fill=PAPER, anchor="lt")
    draw.text((left, 45), subtitle, font=font(16), fill=FAINT, anchor="lt")
    for share, words in zip(x.share(x.ticks), x.words(), strict=True):
        draw.text((left + share * (right - left), foot + 24), words, font=font(16), fill=FAINT, anchor="ms")
    for share, words in zip(y.share(y.ticks), y.words(), strict=True):
        draw.text((left - 10, foot - share * (foot - top)), words, font=font(16), fill=FAINT, anchor="rm")
    draw.text(((left + right) / 2, foot + 54), x.title, font=font(17), fill=PAPER, anchor="ms")
    upright = Image.new("L", (round(foot - top), 26))
    ImageDraw.Draw(upright).text((upright.width / 2, 13), y.title, font=font(17), fill=255, anchor="mm")
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    canvas.paste(Image.new("RGB", turned.size, PAPER), (10, round(top)), turned)
    column = right - 8.0
    for curve in reversed(curves):
        column -= font(16).getlength(curve.name)
        draw.text((column, 56), curve.name, font=font(16), fill=PAPER, anchor="lm")
        if curve.dots:
            draw.ellipse((column - 21, 51, column - 11, 61), fill=curve.colour)
        elif curve.dashed:
            for begin in (-30, -18):
                draw.line((column + begin, 56, column + begin + 8, 56), fill=curve.colour, width=3)
        else:
            draw.line((column - 30, 56, column - 10, 56), fill=curve.colour, width=3)
        column -= 50.0
