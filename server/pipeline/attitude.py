"""How a camera was tilted.

Signs are those of the Photo Sphere XMP Metadata (https://developers.google.com/streetview/spherical-metadata), which
are an aeroplane's: pitch is the elevation that the centre of the picture looks at; as roll grows, the horizon turns
counter-clockwise in the picture, for the camera's right side went down.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import quaternion_from_ypr, rotation_matrix
from protocol.errors import InputError

AUTO, OFF = "auto", "off"
"""Level a picture by its metadata, else by its upright edges; or take it for level as it is."""

_NUMBER = r"\s*([-+]?\d{1,3}(?:\.\d{1,9})?)\s*"
_PITCH_ROLL = re.compile(f"{_NUMBER},{_NUMBER}")
# Less can't be seen, and isn't worth sampling a picture anew.
_LEVEL_DEG = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Attitude:
    """A camera's pitch in [−90, 90] and roll in [−180, 180], in degrees; the default is level."""

    pitch_deg: float = 0.0
    roll_deg: float = 0.0

    @classmethod
    def of_zenith(cls, up: Sequence[float]) -> Self:
        """The attitude of a camera that sees the zenith at a unit vector of its own frame (front, left, up).

        >>> Attitude.of_zenith((0.0, 0.5, 0.75**0.5)).roll_deg
        30.0
        """
        front, left, above = up
        return cls(
            pitch_deg=round(float(np.degrees(np.arcsin(np.clip(front, -1.0, 1.0)))), 6),
            roll_deg=round(float(np.degrees(np.arctan2(left, above))), 6),
        )

    @property
    def tilt_deg(self) -> float:
        """The angle between the camera's own up and the zenith."""
        pitch, roll = np.radians(self.pitch_deg), np.radians(self.roll_deg)
        return float(np.degrees(np.arccos(np.clip(np.cos(pitch) * np.cos(roll), -1.0, 1.0))))

    @property
    def is_level(self) -> bool:
        """Whether there is no tilt to be seen."""
        return self.tilt_deg < _LEVEL_DEG

    def rotation(self) -> NDArray[np.float64]:
        """The (3, 3) rotation of a direction in the picture's frame (front, left, up) into the level one.

        The picture's centre keeps its azimuth.
        """
        return rotation_matrix(quaternion_from_ypr(0.0, self.pitch_deg, self.roll_deg))

    def __str__(self) -> str:
        return f"pitch {self.pitch_deg:+.1f}°, roll {self.roll_deg:+.1f}°"


def asked_attitude(level: str) -> Attitude | None:
    """The attitude that a person gives; None leaves it to the picture.

    Args:
        level: ``auto``, ``off`` or ``PITCH,ROLL`` in degrees.

    Raises:
        InputError: it is something else.

    >>> asked_attitude("-3.5,12")
    Attitude(pitch_deg=-3.5, roll_deg=12.0)
    """
    if level == AUTO:
        return None
    if level == OFF:
        return Attitude()
    found = _PITCH_ROLL.fullmatch(level)
    pitch_deg, roll_deg = (float(found[1]), float(found[2])) if found else (np.inf, np.inf)
    if abs(pitch_deg) > 90.0 or abs(roll_deg) > 180.0:
        raise InputError(
            f"{level[:40]!r} is no way to level a picture",
            where="level",
            remedy="give auto, off, or pitch and roll in degrees, such as --level=-3.5,12",
        )
    return Attitude(pitch_deg=pitch_deg, roll_deg=roll_deg)
