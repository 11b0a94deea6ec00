"""Distances as colours, and the bar that says which colour is how far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from server.export.pictures.drawing import INK, PAPER, Canvas, Colour
from server.export.pictures.lettering.legend import draw_swatch, swatch_width_px
from server.export.pictures.lettering.typeface import font

SKY: Colour = (38, 50, 66)
UNMEASURED: Colour = (6, 7, 9)

# What lies beyond these shares of all distances has the colours of the ends.
_NEAREST, _FARTHEST = 0.005, 0.995
_NEAREST_M = 0.1
# The more the better, as long as there is room for their words.
_MANTISSAS: tuple[tuple[float, ...], ...] = (
    (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0),
    (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
    (1.0, 2.0, 3.0, 5.0),
    (1.0, 2.0, 5.0),
    (1.0, 3.0),
    (1.0,),
)
_DECADES_M = tuple(10.0**power for power in range(-1, 6))
_MOST_TICKS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class DistanceColours:
    """Plasma, which is even to the eye and told apart by the colour-blind, over the logarithm of metres.

    Colours by Smith and van der Walt (matplotlib, 2015).

    Attributes:
        near_m: this and nearer is yellow.
        far_m: this and farther is dark blue.
    """

    near_m: float
    far_m: float

    @classmethod
    def of(cls, distances_m: NDArray[np.float64]) -> Self:
        """Colours for all but a few of some distances, shape (N,)."""
        if not distances_m.size:
            return cls(near_m=1.0, far_m=10.0)
        near_m, far_m = np.quantile(distances_m, (_NEAREST, _FARTHEST))
        near_m = max(float(near_m), _NEAREST_M)
        return cls(near_m=near_m, far_m=max(float(far_m), 2.0 * near_m))

    def share(self, distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where distances, of any shape, are on the scale: 0 at its near end, 1 at its far end; in that shape."""
        along: NDArray[np.float64] = np.log(distance_m / self.near_m) / np.log(self.far_m / self.near_m)
        return np.clip(along, 0.0, 1.0)

    def pixels(self, distance_m: NDArray[np.float64]) -> NDArray[np.uint8]:
        """RGB of distances: shape (H, W) becomes (H, W, 3)."""
        levels = np.round(255.0 * (1.0 - self.share(distance_m))).astype(np.uint8)
        return np.ascontiguousarray(cv2.applyColorMap(levels, cv2.COLORMAP_PLASMA)[..., ::-1], dtype=np.uint8)


def distance_legend(
    colours: DistanceColours, looks: Mapping[str, Colour | None], *, width_px: int, size_px: int
) -> Image.Image:
    """A strip, of shape (some rows, width_px), with the colours of metres and the looks of what has none.

    Args:
        colours: of the picture above.
        looks: words for each other look, and its colour; None for the hatch of what was not photographed.
        width_px: of the strip.
        size_px: of the letters.
    """
    looks_px = sum(swatch_width_px(words, size_px) for words in looks)
    is_beside = looks_px <= 0.45 * width_px
    margin = max(1.6 * size_px, 0.04 * width_px)
    right = width_px - margin - (looks_px if is_beside else 0.0)
    rows = 4.1 if is_beside else 6.1
    canvas = Canvas(np.full((round(rows * size_px), width_px, 3), INK, dtype=np.uint8))
    _draw_bar(canvas, colours, (margin, right), size_px)
    x, middle = (right + 1.6 * size_px, 1.35 * size_px) if is_beside else (margin, 4.7 * size_px)
    for words, look in looks.items():
        x = draw_swatch(canvas, (x, middle), words, look, size_px)
    return canvas.image()


def _draw_bar(canvas: Canvas, colours: DistanceColours, ends: tuple[float, float], size_px: int) -> None:
    left, right = (round(end) for end in ends)
    top, height = round(0.8 * size_px), round(1.1 * size_px)
    along = np.geomspace(colours.near_m, colours.far_m, max(2, right - left))
    canvas.paste(colours.pixels(np.tile(along, (height, 1))), left, top)
    for metres, x in _ticks(colours, (left, right), size_px):
        canvas.draw_line([(x, top + height), (x, top + height + 0.35 * size_px)], PAPER, 2.0)
        canvas.write((x, top + height + 1.15 * size_px), f"{metres:g} m", size_px)


def _ticks(colours: DistanceColours, ends: tuple[float, float], size_px: int) -> list[tuple[float, float]]:
    """Round distances and where they are on the bar: the most that have room."""
    ticks: list[tuple[float, float]] = []
    for mantissas in _MANTISSAS:
        metres = [m * d for d in _DECADES_M for m in mantissas if colours.near_m <= m * d <= colours.far_m]
        ticks = [(m, ends[0] + (ends[1] - ends[0]) * float(colours.share(np.array(m)))) for m in metres]
        half_px = [font(size_px).getlength(f"{m:g} m") / 2 for m in metres]
        rims = [(x - half, x + half) for (_, x), half in zip(ticks, half_px, strict=True)]
        if len(ticks) <= _MOST_TICKS and all(after[0] - before[1] > size_px for before, after in pairwise(rims)):
            break
    return ticks
