"""A file that says how the listener's head moves.

.. code-block:: json

    {"poses": [
      {"time_s": 0},
      {"time_s": 4, "yaw_deg": 180, "position_m": [2, 0, 0]}
    ]}
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from binaural.head_path import HeadPath, Pose
from protocol.errors import InputError, os_reason
from server.export.options import LONGEST_S, ExportOptions
from server.files.json_text import utf8_json

_Finite = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True, kw_only=True, config={"extra": "forbid"})
class _Pose:
    time_s: _Finite
    yaw_deg: _Finite = 0.0
    pitch_deg: _Finite = 0.0
    roll_deg: _Finite = 0.0
    position_m: tuple[_Finite, _Finite, _Finite] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True, config={"extra": "forbid"})
class _Path:
    poses: Annotated[list[_Pose], Field(min_length=1)]


def read_head_path(path: Path) -> HeadPath:
    """The path in a file.

    Raises:
        InputError: the file can't be read, isn't such a path, or its times don't rise.
    """
    remedy = 'write {"poses": [{"time_s": 0}, {"time_s": 4, "yaw_deg": 90}]}, with rising times'
    try:
        found = TypeAdapter(_Path).validate_json(utf8_json(path.read_bytes()))
        return HeadPath(
            *(
                Pose(
                    time_s=pose.time_s,
                    yaw_deg=pose.yaw_deg,
                    pitch_deg=pose.pitch_deg,
                    roll_deg=pose.roll_deg,
                    position_m=pose.position_m,
                )
                for pose in found.poses
            )
        )
    except OSError as error:
        raise InputError(f"can't be read ({os_reason(error)})", where=str(path), remedy="check the path") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"isn't a path of poses ({where}: {first['msg'].lower()})", where=str(path), remedy=remedy
        ) from error
    except ValueError as error:
        raise InputError(f"isn't a path of poses ({error})", where=str(path), remedy=remedy) from error


def head_path_of(options: ExportOptions) -> HeadPath | None:
    """How the head moves; None if it stands.

    Raises:
        InputError: the file of poses can't be used.
    """
    if options.path is not None:
        return read_head_path(options.path)
    if options.turn_deg_per_s == 0.0:
        return None
    last_yaw_deg = options.yaw_deg + LONGEST_S * options.turn_deg_per_s
    return HeadPath(Pose(time_s=0.0, yaw_deg=options.yaw_deg), Pose(time_s=LONGEST_S, yaw_deg=last_yaw_deg))
