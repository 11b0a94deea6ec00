"""The pose of the listener's head: its place and its rotation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import Quaternion, interpolated_quaternion, quaternion_from_ypr, rotation_matrix

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A head in the scene, with six degrees of freedom.

    Attributes:
        position_m: of the middle of the head, in scene axes (front, left, up).
        quaternion: the rotation (x, y, z, w) from a head that looks along the scene's front to the head as it is: the
            nose points where the rotation takes +x. It may have any length but 0.
    """

    position_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    quaternion: Quaternion = (0.0, 0.0, 0.0, 1.0)

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

        Args:
            yaw_deg: positive to the left.
            pitch_deg: positive up.
            roll_deg: positive when tilted to the right.
            position_m: in scene axes.

        >>> Listener.turned(90.0).to_head([[0.0, 1.0, 0.0]]).round(9).tolist()
        [[1.0, 0.0, 0.0]]
        """
        return cls(position_m=position_m, quaternion=quaternion_from_ypr(yaw_deg, pitch_deg, roll_deg))

    def towards(self, other: Listener, fraction: float) -> Listener:
        """The pose between this one, at 0, and another, at 1.

        >>> half = Listener().towards(Listener.turned(90.0, position_m=(2.0, 0.0, 0.0)), 0.5)
        >>> half.to_head([[2.0, 1.0, 0.0]]).round(6).tolist()
        [[1.414214, -0.0, 0.0]]
        """
        place = np.array(self.position_m) + fraction * (np.array(other.position_m) - np.array(self.position_m))
        return Listener(
            position_m=tuple(place.tolist()),
            quaternion=interpolated_quaternion(self.quaternion, other.quaternion, fraction),
        )

    @property
    def rotation(self) -> Array:
        """The matrix (3, 3) that takes head axes to scene axes."""
        return rotation_matrix(self.quaternion)

    def to_head(self, positions_m: Array | list[list[float]]) -> Array:
        """Positions in scene axes, shape (N, 3), as positions in head axes: metres to the front, to the left and up."""
        in_head: Array = (np.asarray(positions_m, dtype=np.float64) - np.array(self.position_m)) @ self.rotation
        return in_head
