"""What lies plain around a photograph: frames and bars, and the corners that straightening leaves empty.

A frame is a run of rows or columns of one neutral colour that ends in a step at the same place all along. Thin ones are
nowhere quite plain, as JPEG rings through every block of 8 or 16 pixels that they share with the photograph. The
corners of a photograph that was turned are right triangles, all with one angle and turned the same way round.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

# Black, white and the greys between: how far apart their channels may be.
_NEUTRAL = 8
# How far compression takes pixels from a frame's colour: beyond the reach of its ringing nearly all, within it most of
# the outer half, and most at its end.
_PLAIN, _QUITE, _RINGING, _CLOSE, _RINGS_PX = 3, 0.999, 8, 16, 16
# In so much of a row of the frame pixels are that close; of the row after its end, or the next ones, no more than
# so much.
_CALM, _ENDED, _STEP_PX = 0.9, 0.7, 3
# Thinner than this, or than this share of the picture's side, is what scalers leave along an edge.
_THINNEST_PX, _THINNEST = 4, 0.002
# Two bars are as thick as one another where one of them hardly stands out.
_AS_THICK_PX = 2
# Rows are looked at so many at a time, and first at so many of their pixels.
_BLOCK_PX, _GLANCES = 64, 64

# Corners are black or white, and cut off at such an angle; so much of the longer leg tells of it.
_BLACK_OR_WHITE = 8
_LEAST_SLOPE, _STEEPEST_SLOPE = np.tan(np.radians([0.6, 20.0]))
_TOLD_BY = (0.1, 0.9)
# Their edges are straight to so many pixels in so much of their length, step there in so much of it,
# and are parallel or upright on each other; three of the four are seen, as the photograph may be dark or burnt out,
# too.
_STRAIGHT_PX, _STRAIGHT, _STEPS = 4.0, 0.85, 0.6
_PARALLEL, _LEAST_CORNERS = np.tan(np.radians(0.5)), 3


def frame(pixels: Pixels) -> Mask | None:
    """Where a photograph's file shows plain colour around it.

    Args:
        pixels: uint8 RGB of shape (H, W, 3).

    Returns:
        Bool (H, W), or None where the photograph fills it.
    """
    height_px, width_px = pixels.shape[:2]
    top_px, bottom_px = _bars_px(pixels)
    rows = slice(top_px, height_px - bottom_px)
    left_px, right_px = _bars_px(pixels[rows].swapaxes(0, 1))
    columns = slice(left_px, width_px - right_px)
    if left_px or right_px:
        # Bars of another colour or of the whole height hide those above and below from whole rows.
        top_px, bottom_px = _bars_px(pixels[:, columns])
        rows = slice(top_px, height_px - bottom_px)
    unseen = np.ones((height_px, width_px), np.bool_)
    unseen[rows, columns] = empty_corners(pixels[rows, columns])
    return unseen if unseen.any() else None


def _bars_px(pixels: Pixels) -> tuple[int, int]:
    """How thick the bars are above and below."""
    (top_px, top_ends), (bottom_px, bottom_ends) = (_calm_px(side) for side in (pixels, pixels[::-1]))
    if top_px + bottom_px >= len(pixels):
        return 0, 0
    if top_px and bottom_px and abs(top_px - bottom_px) <= _AS_THICK_PX and (top_ends or bottom_ends):
        colours = (np.median(row, axis=0) for row in (pixels[0], pixels[-1]))
        if np.ptp(list(colours), axis=0).max() <= _PLAIN:
            return top_px, bottom_px
    return top_px * top_ends, bottom_px * bottom_ends


def _calm_px(side: Pixels) -> tuple[int, bool]:
    """How many of the first rows are of one neutral colour, 0 if too few for a bar; and whether they end in a step."""
    colour = np.median(side[0], axis=0)
    if np.ptp(colour) > _NEUTRAL:
        return 0, False
    glanced = _first_restless(side[:, :: max(1, side.shape[1] // _GLANCES)], colour, calm=_CALM - 0.1)
    calm_px = _first_restless(side[: glanced + _STEP_PX], colour, calm=_CALM)
    if calm_px < max(_THINNEST_PX, _THINNEST * len(side)) or calm_px == len(side):
        return 0, False
    # Where no ringing reaches, a frame is quite plain; where it does, most of its outer half is.
    outer_px, within, least = (
        (calm_px - _RINGS_PX, _PLAIN, _QUITE) if calm_px > _RINGS_PX else (calm_px // 2, _RINGING, _CALM)
    )
    if _are_close(side[:outer_px], colour, within).mean() < least:
        return 0, False
    beyond = _are_close(side[calm_px : calm_px + _STEP_PX], colour).mean(axis=1)
    ends = bool(beyond.min() <= _ENDED)
    return calm_px + int(np.argmax(beyond <= _ENDED)), ends


def _first_restless(side: Pixels, colour: NDArray[np.floating], *, calm: float) -> int:
    """The first row that isn't close to a colour nearly all along, or how many rows there are."""
    for start in range(0, len(side), _BLOCK_PX):
        is_restless = _are_close(side[start : start + _BLOCK_PX], colour).mean(axis=1) < calm
        if is_restless.any():
            return start + int(np.argmax(is_restless))
    return len(side)


