"""How large a picture may be, and how much of it is kept."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from protocol.errors import InputError

LARGEST_WIDTH_PX = 8192
"""Wider pictures are read at half, a quarter … of their size: 23 pixels a degree are more than any stage looks at."""

# Pillow refuses pictures from twice its limit on; the same holds for what others decode.
_LARGEST_PX = 2 * (Image.MAX_IMAGE_PIXELS or 0)


def require_decodable(columns: int, rows: int, path: Path) -> None:
    """Refuse a picture with too many pixels, before any is decoded.

    Args:
        columns: of the picture.
        rows: of the picture.
        path: of its file, for the error.

    Raises:
        InputError: it has too many.
    """
    if columns * rows > _LARGEST_PX:
        raise too_large(path)


def too_large(path: Path) -> InputError:
    """What to say of a picture with too many pixels."""
    return InputError(
        f"has more than {_LARGEST_PX // 1_000_000} million pixels", where=str(path), remedy="scale it down first"
    )


def narrowed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture wider than any stage looks at, averaged down by a whole factor.

    Args:
        pixels: shape (H, W, 3); returned as they are where W is no more than ``LARGEST_WIDTH_PX``.
    """
    factor = -(-pixels.shape[1] // LARGEST_WIDTH_PX)
    if factor == 1:
        return pixels
    size = (pixels.shape[1] // factor, pixels.shape[0] // factor)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
