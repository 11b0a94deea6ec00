"""What EXIF tells of the lens that a picture was taken with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

_MAKE, _MODEL, _EXIF_IFD, _FOCAL_LENGTH_35MM, _CUSTOM_RENDERED = 0x010F, 0x0110, 0x8769, 0xA405, 0xA401
_DAMAGE = (KeyError, OSError, SyntaxError, TypeError, ValueError, ZeroDivisionError)
_APPLES_PANORAMA = 6

DIAGONAL_35MM = 43.267
"""Of 36 × 24 mm of film: CIPA DC-008 compares focal lengths by the diagonal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """A camera and its lens.

    Attributes:
        camera: make and model; empty where EXIF has none.
        focal_35mm: focal length, in mm, that a camera for 35 mm film would need for the same picture.
        is_stitched: whether a phone says that it stitched the picture while it was turned.
    """

    camera: str = ""
    focal_35mm: float | None = None
    is_stitched: bool = False

    def hfov_deg(self, width_px: int, height_px: int) -> float | None:
        """Horizontal field of view of a photograph in degrees, by the diagonal (CIPA DC-008); None if unknown."""
        if self.focal_35mm is None:
            return None
        width_mm = DIAGONAL_35MM * width_px / float(np.hypot(width_px, height_px))
        return float(np.degrees(2.0 * np.arctan(width_mm / 2.0 / self.focal_35mm)))


def read_lens(image: Image.Image) -> Lens:
    """The lens of an opened picture of any shape; what is missing, damaged or impossible is left out."""
    try:
        exif = image.getexif()
        inner = exif.get_ifd(_EXIF_IFD)
    except _DAMAGE:
        return Lens()
    names = (str(exif.get(tag, "")).strip("\0 ") for tag in (_MAKE, _MODEL))
    return Lens(
        camera=" ".join(name for name in names if name)[:80],
        focal_35mm=_focal_35mm(inner.get(_FOCAL_LENGTH_35MM)),
        is_stitched=inner.get(_CUSTOM_RENDERED) == _APPLES_PANORAMA,
    )


def _focal_35mm(value: Any) -> float | None:
    try:
        focal_mm = float(value)
    except _DAMAGE:
        return None
    return focal_mm if 5.0 <= focal_mm <= 2000.0 else None