def _are_close(pixels: Pixels, colour: NDArray[np.floating], within: int = _CLOSE) -> Mask:
    """Which pixels differ from a colour by no more than this in any channel."""
    return cv2.inRange(np.ascontiguousarray(pixels), colour - within, colour + within) > 0


def empty_corners(pixels: Pixels) -> Mask:
    """Where the corners are that a turned photograph doesn't reach.

    Args:
        pixels: uint8 RGB of shape (H, W, 3).

    Returns:
        Bool (H, W).
    """
    unseen = np.zeros(pixels.shape[:2], np.bool_)
    for mirrored in (False, True):
        corners = []
        for quarters in range(4):
            # Of a photograph that is turned clockwise, the longer leg goes the same way round from every corner.
            turned = np.rot90(pixels[:, ::-1] if mirrored else pixels, quarters)
            mask = np.rot90(unseen[:, ::-1] if mirrored else unseen, quarters)
            legs = _legs_px(turned)
            if legs:
                corners.append((mask, turned[0, 0].astype(int), legs))
        if len(corners) < _LEAST_CORNERS:
            continue
        slopes = [short_px / long_px for _, _, (long_px, short_px) in corners]
        colours = [colour for _, colour, _ in corners]
        if np.ptp(slopes) <= _PARALLEL and np.ptp(colours, axis=0).max() <= _CLOSE:
            for mask, _, (long_px, short_px) in corners:
                depth_px = short_px * (1.0 - (np.arange(mask.shape[1]) + 0.5) / long_px)
                mask |= np.arange(mask.shape[0])[:, None] + 0.5 < depth_px
    return unseen


def _legs_px(pixels: Pixels) -> tuple[float, float] | None:
    """The legs of the triangle in the upper left corner, along the upper edge the longer one; None without one."""
    height_px, width_px = pixels.shape[:2]
    colour = np.median(pixels[:4, :4].reshape(-1, 3), axis=0)
    if not (colour.max() <= _BLACK_OR_WHITE or colour.min() >= 255 - _BLACK_OR_WHITE):
        return None
    high_px = min(height_px, int(_STEEPEST_SLOPE * width_px) + 2 * _STEP_PX)
    is_close = _are_close(pixels[:high_px], colour)
    depths_px = np.where(is_close.all(axis=0), high_px, np.argmin(is_close, axis=0))
    is_shallow = depths_px < _THINNEST_PX
    run_px = int(np.argmax(is_shallow)) if is_shallow.any() else width_px
    told = np.arange(int(_TOLD_BY[0] * run_px), int(_TOLD_BY[1] * run_px))
    if len(told) < 8 * _THINNEST_PX or depths_px[told].max() >= high_px - _STEP_PX:
        return None
    slope, short_px = np.polyfit(told, depths_px[told], 1)
    if not _LEAST_SLOPE <= -slope <= _STEEPEST_SLOPE or short_px < 2 * _THINNEST_PX:
        return None
    edge_px = slope * told + short_px
    is_straight = np.abs(depths_px[told] - edge_px) <= _STRAIGHT_PX
    beyond = np.minimum(edge_px + 2 * _STEP_PX, height_px - 1).astype(int)
    steps = np.abs(pixels[beyond, told] - colour).max(axis=1) > _CLOSE
    if is_straight.mean() < _STRAIGHT or steps.mean() < _STEPS:
        return None
    return short_px / -slope, short_px
