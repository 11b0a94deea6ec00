"""The horizon of a picture: the great circle at eye level, from upright edges.

The unknown is the direction straight up, (a, b, 1) / |(a, b, 1)| in the frame of the picture. An upright edge lies in a
plane through the zenith, so n · up = 0 for that plane's normal n, which is linear in a and b. All edges are brought
together by least squares with robust weights, along with how people hold cameras. Land cover has no say: where a
picture is grass and where it is sky is itself judged by where level ought to be.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import polar_from_scene, scene_from_polar
from server.perception.filled import filled
from server.pipeline.views import Picture, pixel_values, resized_mask, split

Array = NDArray[np.float64]

# How far from level a camera is held, the scale of a Cauchy distribution: most published panoramas are levelled, and
# some not at all; photographs are pitched at will, but a hand holds them nearly without roll.
_PANORAMA_TILT_DEG = 1.5
_PHOTO_PITCH_DEG, _PHOTO_ROLL_DEG = 12.0, 3.0
# So many scales wide, a normal distribution holds the same two thirds as a Cauchy distribution in the plane does.
_LIKE_NORMAL = 2.0

# Neighbouring edges err together: all that lie within a step of azimuth count as one observation, worth this.
_STEP_DEG, _EDGE_DEG = 10.0, 1.0
# Edges are leant on by their residual over a scale that narrows, so that the first guess need not be good.
_SCALES_DEG = (8.0, 6.0, 4.0, 3.0, 2.0, 1.5, 1.5, 1.5)
# Edges are sought in pictures this wide, and those kept that lean less, are longer, and lie nearer to the horizon.
_PANORAMA_PX, _PHOTO_PX = 1536, 1024
_PANORAMA_LEAN_DEG, _PHOTO_LEAN_DEG = 15.0, 25.0
_SHORTEST_EDGE_DEG, _STEEPEST_EDGE_DEG, _MOST_EDGES = 2.5, 55.0, 600
# An edge so near to what was not photographed is a border's.
_BORDER_PX = 7
# What the lens and the stitching leave, however much evidence there is.
_SIGMA_FLOOR_DEG = 0.2
# All round a panorama edges leave less than each of them says: half, in drawn streets and in the levelled panoramas of
# Poly Haven, whose horizons come out 0.24° off in either direction where there are edges.
_ALL_ROUND = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The level plane through the camera, as a picture shows it.

    Attributes:
        up: unit vector to the zenith, in the scene frame of the picture (front, left, up).
        sigma_deg: one standard deviation of the tilt, in its least certain direction.
    """

    up: tuple[float, float, float] = (0.0, 0.0, 1.0)
    sigma_deg: float

    def levelled(self, azimuth_deg: Array, elevation_deg: Array) -> tuple[Array, Array]:
        """Azimuth and elevation above the horizon, in degrees, of directions of the picture, in their shape.

        The frame is turned by the least rotation that sets it upright (Rodrigues), so azimuths barely change.
        """
        azimuth, elevation, _ = polar_from_scene(scene_from_polar(azimuth_deg, elevation_deg) @ self._upright().T)
        return azimuth, elevation

    def tilted(self, azimuth_deg: Array, elevation_deg: Array) -> tuple[Array, Array]:
        """The picture's own azimuth and elevation of levelled directions, in their shape; inverts :meth:`levelled`."""
        azimuth, elevation, _ = polar_from_scene(scene_from_polar(azimuth_deg, elevation_deg) @ self._upright())
        return azimuth, elevation

    def _upright(self) -> Array:
        """The rotation that takes ``up`` to the z axis."""
        front, left, up = self.up
        cross = np.array([[0.0, 0.0, -front], [0.0, 0.0, -left], [front, left, 0.0]])
        rotation: Array = np.eye(3) + cross + cross @ cross / (1.0 + up)
        return rotation


