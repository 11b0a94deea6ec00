"""Where nothing was photographed: what a file says, and what its pixels tell: plain borders, and black poles.

Around a photograph :mod:`~server.pipeline.picture.frames` finds them. A border of a panorama is a run of rows or
columns of one neutral colour, from an edge of the picture inwards, that ends in a step: so a burnt-out sky, a ceiling
and the stretched rows about a pole are none, as they end little by little. The columns of a panorama have no edge, so
that a border may lie anywhere among them. Black about a pole may end at any row in each column, as the masks over
survey cars do.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from server.pipeline.picture.frames import frame
from server.pipeline.views import resized_mask

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

# What compression leaves in a plain surface; what it rings by where that surface ends, and for how many pixels.
_PLAIN, _CLOSE, _RINGS_PX = 3, 16, 20
# Black, white and the greys between: how far apart their channels may be.
_NEUTRAL = 8
# A border is this thick, as a share of the picture's side; about a pole, whose rows are plain anyway, thicker.
_THINNEST, _THINNEST_AT_POLE = 0.004, 0.02
# It ends within so many pixels and by so many sRGB steps, along so much of its length: white that ends in a burnt-out
# sky does so in places.
_STEP_PX, _CONTRAST, _LEAST_STEP = 3, 20, 0.3
# Black about a pole: as dark as this, darker still in so much of it, and so much darker than what lies beyond along so
# much of its length. A sky at night is not that black, but if it were, its end would be as dark.
_BLACK, _BLACK_SHARE = 10, 0.9
_NADIR_CONTRAST, _NADIR_SHARE = 32, 0.7
_ZENITH_CONTRAST, _ZENITH_SHARE = 48, 0.9
# Nearly all pictures have no border, as so many pixels of a row or column tell; rows are looked at so many at a time.
_GLANCES, _BLOCK_PX = 32, 64


def all_unseen(pixels: Pixels, known: Mask | None, *, around: bool) -> Mask | None:
    """Where a picture shows nothing that was photographed.

    Args:
        pixels: uint8 RGB of shape (H, W, 3).
        known: what the file tells of that: bool (h, w) at the same or a finer resolution, or None.
        around: whether the picture is a panorama.

    Returns:
        Bool (H, W); None where all was photographed.
    """
    if known is None or not known.any():
        return plain_borders(pixels, around=around)
    known = resized_mask(known, pixels.shape[1], pixels.shape[0])
    # Whatever the file holds there: a black border inside a part of a sphere goes on as the black around that.
    found = plain_borders(np.where(known[..., None], np.uint8(0), pixels), around=around)
    return known if found is None else known | found


def plain_borders(pixels: Pixels, *, around: bool) -> Mask | None:
    """Where a picture shows nothing but a border.

    Args:
        pixels: uint8 RGB of shape (H, W, 3).
        around: whether it is a panorama: its last column borders on its first, its edge rows are poles.

    Returns:
        Bool (H, W), or None where there is no border.
    """
    if not around:
        return frame(pixels)
    height_px, width_px = pixels.shape[:2]
    top_px, bottom_px = _plain_rows(pixels), _plain_rows(pixels[::-1])
    if top_px == height_px:
        return None
    inner = pixels[top_px : height_px - bottom_px]
    turn_px = _turn_px(inner)
    if turn_px:
        pixels, inner = (np.roll(part, -turn_px, axis=1) for part in (pixels, inner))
    left_px, right_px = (
        _border_px(side, _plain_rows(side), thinnest=_THINNEST)
        for side in (inner.swapaxes(0, 1), inner.swapaxes(0, 1)[::-1])
    )
    if not (left_px and right_px):
        left_px = right_px = 0
    columns = slice(left_px, width_px - right_px)
    if left_px or right_px:
        top_px, bottom_px = _plain_rows(pixels[:, columns]), _plain_rows(pixels[::-1, columns])
    unseen = np.ones((height_px, width_px), np.bool_)
    unseen[:, columns] = False
    for upright, plain_px, contrast, share in (
        (1, top_px, _ZENITH_CONTRAST, _ZENITH_SHARE),
        (-1, bottom_px, _NADIR_CONTRAST, _NADIR_SHARE),
    ):
        side, own = pixels[::upright, columns], unseen[::upright, columns]
        own[: _border_px(side, plain_px, thinnest=_THINNEST_AT_POLE)] = True
        if plain_px > _THINNEST_AT_POLE * height_px:
            own |= np.arange(height_px)[:, None] < _black_pole(side, plain_px, contrast=contrast, share=share)
    if not unseen.any():
        return None
    return np.roll(unseen, turn_px, axis=1)


def _plain_rows(pixels: Pixels) -> int:
    """How many of the first rows are of one neutral colour."""
    colour = np.median(pixels[0], axis=0)
    if np.ptp(colour) > _NEUTRAL:
        return 0
    step = max(1, pixels.shape[1] // _GLANCES)
    glanced = _first_odd_row(pixels[:, ::step], colour)
    return _first_odd_row(pixels[:glanced], colour)


def _first_odd_row(pixels: Pixels, colour: NDArray[np.floating]) -> int:
    """The first row that isn't plain all along, or how many there are."""
    for start in range(0, len(pixels), _BLOCK_PX):
        is_odd = ~_are_like(pixels[start : start + _BLOCK_PX], colour, _PLAIN).all(axis=1)
        if is_odd.any():
            return start + int(np.argmax(is_odd))
    return len(pixels)


