"""Where the listener is and which way the head is turned."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A head in the scene, with six degrees of freedom.

    Attributes:
        position_m: of the middle of the head, in scene axes (front, left, up).
        quaternion: the rotation (w, x, y, z) that turns scene axes into head axes' place: the nose, which is at +x in
            the head, points to where the rotation takes +x. Its length doesn't matter, but isn't 0.
    """

    position_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    quaternion: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)

    @classmethod
    def turned(
        cls,
        yaw_deg: float,
        pitch_deg: float = 0.0,
        roll_deg: float = 0.0,
        *,
        position_m: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> Listener:
        """A head turned left by yaw, then up by pitch, then tilted to the right by roll (the order of ADM-OSC's ypr).

        >>> Listener.turned(90.0).to_head([[0.0, 1.0, 0.0]]).round(9).tolist()
        [[1.0, 0.0, 0.0]]
        """
        half_yaw, half_pitch, half_roll = np.radians([yaw_deg, -pitch_deg, roll_deg]) / 2.0
        cy, sy, cp, sp = np.cos(half_yaw), np.sin(half_yaw), np.cos(half_pitch), np.sin(half_pitch)
        cr, sr = np.cos(half_roll), np.sin(half_roll)
        quaternion = (
            float(cy * cp * cr + sy * sp * sr),
            float(cy * cp * sr - sy * sp * cr),
            float(cy * sp * cr + sy * cp * sr),
            float(sy * cp * cr - cy * sp * sr),
        )
        return cls(position_m=position_m, quaternion=quaternion)

    def towards(self, other: Listener, share: float) -> Listener:
        """On the way to another pose: 0 is here, 1 is there, and between is the way that a block takes.

        >>> half = Listener().towards(Listener.turned(90.0, position_m=(2.0, 0.0, 0.0)), 0.5)
        >>> half.to_head([[2.0, 1.0, 0.0]]).round(6).tolist()
        [[1.414214, -0.0, 0.0]]
        """
        here, there = np.array(self.quaternion), np.array(other.quaternion)
        here, there = here / np.linalg.norm(here), there / np.linalg.norm(there)
        # Both signs of a quaternion are one rotation; the nearer one is meant.
        turn = here + share * (np.copysign(1.0, here @ there) * there - here)
        place = np.array(self.position_m) + share * (np.array(other.position_m) - np.array(self.position_m))
        return Listener(position_m=tuple(place.tolist()), quaternion=tuple(turn.tolist()))

    @property
    def rotation(self) -> Array:
        """The matrix (3, 3) that takes head axes to scene axes."""
        scale = 1.0 / math.hypot(*self.quaternion)
        w, x, y, z = (scale * part for part in self.quaternion)
        return np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        )

    def to_head(self, positions_m: Array | list[list[float]]) -> Array:
        """Positions (N, 3) in scene axes as the head sees them: metres to the front, to the left and up of it."""
        seen: Array = (np.asarray(positions_m, dtype=np.float64) - np.array(self.position_m)) @ self.rotation
        return seen
