"""How a camera stood, from what its pictures carry: the compass heading, and the part of the sphere that is there."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

_DESCRIPTION, _GPS_IFD, _IMAGE_DIRECTION = 0x010E, 0x8825, 0x11
_DAMAGE = (KeyError, OSError, SyntaxError, TypeError, ValueError, ZeroDivisionError)

# A property of XMP is an attribute or an element. A closing tag has a slash in front.
_GPANO = re.compile(r"""(?<!/)\bGPano:(\w+)\s*(?:=\s*["']|>)\s*([^<"']*)""")

_SAME_ASPECT = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """The part of a whole equirectangular sphere that a picture shows, in pixels of that sphere."""

    full_width_px: int
    full_height_px: int
    left_px: int
    top_px: int
    width_px: int
    height_px: int

    def on_sphere(self, pixels: NDArray[np.uint8], *, largest_width_px: int) -> NDArray[np.uint8]:
        """A picture of this part at its place on the whole sphere.

        Above and below, its edge rows go on to the poles: sky stays sky and ground stays ground, which tell outdoors
        from indoors. Columns where nothing was seen are black.

        Args:
            pixels: uint8 RGB of shape (rows, columns, 3), at any scale.
            largest_width_px: the sphere is scaled down to that, where its pixels would need more.

        Returns:
            uint8 RGB of shape (n, 2n, 3).
        """
        scale = min(pixels.shape[1] / self.width_px, largest_width_px / self.full_width_px)
        sphere_height_px = max(1, round(self.full_height_px * scale))
        scale = sphere_height_px / self.full_height_px
        size_px = (max(1, round(self.width_px * scale)), max(1, round(self.height_px * scale)))
        if size_px != (pixels.shape[1], pixels.shape[0]):
            pixels = np.asarray(cv2.resize(pixels, size_px, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        sphere = np.zeros((sphere_height_px, 2 * sphere_height_px, 3), np.uint8)
        top_px = min(round(self.top_px * scale), sphere_height_px - size_px[1])
        below_px = sphere_height_px - top_px - size_px[1]
        sphere[:, : size_px[0]] = np.pad(pixels, ((top_px, below_px), (0, 0), (0, 0)), mode="edge")
        # A part may go on beyond the right edge: round the back, on the left.
        return np.roll(sphere, round(self.left_px * scale), axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraPose:
    """What a picture's file tells of its camera.

    Attributes:
        heading_deg: compass heading of the centre of the picture, or of the whole sphere, in [0, 360), clockwise from
            north; None where the file doesn't say. A magnetic compass is taken as it is: declination is not undone.
        crop: what is there of the sphere, if that isn't all of it.
    """

    heading_deg: float | None = None
    crop: Crop | None = None


def read_camera_pose(image: Image.Image) -> CameraPose:
    """The pose that a picture's metadata give; what is missing, damaged or impossible is left out.

    Read are the Photo Sphere XMP Metadata (namespace GPano: https://developers.google.com/streetview/spherical-metadata),
    else the JSON that Mapillary's tools leave in EXIF's ImageDescription, else EXIF's GPSImgDirection.

    Args:
        image: an opened picture; its pixels, of any shape, are not looked at.
    """
    gpano = dict(_GPANO.findall(_xmp(image)))
    heading_deg = _heading_deg(gpano.get("PoseHeadingDegrees"))
    if heading_deg is None:
        heading_deg = _exif_heading_deg(image)
    return CameraPose(heading_deg=heading_deg, crop=_crop(gpano, image.size))


def _xmp(image: Image.Image) -> str:
    # JPEG, WebP and TIFF have bytes; PNG has text under its chunk's keyword.
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or ""
    return packet.decode(errors="replace") if isinstance(packet, bytes) else str(packet)


def _exif_heading_deg(image: Image.Image) -> float | None:
    with suppress(*_DAMAGE):
        exif = image.getexif()
        with suppress(*_DAMAGE):
            compass = json.loads(exif[_DESCRIPTION])["MAPCompassHeading"]
            return _heading_deg(compass["TrueHeading"])
        return _heading_deg(exif.get_ifd(_GPS_IFD).get(_IMAGE_DIRECTION))
    return None


def _heading_deg(value: Any) -> float | None:
    """A heading in [0, 360): some writers have −90 for 270, or 360 for 0."""
    try:
        heading_deg = float(value)
    except _DAMAGE:
        return None
    # The remainder of the tiniest negative number is 360 itself.
    return heading_deg % 360.0 % 360.0 if isfinite(heading_deg) and abs(heading_deg) <= 360.0 else None


def _crop(gpano: dict[str, str], size_px: tuple[int, int]) -> Crop | None:
    if gpano.get("ProjectionType", "equirectangular").strip().lower() != "equirectangular":
        return None
    try:
        crop = Crop(
            full_width_px=int(gpano["FullPanoWidthPixels"]),
            full_height_px=int(gpano["FullPanoHeightPixels"]),
            left_px=int(gpano["CroppedAreaLeftPixels"]),
            top_px=int(gpano["CroppedAreaTopPixels"]),
            width_px=int(gpano["CroppedAreaImageWidthPixels"]),
            height_px=int(gpano["CroppedAreaImageHeightPixels"]),
        )
    except (KeyError, ValueError):
        return None
    whole = (crop.full_width_px, crop.full_height_px)
    possible = (
        0 < crop.width_px <= crop.full_width_px
        and 0 < crop.height_px <= crop.full_height_px
        and 0 <= crop.left_px < crop.full_width_px
        and 0 <= crop.top_px <= crop.full_height_px - crop.height_px
        and whole[0] == 2 * whole[1]
        # Somebody has cut or turned the picture since, and left the numbers.
        and abs(size_px[0] / size_px[1] / (crop.width_px / crop.height_px) - 1.0) <= _SAME_ASPECT
    )
    return crop if possible and whole != (crop.width_px, crop.height_px) else None
