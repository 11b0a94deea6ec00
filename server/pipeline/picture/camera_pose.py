"""How a camera stood, from what its pictures carry: the compass heading."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from typing import Any

from PIL import Image

from server.pipeline.picture.gpano import gpano_properties

_DESCRIPTION, _GPS_IFD, _IMAGE_DIRECTION = 0x010E, 0x8825, 0x11
_DAMAGE = (KeyError, OSError, SyntaxError, TypeError, ValueError, ZeroDivisionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraPose:
    """What a picture's file tells of its camera.

    Attributes:
        heading_deg: compass heading of the centre of the picture, or of the whole sphere, in [0, 360), clockwise from
            north; None where the file doesn't say. A magnetic compass is taken as it is: declination is not undone.
    """

    heading_deg: float | None = None


def read_camera_pose(image: Image.Image) -> CameraPose:
    """The pose that a picture's metadata give; what is missing, damaged or impossible is left out.

    Read are the Photo Sphere XMP Metadata (namespace GPano: https://developers.google.com/streetview/spherical-metadata),
    else the JSON that Mapillary's tools leave in EXIF's ImageDescription, else EXIF's GPSImgDirection.

    Args:
        image: an opened picture; its pixels, of any shape, are not looked at.
    """
    heading_deg = _heading_deg(gpano_properties(image).get("PoseHeadingDegrees"))
    if heading_deg is None:
        heading_deg = _exif_heading_deg(image)
    return CameraPose(heading_deg=heading_deg)


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
