"""How one panorama is turned against another, and in which direction it was taken from there, by what both show.

Of level cameras a point seen from both lies in a plane with both of them: turned by the right yaw, the normals of all
such planes are at right angles to the way between the cameras (the epipolar constraint on the sphere; Longuet-Higgins
1981, with a rotation about the vertical only). Yaws are tried one after another, each with ways through two planes
drawn at random (RANSAC, Fischler and Bolles 1981), and the best is refined.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from server.place.alignment.features import Features
from server.place.viewpoints import Floats

_RATIO = 0.8
_LEAST_MATCHES = 30
_LEAST_INLIERS = 25
_LEAST_SHARE = 0.3
_INLIER = float(np.sin(np.radians(1.0)))
_YAW_STEP_RAD = float(np.radians(1.0))
_SIGMAS = 3.0
_DRAWS = 60
_ROUNDS = 10
# Points say that they know better; but cameras are level to a degree only, and what looks alike isn't always the same.
_LEAST_TURN_SIGMA_RAD, _LEAST_BEARING_SIGMA_RAD = float(np.radians(0.8)), float(np.radians(2.5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """From one panorama to another.

    Attributes:
        turn_rad: how much farther to the left the second picture's centre points than the first's.
        bearing_rad: of the way from the first to the second, or of its opposite, which planes can't tell apart; to the
            left of the first picture's centre.
        turn_sigma_rad: standard deviation of the turn.
        bearing_sigma_rad: of the bearing.
        matches: points that agree.
    """

    turn_rad: float
    bearing_rad: float
    turn_sigma_rad: float
    bearing_sigma_rad: float
    matches: int


def course(first: Features, second: Features, *, turn_rad: float, turn_sigma_rad: float) -> Course | None:
    """The course between two panoramas.

    Args:
        first: points of the one.
        second: points of the other.
        turn_rad: between their centres, by the headings given.
        turn_sigma_rad: how well that is known.

    Returns:
        None where too few points agree, or nothing tells a way: both were taken at one place.
    """
    here, there = _matched(first, second)
    if len(here) < _LEAST_MATCHES:
        return None
    widest = min(_SIGMAS * turn_sigma_rad, np.pi)
    yaws = turn_rad + np.linspace(-widest, widest, 2 * int(np.ceil(widest / _YAW_STEP_RAD)) + 1)
    random = np.random.default_rng(len(here))
    best: tuple[int, float, Floats] | None = None
    for yaw in yaws:
        normals = np.cross(here, _turned(there, float(yaw)))
        pairs = random.integers(0, len(here), (2, _DRAWS))
        ways = np.cross(normals[pairs[0]], normals[pairs[1]])
        length = np.linalg.norm(ways, axis=1)
        ways = ways[length > 1e-6] / length[length > 1e-6, None]
        if len(ways):
            agree = (np.abs(normals @ ways.T) < _INLIER).sum(axis=0)
            index = int(np.argmax(agree))
            if best is None or agree[index] > best[0]:
                best = int(agree[index]), float(yaw), ways[index]
    return None if best is None else _refined(here, there, best[1], best[2])


def _matched(first: Features, second: Features) -> tuple[Floats, Floats]:
    """Rays of points that are each other's nearest, and clearly nearer than the next: two of shape (M, 3)."""
    if min(len(first.rays), len(second.rays)) < 2:
        return np.zeros((0, 3)), np.zeros((0, 3))
    matcher = cv2.BFMatcher(cv2.NORM_L2)
    pairs = matcher.knnMatch(first.descriptors.astype(np.float32), second.descriptors.astype(np.float32), k=2)
    good = [best for best, other in pairs if best.distance < _RATIO * other.distance]
    # Of several that claim one point, the nearest is right.
    by_point = {match.trainIdx: match for match in sorted(good, key=lambda match: -match.distance)}
    kept = sorted(by_point.values(), key=lambda match: match.queryIdx)
    here = first.rays[[match.queryIdx for match in kept]]
    there = second.rays[[match.trainIdx for match in kept]]
    return here.astype(np.float64).reshape(-1, 3), there.astype(np.float64).reshape(-1, 3)


def _refined(here: Floats, there: Floats, yaw: float, way: Floats) -> Course | None:
    """Gauss and Newton's iteration on yaw, bearing and rise of the way, over the points that agree."""
    bearing, rise = float(np.arctan2(way[1], way[0])), float(np.arcsin(np.clip(way[2], -1.0, 1.0)))
    scale = _INLIER / 3.0
    for _ in range(_ROUNDS):
        turned = _turned(there, yaw)
        normals = np.cross(here, turned)
        way = np.array([np.cos(rise) * np.cos(bearing), np.cos(rise) * np.sin(bearing), np.sin(rise)])
        residual = normals @ way
        inside = np.abs(residual) < _INLIER
        if inside.sum() < max(_LEAST_INLIERS, _LEAST_SHARE * len(here)):
            return None
        # d(turned)/d(yaw) is up × turned.
        by_yaw = np.cross(here, np.column_stack([-turned[:, 1], turned[:, 0], np.zeros(len(turned))])) @ way
        by_bearing = normals @ np.array([-np.cos(rise) * np.sin(bearing), np.cos(rise) * np.cos(bearing), 0.0])
        by_rise = normals @ np.array([-np.sin(rise) * np.cos(bearing), -np.sin(rise) * np.sin(bearing), np.cos(rise)])
        slope = np.column_stack([by_yaw, by_bearing, by_rise])[inside]
        weight = 1.0 / (1.0 + (residual[inside] / scale) ** 2)
        information = (slope.T * weight) @ slope + 1e-9 * np.eye(3)
        step = np.linalg.solve(information, (slope.T * weight) @ residual[inside])
        yaw, bearing, rise = yaw - float(step[0]), bearing - float(step[1]), rise - float(step[2])
    sigma = scale * np.sqrt(np.diag(np.linalg.inv(information)))
    return Course(
        turn_rad=yaw,
        bearing_rad=float(np.arctan2(np.sin(bearing), np.cos(bearing))),
        turn_sigma_rad=max(float(sigma[0]), _LEAST_TURN_SIGMA_RAD),
        bearing_sigma_rad=max(float(sigma[1]), _LEAST_BEARING_SIGMA_RAD),
        matches=int(inside.sum()),
    )


def _turned(rays: Floats, yaw: float) -> Floats:
    rotation = np.array([[np.cos(yaw), -np.sin(yaw), 0.0], [np.sin(yaw), np.cos(yaw), 0.0], [0.0, 0.0, 1.0]])
    return np.asarray(rays @ rotation.T, dtype=np.float64)
