"""A file that says how somebody walks through a place.

.. code-block:: json

    {"poses": [
      {"time_s": 0, "east_m": 0, "north_m": -2, "heading_deg": 90},
      {"time_s": 20, "east_m": 30, "north_m": -2}
    ]}

``latitude_deg`` and ``longitude_deg`` do in place of metres, where the place knows where on the earth it lies; ``up_m``
is above the ground. Without a heading the head looks where it goes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from protocol.errors import InputError, os_reason
from protocol.place import Origin
from server.files.json_text import utf8_json
from server.place.poses.frame import LocalFrame
from server.place.viewpoints import Floats, yaw_of_heading

EAR_HEIGHT_M = 1.7

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_REMEDY = 'write {"poses": [{"time_s": 0, "east_m": 0, "north_m": 0}, …]}, with rising times'


@dataclass(frozen=True, kw_only=True, config={"extra": "forbid"})
class _Pose:
    time_s: _Finite
    east_m: _Finite | None = None
    north_m: _Finite | None = None
    latitude_deg: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude_deg: Annotated[float, Field(ge=-180, le=180)] | None = None
    up_m: _Finite = EAR_HEIGHT_M
    heading_deg: _Finite | None = None
    pitch_deg: _Finite = 0.0
    roll_deg: _Finite = 0.0


@dataclass(frozen=True, kw_only=True, config={"extra": "forbid"})
class _Walk:
    poses: Annotated[list[_Pose], Field(min_length=1, max_length=100_000)]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A pose on the way.

    Attributes:
        time_s: from the beginning.
        position_m: east, north and up of the place's origin.
        yaw_deg: counter-clockwise from east; the next one is never farther off than half a turn.
        pitch_deg: positive up.
        roll_deg: positive when tilted to the right.
    """

    time_s: float
    position_m: tuple[float, float, float]
    yaw_deg: float
    pitch_deg: float
    roll_deg: float


def read_walk(path: Path, origin: Origin | None) -> list[Step]:
    """The walk in a file.

    Args:
        path: the file.
        origin: where on the earth the place begins; None where that isn't known.

    Raises:
        InputError: the file can't be read, isn't such a walk, or is on the earth while the place isn't.
    """
    try:
        poses = TypeAdapter(_Walk).validate_json(utf8_json(path.read_bytes())).poses
    except OSError as error:
        raise InputError(f"can't be read ({os_reason(error)})", where=str(path), remedy="check the path") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"isn't a walk ({where}: {first['msg'].lower()})", where=str(path), remedy=_REMEDY) from error
    times_s = [pose.time_s for pose in poses]
    if any(later <= earlier for earlier, later in pairwise(times_s)):
        raise InputError("isn't a walk (times don't rise)", where=str(path), remedy=_REMEDY)
    positions_m = _positions(poses, origin, str(path))
    yaws_deg = _unwrapped(
        [
            _ahead(positions_m, number) if pose.heading_deg is None else math.degrees(yaw_of_heading(pose.heading_deg))
            for number, pose in enumerate(poses)
        ]
    )
    return [
        Step(
            time_s=pose.time_s - times_s[0],
            position_m=(float(position[0]), float(position[1]), float(position[2])),
            yaw_deg=yaw_deg,
            pitch_deg=pose.pitch_deg,
            roll_deg=pose.roll_deg,
        )
        for pose, position, yaw_deg in zip(poses, positions_m, yaws_deg, strict=True)
    ]


def _positions(poses: Sequence[_Pose], origin: Origin | None, where: str) -> Floats:
    if all(pose.east_m is not None and pose.north_m is not None for pose in poses):
        return np.array([(pose.east_m, pose.north_m, pose.up_m) for pose in poses], dtype=np.float64)
    if any(pose.latitude_deg is None or pose.longitude_deg is None for pose in poses):
        raise InputError("has a pose without a place", where=where, remedy="give east_m and north_m to each")
    if origin is None:
        raise InputError(
            "is on the earth, and nothing tells where the place is", where=where, remedy="give east_m and north_m"
        )
    on_earth = np.array([(pose.latitude_deg, pose.longitude_deg, origin.height_m) for pose in poses], dtype=np.float64)
    positions_m = LocalFrame(origin).metres(*on_earth.T)
    positions_m[:, 2] = [pose.up_m for pose in poses]
    return positions_m


def _ahead(positions_m: Floats, number: int) -> float:
    """The yaw of the way on from a pose, or to it where it is the last, or where nobody walks: to the east."""
    for first, second in ((number, number + 1), (number - 1, number)):
        if first >= 0 and second < len(positions_m):
            x, y, _ = positions_m[second] - positions_m[first]
            if math.hypot(x, y) > 1e-6:
                return math.degrees(math.atan2(y, x))
    return 0.0


def _unwrapped(angles_deg: Sequence[float]) -> list[float]:
    return [float(angle) for angle in np.unwrap(np.asarray(angles_deg), period=360.0)]
