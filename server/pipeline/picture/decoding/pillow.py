"""By Pillow: JPEG, PNG, WebP, TIFF and whatever else it reads, with the metadata that such files carry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from server.pipeline.picture import limits
from server.pipeline.picture.camera_pose import read_camera_pose
from server.pipeline.picture.colour import srgb_pixels
from server.pipeline.picture.decoding.decoded import Decoded

_EXIF_IFD, _FOCAL_LENGTH_35MM = 0x8769, 0xA405
_DIAGONAL_35MM = 43.267  # of 36 × 24 mm: CIPA DC-008 compares focal lengths by the diagonal


def decoded_by_pillow(path: Path) -> Decoded:
    """The first frame of a picture.

    Raises:
        UnidentifiedImageError: Pillow doesn't know its kind.
    """
    with Image.open(path) as image:
        if image.format == "JPEG" and image.width > limits.LARGEST_WIDTH_PX:
            image.draft(None, (limits.LARGEST_WIDTH_PX, limits.LARGEST_WIDTH_PX * image.height // image.width))
        image.load()
        upright = ImageOps.exif_transpose(image)
        return Decoded(pixels=srgb_pixels(upright), hfov_deg=_exif_hfov_deg(upright), pose=read_camera_pose(image))


def _exif_hfov_deg(image: Image.Image) -> float | None:
    """Horizontal field of view from the 35 mm equivalent focal length, by the diagonal (CIPA DC-008)."""
    try:
        focal_mm = float(image.getexif().get_ifd(_EXIF_IFD).get(_FOCAL_LENGTH_35MM, 0))
    except (TypeError, ValueError, SyntaxError, ZeroDivisionError):
        return None
    if not 5.0 <= focal_mm <= 2000.0:
        return None
    width_mm = _DIAGONAL_35MM * image.width / float(np.hypot(image.width, image.height))
    return float(np.degrees(2.0 * np.arctan(width_mm / 2.0 / focal_mm)))
