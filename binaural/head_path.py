"""How a head moves: poses at moments, and straight lines between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from binaural.listener import Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Where a head is at a moment, and which way it is turned.

    Attributes:
        time_s: from the beginning.
        yaw_deg: positive to the left. More than a turn is meant so: from 0 to 720 the head turns twice.
        pitch_deg: positive up.
        roll_deg: positive when tilted to the right.
        position_m: in scene axes: to the front, to the left and up of the listener's place.
    """

    time_s: float
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    position_m: tuple[float, float, float] = (0.0, 0.0, 0.0)


class HeadPath:
    """A way through poses. Before the first and after the last the head stays as it is there.

    Args:
        poses: at least one, their times rising.

    Raises:
        ValueError: there is none, or times don't rise.
    """

    def __init__(self, *poses: Pose) -> None:
        self._times_s = np.array([pose.time_s for pose in poses])
        if not poses or np.any(np.diff(self._times_s) <= 0.0):
            raise ValueError("a path needs at least one pose, and every pose a later time than the one before it")
        self._values = np.array([(pose.yaw_deg, pose.pitch_deg, pose.roll_deg, *pose.position_m) for pose in poses])

    def listener(self, time_s: float) -> Listener:
        """The head at a moment.

        >>> path = HeadPath(Pose(time_s=0.0), Pose(time_s=2.0, position_m=(4.0, 0.0, 0.0)))
        >>> path.listener(0.5).position_m
        (1.0, 0.0, 0.0)
        """
        yaw_deg, pitch_deg, roll_deg, x, y, z = (
            float(np.interp(time_s, self._times_s, column)) for column in self._values.T
        )
        return Listener.turned(yaw_deg, pitch_deg, roll_deg, position_m=(x, y, z))
