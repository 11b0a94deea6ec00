"""How a camera stood, from what its pictures carry: the compass heading, and how it was tilted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from typing import Any

from PIL import Image

from protocol.coordinates import wrapped_azimuth_deg
from server.pipeline.attitude import Attitude
from server.pipeline.picture.metadata.gpano import gpano_properties

_DESCRIPTION, _GPS_IFD, _IMAGE_DIRECTION = 0x010E, 0x8825, 0x11
_DAMAGE = (KeyError, OSError, SyntaxError, TypeError, ValueError, ZeroDivisionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraPose:
    """What a picture's file tells of its camera.

    Attributes:
        heading_deg: compass heading of the centre of the picture, or of the whole sphere, in [0, 360), clockwise from
            north; None where the file doesn't say. A magnetic compass is taken as it is: declination is not undone.
        attitude: pitch and roll; None where the file doesn't say.
    """

    heading_deg: float | None = None
    attitude: Attitude | None = None


def read_camera_pose(image: Image.Image) -> CameraPose:
    """The pose that a picture's metadata give; what is missing, damaged or impossible is left out.

    Read are the Photo Sphere XMP Metadata (namespace GPano: https://developers.google.com/streetview/spherical-metadata),
    which Ricoh's cameras write, too. Else the heading is from the JSON that Mapillary's tools leave in EXIF's
    ImageDescription, else from EXIF's GPSImgDirection. Of an attitude that JSON has an accelerometer's reading only,
    whose axes, units and signs differ from one phone to another: nothing is made of it.

    Args:
        image: an opened picture; its pixels, of any shape, are not looked at.
    """
    gpano = gpano_properties(image)
    heading_deg = _heading_deg(gpano.get("PoseHeadingDegrees"))
    if heading_deg is None:
        heading_deg = _exif_heading_deg(image)
    return CameraPose(heading_deg=heading_deg, attitude=_attitude(gpano))


def _attitude(gpano: Mapping[str, str]) -> Attitude | None:
    """Pitch and roll, if both are possible and one isn't nought: many cameras and stitchers write 0 without knowing."""
    try:
        pitch_deg, roll_deg = (float(gpano.get(name, 0.0)) for name in ("PosePitchDegrees", "PoseRollDegrees"))
    except ValueError:
        return None
    # Some write a roll of 335 for −25. A comparison with NaN is false.
    if not (abs(pitch_deg) <= 90.0 and abs(roll_deg) <= 360.0) or pitch_deg == roll_deg == 0.0:
        return None
    return Attitude(pitch_deg=pitch_deg, roll_deg=float(wrapped_azimuth_deg(roll_deg)))


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