def _are_like(pixels: Pixels, colour: NDArray[np.floating], within: int) -> Mask:
    """Which pixels differ from a colour by no more than this in any channel."""
    return cv2.inRange(np.ascontiguousarray(pixels), colour - within, colour + within) > 0


def _turn_px(pixels: Pixels) -> int:
    """By how many columns a panorama is turned, so that its widest run of plain columns lies across the seam."""
    glanced = pixels[:: max(1, len(pixels) // _GLANCES)]
    is_plain = (glanced.max(axis=0) - glanced.min(axis=0)).max(axis=1) <= 2 * _PLAIN
    if is_plain.all() or not is_plain.any():
        return 0
    first = int(np.argmin(is_plain))
    changes = np.flatnonzero(np.diff(np.roll(is_plain, -first).astype(np.int8), append=0))
    starts, stops = changes[::2] + 1, changes[1::2] + 1
    widest = int(np.argmax(stops - starts))
    if stops[widest] - starts[widest] < _THINNEST * is_plain.size:
        return 0
    middle: int = first + (int(starts[widest]) + int(stops[widest])) // 2
    return middle % len(is_plain)


def _border_px(side: Pixels, plain_px: int, *, thinnest: float) -> int:
    """How thick the border is that begins a picture's rows, ringing included; 0 where there is none.

    Args:
        side: the picture, (H, W, 3), the border's side first.
        plain_px: how many of its first rows are plain.
        thinnest: share of H from which on they are a border.
    """
    if plain_px < max(2.0, thinnest * len(side)):
        return 0
    end = side[plain_px - 1 : plain_px + _RINGS_PX].astype(np.int16)
    is_border = np.abs(end - np.median(side[plain_px // 2], axis=0)).max(axis=2) <= _CLOSE
    steps = np.abs(end[_STEP_PX:] - end[:-_STEP_PX]).max(axis=2) >= _CONTRAST
    share = (steps & is_border[:-_STEP_PX]).mean(axis=1)
    if not share.size or share.max() < _LEAST_STEP:
        return 0
    at = int(np.argmax(share))
    stepped = is_border[at : at + _STEP_PX + 1, steps[at]].mean(axis=1)
    return plain_px + at + int(np.argmax(stepped < 0.5)) - 1


def _black_pole(side: Pixels, plain_px: int, *, contrast: int, share: float) -> NDArray[np.intp]:
    """How many rows from a pole on are black in each column, (W,): none if their end isn't sharp.

    Args:
        side: the panorama, (H, W, 3), the pole's row first.
        plain_px: how many of its first rows are plain.
        contrast: how much lighter it gets at the end,
        share: in which part of all columns.
    """
    half = side[: len(side) // 2]
    columns = np.arange(half.shape[1])
    deep_px = np.full(columns.size, min(plain_px, len(half)))
    for row in range(plain_px, len(half)):
        goes_on = (deep_px == row) & (half[row].max(axis=1) <= _BLACK)
        if not goes_on.any():
            break
        deep_px += goes_on
    beyond = np.minimum(deep_px + np.arange(1, _STEP_PX + 2)[:, None], len(half) - 1)
    is_sharp = half[beyond, columns].max(axis=(0, 2)) >= contrast
    is_black = np.arange(deep_px.max())[:, None] < deep_px
    darkest = _are_like(half[: len(is_black)], np.zeros(3), _PLAIN) & is_black
    if is_sharp.mean() < share or darkest.sum() < _BLACK_SHARE * is_black.sum():
        return np.zeros_like(deep_px)
    return deep_px
