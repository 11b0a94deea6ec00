"""The sizes at which a picture is looked at.

A panorama is looked at whole at 2048 × 1024 pixels, 5.7 to a degree, about what the network was trained on, and at half
of that, for large things. A band about the horizon follows at twice that: a person at 25 m, 3.9° tall, has 44 pixels
there. A photograph is looked at whole at each of them. Even where this enlarges the picture it helps, as the network
was trained on larger things; and so a scene is seen alike however many pixels its picture has. Each level is cut into
tiles that overlap, so that little memory is needed.

Of 36 people and 43 road vehicles in the 24 panoramas that were judged (see ``votes``), 21 and 20 are seen so, beside
5 and 4 that are something else: without the coarser level 22 and 20, but beside 9 and 5; without the finer band 12 and
13. A finer band still, of 8192 pixels, finds no more: of 48 people pasted into streets at 18 to 32 m, 32 were seen with
it and 33 without it in 4096 pixels, 28 and 29 in 8192. The levels take 1.0, 0.2 and 0.35 s of one core.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from server.perception.detector.network import COARSEST_STRIDE
from server.pipeline.views import View

WHOLE_WIDTH_PX = 2048
"""How wide a panorama's whole level is."""

_COARSER, _FINER = 0.5, 2
_BAND_PX = (96, 160)
"""How many rows of a panorama's finer level lie above the horizon and below it, where people stand and cars drive. What
reaches farther is near, and large enough in the whole level; a band that holds it too sees less well what is there."""
_LEAST_PHOTOGRAPH_PX = 416
"""The longer side of a photograph, however narrow its field of view: what the network was trained on."""
_TILE_AREA_PX = 512 * 1024
"""About how many pixels a tile has of its own: the network needs some 400 bytes for each."""
_MARGIN_PX = 64
"""What a tile shows beyond its own columns, on either side: what the network sees around a thing. With twice as much,
the confidence of what is seen well changes by 0.01."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A band of the posed picture, scaled.

    Attributes:
        width_px: of the whole posed picture at this scale.
        top_px: the picture's own row at which the band starts.
        bottom_px: and at which it ends.
        height_px: the band's rows at this scale.
        picture_width_px: columns of the picture itself.
        around: whether its left and right edges meet.
    """

    width_px: int
    height_px: int
    top_px: int
    bottom_px: int
    picture_width_px: int
    around: bool

    @property
    def scale(self) -> float:
        """The level's pixels for one of the picture's, across."""
        return self.width_px / self.picture_width_px

    @property
    def row_scale(self) -> float:
        """The level's pixels for one of the picture's, down."""
        return self.height_px / (self.bottom_px - self.top_px)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tile:
    """Pixels of a level for the network: columns [start_px, stop_px) are its own, and more is seen around them.

    Attributes:
        pixels: uint8 RGB (H, W, 3), sides multiples of the coarsest stride.
        left_px: the level's column of the first pixel; may be negative.
        start_px: the level's first column that is this tile's own.
        stop_px: one beyond its last.
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    left_px: int
    start_px: int
    stop_px: int


def whole_level(view: View) -> Level:
    """The level that shows the picture whole at the resolution of ``WHOLE_WIDTH_PX``, and that features are of."""
    return _level(view, _whole_width_px(view))


def other_levels(view: View) -> tuple[Level, Level]:
    """The levels that only look for things: a coarser one, then a finer one."""
    whole_px = _whole_width_px(view)
    return _level(view, max(1, round(_COARSER * whole_px))), _level(view, _FINER * whole_px, band_px=_BAND_PX)


def _whole_width_px(view: View) -> int:
    if view.projection == "equirectangular":
        return WHOLE_WIDTH_PX
    # At the middle of a photograph a pixel covers 1 / focal length.
    scale = WHOLE_WIDTH_PX / (2 * np.pi) / view.focal_px
    scale = max(scale, _LEAST_PHOTOGRAPH_PX / max(view.width_px, view.height_px))
    return max(1, round(scale * view.width_px))


def _level(view: View, width_px: int, *, band_px: tuple[int, int] | None = None) -> Level:
    """A level; of a panorama no more than these rows above and below the horizon."""
    scale = width_px / view.width_px
    around = view.projection == "equirectangular"
    top_px, bottom_px, height_px = 0, view.height_px, max(1, round(view.height_px * scale))
    if around and band_px is not None:
        above_px, below_px = band_px
        top_px = max(0, view.height_px // 2 - max(1, round(above_px / scale)))
        bottom_px = view.height_px // 2 + max(1, round(below_px / scale))
        height_px = above_px + below_px
    return Level(
        width_px=width_px,
        height_px=height_px,
        top_px=top_px,
        bottom_px=bottom_px,
        picture_width_px=view.width_px,
        around=around,
    )


def tiles(level: Level, posed: NDArray[np.uint8]) -> Iterator[Tile]:
    """The tiles of a level from left to right; ``posed`` is the picture in its canonical pose, (H, W, 3)."""
    rows = posed[level.top_px : level.bottom_px]
    shrinks = rows.shape[1] > level.width_px
    scaled = cv2.resize(
        np.ascontiguousarray(rows),
        (level.width_px, level.height_px),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
    )
    # A multiple of the coarsest stride, as are all edges inside; what a photograph lacks repeats its last pixels.
    end_px = -(-level.width_px // COARSEST_STRIDE) * COARSEST_STRIDE
    beyond_px = _MARGIN_PX if level.around else 0
    shown = cv2.copyMakeBorder(
        scaled,
        0,
        -level.height_px % COARSEST_STRIDE,
        beyond_px,
        end_px + beyond_px - level.width_px,
        cv2.BORDER_WRAP if level.around else cv2.BORDER_REPLICATE,
    )
    count = max(1, round(level.width_px * level.height_px / _TILE_AREA_PX))
    edges = [round(number * end_px / count / COARSEST_STRIDE) * COARSEST_STRIDE for number in range(count + 1)]
    for start_px, stop_px in pairwise(edges):
        left_px = max(start_px - _MARGIN_PX, -beyond_px)
        right_px = min(stop_px + _MARGIN_PX, end_px + beyond_px)
        pixels = np.asarray(shown[:, left_px + beyond_px : right_px + beyond_px], np.uint8)
        yield Tile(pixels=pixels, left_px=left_px, start_px=start_px, stop_px=min(stop_px, level.width_px))
