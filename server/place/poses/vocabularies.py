"""Poses in the words of those who publish panoramas, and in those of a table by hand.

- Mapillary: the entity ``image`` of its API v4 (https://www.mapillary.com/developer/api-documentation), and the JSON of
  its tools (https://github.com/mapillary/mapillary_tools).
- KartaView: photos of its API (https://api.openstreetcam.org).
- Street View: the metadata of Google's Map Tiles API
  (https://developers.google.com/maps/documentation/tile/streetview).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from protocol.errors import InputError
from server.place.poses.pose import Pose

# Each name that a field has, the most telling first: what a service computed goes before what a phone measured.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "latitude_deg": ("latitude_deg", "latitude", "lat", "MAPLatitude", "matchLat", "match_lat"),
    "longitude_deg": ("longitude_deg", "longitude", "lon", "lng", "long", "MAPLongitude", "matchLng", "match_lng"),
    "height_m": ("height_m", "computed_altitude", "altitude", "alt", "height", "MAPAltitude"),
    "east_m": ("east_m", "east", "x_m"),
    "north_m": ("north_m", "north", "y_m"),
    "up_m": ("up_m", "up", "z_m"),
    "heading_deg": ("heading_deg", "computed_compass_angle", "compass_angle", "heading", "compass", "bearing", "yaw"),
    "pitch_deg": ("pitch_deg", "pitch"),
    "roll_deg": ("roll_deg", "roll"),
    "camera_height_m": ("camera_height_m",),
    "position_sigma_m": ("position_sigma_m", "gps_accuracy", "gpsAccuracy", "accuracy"),
    "height_sigma_m": ("height_sigma_m",),
    "heading_sigma_deg": ("heading_sigma_deg",),
    "links": ("links",),
}
FILE_NAMES = ("file", "filename", "image", "picture", "path", "name")
"""Fields that say of which file a row is."""

_POSE = TypeAdapter(Pose)
_REMEDY = "mend the pose, or leave it out"
# What such a pose is known to, where nobody says: of consumer GPS, and of what a service computed from pictures.
_COMPUTED_SIGMA_M, _COMPUTED_SIGMA_DEG = 1.5, 3.0


def pose_of(said: Mapping[str, Any], *, where: str) -> tuple[Pose, tuple[str, ...]]:
    """The pose that a mapping tells, whoever's words it uses, and the names in it that tell none.

    Args:
        said: a JSON object, or a row of a table whose empty cells are left out.
        where: names it in an error.

    Raises:
        InputError: a number is none, or out of range.
    """
    said = dict(said)
    known: dict[str, Any] = {}
    used: set[str] = set()
    for name in ("computed_geometry", "geometry"):
        place = said.get(name)
        if isinstance(place, Mapping) and place.get("type") == "Point":
            used.add(name)
            coordinates = place.get("coordinates")
            if not isinstance(coordinates, list) or len(coordinates) < 2:
                raise InputError(f"{name}: has no longitude and latitude", where=where, remedy=_REMEDY)
            longitude, latitude, *height = coordinates
            if "latitude_deg" not in known:
                known |= {"latitude_deg": latitude, "longitude_deg": longitude}
                if height:
                    known["height_m"] = height[0]
                if name == "computed_geometry":
                    known["position_sigma_m"] = _COMPUTED_SIGMA_M
    if isinstance(compass := said.get("MAPCompassHeading"), Mapping):
        used.add("MAPCompassHeading")
        known["heading_deg"] = compass.get("TrueHeading")
    for field, names in _NAMES.items():
        for name in names:
            if name in said:
                used.add(name)
                if said[name] is not None:
                    known.setdefault(field, said[name])
    if "computed_compass_angle" in said:
        known.setdefault("heading_sigma_deg", _COMPUTED_SIGMA_DEG)
    if "panoId" in said:
        used |= {"panoId", "tilt"}
        if "tilt" in said:
            # Google's tilt is 90° where the camera is level.
            known["pitch_deg"] = _number(said["tilt"], where, "tilt") - 90.0
    if "roll_deg" in known:
        known["roll_deg"] = math.remainder(_number(known["roll_deg"], where, "roll"), 360.0)
    known["links"] = _links(known.get("links"))
    ignored = tuple(sorted(str(name) for name in said if name not in used and name not in FILE_NAMES))
    try:
        return _POSE.validate_python(known), ignored
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{field}: {first['msg'].lower()}", where=where, remedy=_REMEDY) from error


def known_names() -> str:
    """The names of a table's columns, for a remedy."""
    return ", ".join(("file", *(each.name for each in fields(Pose))))


def _number(value: object, where: str, name: str) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(f"{name}: isn't a number", where=where, remedy=_REMEDY) from None


def _links(said: object) -> tuple[str, ...]:
    """Names of neighbours: a text with spaces, a list of names, or Street View's list of objects."""
    if isinstance(said, str):
        return tuple(said.split())
    if not isinstance(said, list):
        return ()
    return tuple(str(each.get("panoId", "")) if isinstance(each, Mapping) else str(each) for each in said)
