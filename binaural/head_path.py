"""The path of a moving head: poses at moments, and straight lines between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from binaural.listener import Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """The place and the rotation of a head at a moment.

    Attributes:
        time_s: from the beginning.
        yaw_deg: positive to the left. It may exceed a turn: from 0 to 720 the head turns twice.
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
    """A path through poses. Before the first pose and after the last, the head stands still.

    Args:
        poses: at least one, at rising times.

    Raises:
        ValueError: there is no pose, or times don't rise.
    """

    def __init__(self, *poses: Pose) -> None:
        self._times_s = np.array([pose.time_s for pose in poses])
        if not poses or np.any(np.diff(self._times_s) <= 0.0):
            raise ValueError("a path needs at least one pose, and every pose a later time than the one before it")
        self._values = np.array([(pose.yaw_deg, pose.pitch_deg, pose.roll_deg, *pose.position_m) for pose in poses])

    @property
    def walks(self) -> bool:
        """Whether the head changes its place, and doesn't only turn."""
        return bool(np.any(np.ptp(self._values[:, 3:], axis=0) > 0.0))

    def listener(self, time_s: float) -> Listener:
        """The pose of the head at a moment.

        >>> path = HeadPath(Pose(time_s=0.0), Pose(time_s=2.0, position_m=(4.0, 0.0, 0.0)))
        >>> path.listener(0.5).position_m
        (1.0, 0.0, 0.0)
        """
        yaw_deg, pitch_deg, roll_deg, x, y, z = (
            float(np.interp(time_s, self._times_s, column)) for column in self._values.T
        )
        return Listener.turned(yaw_deg, pitch_deg, roll_deg, position_m=(x, y, z))

    def farthest_m(self, places_m: NDArray[np.float64]) -> float:
        """The longest distance between the head, anywhere on its path, and any of places (N, 3); 0 for none."""
        # On a straight line a distance is a convex function, so it is longest at an end.
        offsets_m = places_m[:, None] - self._values[None, :, 3:]
        return float(np.linalg.norm(offsets_m, axis=-1).max(initial=0.0))
