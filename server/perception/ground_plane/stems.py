"""Stems that land cover lost, looked for in the picture itself below the crowns of lone trees."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from server.perception.filled import filled
from server.perception.land_cover.classes import Cover, LandCover
from server.pipeline.views import Picture

Grid = NDArray[np.float32]

# A region that is wider than this, over its height, is rather several trees.
_WIDEST_ALONE = 1.4
# Stems are so many pixels of the map wide to either side of their middle, and are smoothed along this many.
_HALF_WIDTHS_PX, _ALONG_PX = (1, 2), 5
# A stem differs from what is on both of its sides by so much, in CIELAB, and so many times as much as things do there.
_LEAST_CONTRAST, _TIMES_USUAL = 5.0, 1.5
_USUAL_PX = 41
# It stands below the middle of its crown, within this share of its width, begins at most so many pixels below its hem,
# and shows at least this share of the crown's height, and so many pixels; what goes on for longer is no stem of that
# crown.
_MIDDLE, _GAP_PX, _LEAST_SHARE, _MOST_SHARE, _LEAST_PX = 0.7, 4, 0.15, 1.2, 6


def with_stems(cover: LandCover, picture: Picture) -> LandCover:
    """The same land cover with the stem of each lone tree drawn down to its foot, where one is seen."""
    around = picture.view.projection == "equirectangular"
    height_px, width_px = cover.classes.shape
    trees = (cover.classes == Cover.TREES).astype(np.uint8)
    turn = _emptiest_column(trees) if around else 0
    trees = np.roll(trees, -turn, axis=1)
    count, names, boxes, _ = cv2.connectedComponentsWithStats(trees, connectivity=4)
    lone = [
        name
        for name in range(1, count)
        if boxes[name, cv2.CC_STAT_WIDTH] < _WIDEST_ALONE * boxes[name, cv2.CC_STAT_HEIGHT]
        and boxes[name, cv2.CC_STAT_HEIGHT] >= _LEAST_PX
    ]
    if not lone:
        return cover
    tops, highs = (boxes[lone, stat].astype(int) for stat in (cv2.CC_STAT_TOP, cv2.CC_STAT_HEIGHT))
    # Stems are looked for from the middle of the uppermost crown down to as far as any may reach.
    first = int((tops + highs // 2).min())
    stop = min(int((tops + highs * (1.0 + _MOST_SHARE)).max()) + _USUAL_PX, height_px)
    resized = cv2.resize(filled(picture).pixels, (width_px, height_px), interpolation=cv2.INTER_AREA)
    small = np.asarray(resized, dtype=np.uint8)
    reaches = np.zeros(cover.classes.shape, np.intp)
    reaches[first:stop] = np.roll(_reaches(_stem_contrast(small[first:stop], around=around)), -turn, axis=1)
    classes = np.roll(cover.classes, -turn, axis=1)
    for name in lone:
        left, top, wide, high = (int(each) for each in boxes[name, :4])
        aside = round(wide * (1.0 - _MIDDLE) / 2.0)
        columns = np.arange(left + aside, left + wide - aside)
        own = names[top : top + high, columns] == name
        hem = top + high - np.argmax(own[::-1], axis=0)
        rows = np.minimum(hem[None, :] + np.arange(_GAP_PX + 1)[:, None], height_px - 1)
        stops = (rows + reaches[rows, columns]).max(axis=0)
        long = np.where(own.any(axis=0) & (stops - hem <= _MOST_SHARE * high), stops - hem, 0)
        longest = np.flatnonzero(long == long.max())
        best = int(longest[longest.size // 2])
        if long[best] >= max(_LEAST_PX, _LEAST_SHARE * high):
            classes[hem[best] : stops[best] - _ALONG_PX // 2, columns[best] - 1 : columns[best] + 2] = Cover.TREES
    return replace(cover, classes=np.roll(classes, turn, axis=1))


def _emptiest_column(trees: NDArray[np.uint8]) -> int:
    """Where to cut a panorama open, so that it cuts no tree if it can."""
    return int(np.argmin(trees.sum(axis=0)))


def _stem_contrast(pixels: NDArray[np.uint8], *, around: bool) -> Grid:
    """How much an upright strip differs from both of its sides, where it is darker than both or lighter than both."""
    pad = 4 * max(_HALF_WIDTHS_PX) + 4
    wide = np.pad(pixels, ((0, 0), (pad, pad), (0, 0)), mode="wrap" if around else "edge")
    lab = cv2.blur(cv2.cvtColor(wide.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB), (1, _ALONG_PX))
    best = np.zeros(lab.shape[:2], np.float32)
    for half in _HALF_WIDTHS_PX:
        size = 2 * half + 1
        strip = cv2.blur(lab, (size, 1))
        left, right = strip - np.roll(strip, size, axis=1), strip - np.roll(strip, -size, axis=1)
        least = np.minimum(np.linalg.norm(left, axis=2), np.linalg.norm(right, axis=2))
        best = np.maximum(best, np.where(left[..., 0] * right[..., 0] > 0, least, 0))
    return best[:, pad:-pad]


def _reaches(contrast: Grid) -> NDArray[np.intp]:
    """How many rows a strip goes on downwards from each pixel, which may lean a little."""
    usual = cv2.blur(contrast, (_USUAL_PX, _USUAL_PX))
    is_strip = (contrast > np.maximum(_LEAST_CONTRAST, _TIMES_USUAL * usual)).astype(np.uint8)
    closed = cv2.morphologyEx(is_strip, cv2.MORPH_CLOSE, np.ones((5, 1), np.uint8))
    closed = cv2.dilate(closed, np.ones((1, 3), np.uint8))
    reaches = np.zeros(contrast.shape, np.intp)
    for row in range(contrast.shape[0] - 2, -1, -1):
        reaches[row] = (reaches[row + 1] + 1) * closed[row]
    return reaches
