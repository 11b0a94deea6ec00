"""What stands in for what was not photographed, so that a network finds nothing odd there."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from server.pipeline.views import Picture, resized_mask

# What is made up is no finer than this.
_WIDEST_PX = 1024
# Lower than this is what carries the camera.
_NADIR_DEG = -50.0


@lru_cache(maxsize=2)
def filled(picture: Picture) -> Picture:
    """The picture, with what was photographed mirrored into what was not.

    A border would darken or brighten what it surrounds, and what is a network to make of half a sphere of black? A
    mirror image goes on as the picture does, and is as likely outdoors or indoors. What is found in it is dropped by
    whoever looks there: the picture still says what is unseen. A masked nadir alone is black, as survey cars have it:
    a mirror would show their roofs twice.
    """
    if picture.unseen is None or picture.unseen.all():
        return picture
    view = picture.view
    width_px = min(view.width_px, _WIDEST_PX)
    height_px = max(1, round(view.height_px * width_px / view.width_px))
    around = view.projection == "equirectangular"
    small = np.asarray(cv2.resize(picture.pixels, (width_px, height_px), interpolation=cv2.INTER_AREA), np.uint8)
    rows, columns = _mirrored_from(resized_mask(picture.unseen, width_px, height_px), around=around)
    made_up = cv2.resize(small[rows, columns], (view.width_px, view.height_px), interpolation=cv2.INTER_LINEAR)
    pixels = np.where(picture.unseen[..., None], made_up, picture.pixels).astype(np.uint8)
    if around:
        first = int(view.pixel(0.0, _NADIR_DEG)[1])
        from_below = np.logical_and.accumulate(picture.unseen[: first - 1 : -1], axis=0)[::-1]
        pixels[first:][from_below & ~picture.unseen[first - 1]] = 0
    return replace(picture, pixels=pixels)


def _mirrored_from(unseen: NDArray[np.bool_], *, around: bool) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column, (H, W) each, that every pixel shows: its own if seen, else its mirror image.

    The mirror is the nearest pixel that was seen; what is mirrored from beyond the picture, or from what is unseen
    itself, is that nearest pixel.
    """
    height_px, width_px = unseen.shape
    half = width_px // 2 if around else 0
    wide = np.pad(unseen, ((0, 0), (half, half)), mode="wrap")
    _, label = cv2.distanceTransformWithLabels(wide.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    seen = np.flatnonzero(~wide)
    place = np.zeros(int(label.max()) + 1, np.intp)
    place[label.ravel()[seen]] = seen
    nearest = place[label[:, half : half + width_px]]
    near_row, near_column = nearest // wide.shape[1], nearest % wide.shape[1] - half
    row, column = np.mgrid[:height_px, :width_px]
    row, column = 2 * near_row - row, 2 * near_column - column
    if around:
        column, near_column = column % width_px, near_column % width_px
    inside = (row >= 0) & (row < height_px) & (column >= 0) & (column < width_px)
    inside[inside] = ~unseen[row[inside], column[inside]]
    return np.where(inside, row, near_row), np.where(inside, column, near_column)