def estimated_horizon(picture: Picture) -> Horizon:
    """The horizon of a panorama or a photograph.

    It is where upright edges say (Coughlan and Yuille's Manhattan world, 1999, of which only the upright direction is
    asked), held at level by a prior with heavy tails, of 1.5° for a panorama, 12° in pitch and 3° in roll for a
    photograph: a few edges are not believed, many are.

    Args:
        picture: what was seen.
    """
    # What is known to be level is as level as panoramas are.
    is_held_level = picture.view.projection == "equirectangular" or picture.attitude is not None
    prior_deg = (_PANORAMA_TILT_DEG,) * 2 if is_held_level else (_PHOTO_PITCH_DEG, _PHOTO_ROLL_DEG)
    prior = np.diag(1.0 / np.radians(prior_deg) ** 2)
    edges = _upright_edges(picture)
    across, along = edges.normal[:, :2], edges.normal[:, 2]
    tilt, curvature = np.zeros(2), np.zeros(len(along))
    for scale_deg in _SCALES_DEG:
        # Geman and McClure's weights for the edges; those of a Cauchy distribution in the plane, (ν + 2) / (ν + t²)
        # with ν = 1 (Lange, Little and Taylor 1989), for the prior.
        lean = edges.normal @ _unit(tilt) / np.radians(scale_deg)
        weight = edges.weight / (1.0 + lean**2) ** 2 / np.radians(_EDGE_DEG) ** 2
        curvature = weight * (1.0 - 3.0 * lean**2) / (1.0 + lean**2)
        held = prior * 3.0 / (1.0 + tilt @ prior @ tilt)
        tilt = np.linalg.solve((across * weight[:, None]).T @ across + held, -across.T @ (weight * along))
    # Edges that lean every way would agree as well with any other guess: their curvatures cancel, their weights don't.
    information, axes = np.linalg.eigh((across * curvature[:, None]).T @ across)
    information = (axes * np.maximum(information, 0.0)) @ axes.T
    part = _ALL_ROUND if picture.view.projection == "equirectangular" else 1.0
    variance = np.linalg.eigvalsh(np.linalg.inv(information / part**2 + prior / _LIKE_NORMAL**2))[-1]
    front, left, up = _unit(tilt)
    sigma_deg = float(np.hypot(np.degrees(np.sqrt(variance)), _SIGMA_FLOOR_DEG))
    return Horizon(up=(float(front), float(left), float(up)), sigma_deg=sigma_deg)


def _unit(tilt: Array) -> Array:
    up = np.array([tilt[0], tilt[1], 1.0])
    unit: Array = up / np.linalg.norm(up)
    return unit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Edges:
    """Straight edges: normals (N, 3) of their planes through the camera, and how much each counts."""

    normal: Array
    weight: Array


def _upright_edges(picture: Picture) -> _Edges:
    """Straight edges that may be upright, by von Gioi's line segment detector in perspective views."""
    is_panorama = picture.view.projection == "equirectangular"
    widest_lean_deg = _PANORAMA_LEAN_DEG if is_panorama else _PHOTO_LEAN_DEG
    detector = cv2.createLineSegmentDetector()
    ends: list[Array] = []
    for window in split(_shrunk(filled(picture), to_width_px=_PANORAMA_PX if is_panorama else _PHOTO_PX), 8):
        found = detector.detect(cv2.cvtColor(window.pixels, cv2.COLOR_RGB2GRAY))[0]
        if found is not None:
            # The detector counts from the centre of the first pixel.
            points = np.asarray(found, dtype=np.float64).reshape(-1, 2, 2) + 0.5
            if window.unseen is not None:
                points = points[~_are_beside(window.unseen, points.mean(axis=1))]
            ends.append(scene_from_polar(*window.view.direction(points[..., 0], points[..., 1])))
    rays = np.concatenate(ends) if ends else np.zeros((0, 2, 3))
    across = np.cross(rays[:, 0], rays[:, 1])
    length_deg = np.degrees(np.arcsin(np.clip(np.linalg.norm(across, axis=1), 0.0, 1.0)))
    normal = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    middle_az, middle_el, _ = polar_from_scene(rays.sum(axis=1))
    likely = (
        (np.abs(normal[:, 2]) < np.sin(np.radians(widest_lean_deg)))
        & (length_deg > _SHORTEST_EDGE_DEG)
        & (np.abs(middle_el) < _STEEPEST_EDGE_DEG)
    )
    longest = np.flatnonzero(likely)[np.argsort(-length_deg[likely], kind="stable")[:_MOST_EDGES]]
    weight = np.minimum(length_deg[longest] / _STEP_DEG, 1.0)
    return _Edges(normal=normal[longest], weight=weight / _crowd(middle_az[longest], weight))


def _are_beside(unseen: NDArray[np.bool_], points: Array) -> NDArray[np.bool_]:
    """Which points, (N, 2) as column and row, lie within a few pixels of what was not photographed: its edge, say."""
    wide = cv2.dilate(unseen.astype(np.uint8), np.ones((_BORDER_PX, _BORDER_PX), np.uint8)) > 0
    return pixel_values(wide, points[:, 0], points[:, 1])


def _shrunk(picture: Picture, *, to_width_px: int) -> Picture:
    """The picture, no wider than this: fine texture makes no long edges."""
    view = picture.view
    if view.width_px <= to_width_px:
        return picture
    size = (to_width_px, max(1, round(view.height_px * to_width_px / view.width_px)))
    pixels = np.asarray(cv2.resize(picture.pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    unseen = None if picture.unseen is None else resized_mask(picture.unseen, *size)
    return Picture(pixels=pixels, view=view.resized(*size), unseen=unseen)


def _crowd(azimuth_deg: Array, weight: Array) -> Array:
    """How much evidence lies within a step of azimuth of each piece, at least 1."""
    apart_deg = np.abs((azimuth_deg[:, None] - azimuth_deg[None, :] + 180.0) % 360.0 - 180.0)
    crowd: Array = np.maximum(np.maximum(1.0 - apart_deg / _STEP_DEG, 0.0) @ weight, 1.0)
    return crowd
