"""Where a picture was taken, from the GPS tags of its EXIF (CIPA DC-008-2023, section 4.6.6)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image

from server.place.poses.pose import Pose

_GPS_IFD = 0x8825
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE, _ALTITUDE_REF, _ALTITUDE, _ERROR = 1, 2, 3, 4, 5, 6, 0x1F
_DAMAGE = (KeyError, OSError, SyntaxError, TypeError, ValueError, ZeroDivisionError, AttributeError, IndexError)


def gps_pose(path: Path) -> Pose:
    """The place that a picture's file tells; nothing where it tells none, or an impossible one.

    The pixels aren't decoded.
    """
    with suppress(*_DAMAGE), Image.open(path) as image:
        return _pose(image.getexif().get_ifd(_GPS_IFD))
    return Pose()


def _pose(gps: Mapping[int, Any]) -> Pose:
    latitude_deg = _degrees(gps[_LATITUDE], negative=_letter(gps.get(_LATITUDE_REF)) == "S")
    longitude_deg = _degrees(gps[_LONGITUDE], negative=_letter(gps.get(_LONGITUDE_REF)) == "W")
    if latitude_deg == longitude_deg == 0.0:
        # Cameras without reception write this.
        return Pose()
    height_m, sigma_m = None, None
    with suppress(*_DAMAGE):
        below = gps.get(_ALTITUDE_REF, b"\0") in (1, b"\x01")
        height_m = (-1.0 if below else 1.0) * float(gps[_ALTITUDE])
    with suppress(*_DAMAGE):
        sigma_m = float(gps[_ERROR]) or None
    return Pose(latitude_deg=latitude_deg, longitude_deg=longitude_deg, height_m=height_m, position_sigma_m=sigma_m)


def _letter(reference: object) -> str:
    """N, S, E or W, as cameras write it: in lower case, or with a zero byte behind it."""
    return str(reference).strip("\0 ").upper()


def _degrees(parts: Any, *, negative: bool) -> float:
    """Degrees, minutes and seconds as degrees."""
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60.0 + seconds / 3600.0
    return -value if negative else value
