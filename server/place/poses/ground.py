"""Poses as given, in one frame of metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from protocol.place import Origin
from server.place.poses.frame import LocalFrame
from server.place.poses.pose import Pose
from server.place.viewpoints import Viewpoints, yaw_of_heading

# Where nobody says how well a pose is known. Open-sky GPS of a phone is within 4.9 m (95 %, gps.gov), and worse between
# houses; a phone's compass is off by several degrees.
GPS_SIGMA_M, COMPASS_SIGMA_DEG = 3.0, 5.0
SURVEYED_SIGMA_M, SURVEYED_SIGMA_DEG = 0.05, 0.5
_UNKNOWN_M, _UNKNOWN_DEG = 30.0, 180.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """Poses as they were given.

    Attributes:
        viewpoints: in metres; what isn't known has a sigma that says so.
        is_placed: whether anything told where each was taken, shape (V,).
        origin: of the frame on the earth; None where no pose was on it.
    """

    viewpoints: Viewpoints
    is_placed: NDArray[np.bool_] = field(repr=False)
    origin: Origin | None


def in_metres(poses: Sequence[Pose], *, camera_height_m: float) -> Given:
    """Poses in one frame: that of their metres, where all that are placed have such, else around their middle.

    Heights count where metres or a sigma say that they are known; else the ground is taken as flat, since GPS is off
    by more than a street rises.

    Args:
        poses: in any order.
        camera_height_m: of those that don't tell theirs.
    """
    count = len(poses)
    camera = np.array([pose.camera_height_m or camera_height_m for pose in poses])
    metric = np.array([pose.is_in_metres for pose in poses], dtype=np.bool_)
    earthly = np.array([pose.is_on_earth for pose in poses], dtype=np.bool_)
    position_m = np.column_stack([np.zeros((count, 2)), camera])
    sigma_m = np.full((count, 3), _UNKNOWN_M)
    sigma_m[:, 2] = 0.2
    origin = None
    if earthly.any() and not metric[earthly].all():
        metric[:] = False
        origin = _origin([pose for pose in poses if pose.is_on_earth], camera_height_m)
        frame = LocalFrame(origin)
        for number in np.flatnonzero(earthly):
            pose = poses[int(number)]
            known = pose.height_sigma_m is not None and pose.height_m is not None
            height_m = pose.height_m if known and pose.height_m is not None else origin.height_m + camera[number]
            place = frame.metres(*(np.array([each]) for each in (pose.latitude_deg, pose.longitude_deg, height_m)))[0]
            position_m[number] = place if known else (*place[:2], camera[number])
            sigma_m[number] = pose.position_sigma_m or GPS_SIGMA_M
            sigma_m[number, 2] = pose.height_sigma_m or 0.2
    for number in np.flatnonzero(metric):
        pose = poses[int(number)]
        position_m[number] = pose.east_m, pose.north_m, camera[number] if pose.up_m is None else pose.up_m
        sigma_m[number] = pose.position_sigma_m or SURVEYED_SIGMA_M
        sigma_m[number, 2] = pose.height_sigma_m or 0.2
    yaw = [0.0 if pose.heading_deg is None else yaw_of_heading(pose.heading_deg) for pose in poses]
    usual_deg = np.where(metric, SURVEYED_SIGMA_DEG, COMPASS_SIGMA_DEG)
    yaw_sigma_deg = [
        _UNKNOWN_DEG if pose.heading_deg is None else pose.heading_sigma_deg or usual
        for pose, usual in zip(poses, usual_deg, strict=True)
    ]
    return Given(
        viewpoints=Viewpoints(
            position_m=position_m,
            position_sigma_m=sigma_m,
            yaw_rad=np.array(yaw),
            yaw_sigma_rad=np.radians(yaw_sigma_deg),
            camera_height_m=camera,
        ),
        is_placed=metric | (earthly & (origin is not None)),
        origin=origin,
    )


def _origin(poses: Sequence[Pose], camera_height_m: float) -> Origin:
    """The middle of poses on the earth, on the ground."""
    longitude = np.radians([pose.longitude_deg or 0.0 for pose in poses])
    # Across the date line a mean of degrees would be on the other side of the earth.
    turn = np.angle(np.exp(1j * longitude).mean())
    heights = [pose.height_m - (pose.camera_height_m or camera_height_m) for pose in poses if pose.height_m is not None]
    return Origin(
        latitude_deg=round(float(np.median([pose.latitude_deg or 0.0 for pose in poses])), 6),
        longitude_deg=round(float(np.degrees(turn)), 6),
        height_m=round(float(np.median(heights)), 1) if heights else 0.0,
    )
