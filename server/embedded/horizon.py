"""The horizon of a picture: the great circle at eye level, from upright edges and from where open ground meets the sky.

The unknown is the direction straight up, (a, b, 1) / |(a, b, 1)| in the frame of the picture. An upright edge lies in a
plane through the zenith, a point of a far flat ground's rim lies on the horizon itself; so each says n · up = 0 for a
normal n that the picture shows, which is linear in a and b. They are brought together by least squares with robust
weights, along with how people hold cameras.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import polar_from_scene, scene_from_polar
from server.embedded.landcover import Cover, LandCover
from server.pipeline.views import Picture, split

Array = NDArray[np.float64]

GROUND = (Cover.GRASS, Cover.WATER, Cover.ROAD, Cover.PAVED)
"""What lies rather than stands."""

# How far from level a camera is held, one standard deviation: published panoramas are levelled; photographs are pitched
# at will, but a hand holds them nearly without roll.
_PANORAMA_TILT_DEG = 1.5
_PHOTO_PITCH_DEG, _PHOTO_ROLL_DEG = 12.0, 3.0

# Neighbouring evidence errs together: all that lies within a step of azimuth counts as one observation.
_STEP_DEG = 10.0
# What an upright edge, and a step of rim, are worth; land slopes, and only water is level by nature.
_EDGE_DEG, _WATER_DEG, _LAND_DEG = 1.2, 0.7, 0.7
# Edges are leant on by their residual over a scale that narrows, so that the first guess need not be good.
_SCALES_DEG = (8.0, 6.0, 4.0, 3.0, 2.0, 1.5, 1.5, 1.5)
# Edges are sought in pictures this wide, and those kept that lean less, are longer, and lie nearer to the horizon.
_PANORAMA_PX, _PHOTO_PX = 1536, 1024
_PANORAMA_LEAN_DEG, _PHOTO_LEAN_DEG = 10.0, 25.0
_SHORTEST_EDGE_DEG, _STEEPEST_EDGE_DEG, _MOST_EDGES = 2.5, 55.0, 600
# What land cover and lens leave, however much evidence there is.
_SIGMA_FLOOR_DEG = 0.3
# In a photograph without a far rim, the ground's top lies this far below the horizon: 40 m away, from 1.5 m up.
_TOP_DEPRESSION_DEG, _TOP_SIGMA_DEG = 2.0, 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The level plane through the camera, as a picture shows it.

    Attributes:
        up: unit vector to the zenith, in the scene frame of the picture (front, left, up).
        sigma_deg: one standard deviation of the tilt, in its least certain direction.
    """

    up: tuple[float, float, float] = (0.0, 0.0, 1.0)
    sigma_deg: float

    @property
    def tilt_deg(self) -> float:
        """The angle between the zenith and the picture's own up, in [0, 180]."""
        return float(np.degrees(np.arctan2(np.hypot(*self.up[:2]), self.up[2])))

    @property
    def pitch_deg(self) -> float:
        """How far the camera looks up, in [−90, 90]; negative looks down."""
        return float(np.degrees(np.arctan2(self.up[0], np.hypot(*self.up[1:]))))

    @property
    def roll_deg(self) -> float:
        """How far the zenith leans to the left in the picture."""
        return float(np.degrees(np.arctan2(self.up[1], self.up[2])))

    def levelled(self, azimuth_deg: Array, elevation_deg: Array) -> tuple[Array, Array]:
        """Azimuth and elevation above the horizon, in degrees, of directions of the picture.

        The frame is turned by the least rotation that sets it upright (Rodrigues), so azimuths barely change.
        """
        azimuth, elevation, _ = polar_from_scene(scene_from_polar(azimuth_deg, elevation_deg) @ self._upright().T)
        return azimuth, elevation

    def tilted(self, azimuth_deg: Array, elevation_deg: Array) -> tuple[Array, Array]:
        """The picture's own azimuth and elevation of levelled directions; the inverse of :meth:`levelled`."""
        azimuth, elevation, _ = polar_from_scene(scene_from_polar(azimuth_deg, elevation_deg) @ self._upright())
        return azimuth, elevation

    def depression_deg(self, azimuth_deg: Array, elevation_deg: Array) -> Array:
        """How far directions of the picture point below the horizon, in degrees; negative above it."""
        return -self.levelled(azimuth_deg, elevation_deg)[1]

    def _upright(self) -> Array:
        """The rotation that takes ``up`` to the z axis."""
        front, left, up = self.up
        cross = np.array([[0.0, 0.0, -front], [0.0, 0.0, -left], [front, left, 0.0]])
        rotation: Array = np.eye(3) + cross + cross @ cross / (1.0 + up)
        return rotation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Evidence:
    """Normals n (N, 3) with n · up = ``dot``, each worth ``weight`` observations of ``sigma_deg``."""

    normal: Array
    weight: Array
    sigma_deg: float
    dot: float = 0.0


def estimated_horizon(picture: Picture, cover: LandCover) -> Horizon:
    """The horizon of a panorama or a photograph.

    Three things speak, weighted by their inverse variance: upright edges (Coughlan and Yuille's Manhattan world, 1999,
    of which only the upright direction is asked); the rim where water or land meets the sky, worth the more the
    flatter it is and the farther round it goes, so that hills hardly count; and a prior at level, of 1.5° for a
    panorama, 12° in pitch and 3° in roll for a photograph.

    Args:
        picture: what was seen.
        cover: its land cover, of the same window at any resolution.
    """
    is_panorama = picture.view.projection == "equirectangular"
    prior_deg = (_PANORAMA_TILT_DEG,) * 2 if is_panorama else (_PHOTO_PITCH_DEG, _PHOTO_ROLL_DEG)
    prior = np.diag(1.0 / np.radians(prior_deg) ** 2)
    edges = _upright_edges(picture)
    rim, is_water = _rim(cover)
    columns = cover.view.width_px
    of_column = min(1.0, (360.0 if is_panorama else cover.view.hfov_deg) / _STEP_DEG / columns)
    top = None if is_panorama or len(rim) else _ground_top(cover)

    tilt, information = np.zeros(2), prior
    for scale_deg in _SCALES_DEG:
        up = _unit(tilt)
        evidence = [
            _leant_on(edges.normal, edges.weight, up, scale_deg, _EDGE_DEG),
            _seen_rim(rim[is_water], of_column, up, scale_deg, _WATER_DEG),
            _seen_rim(rim[~is_water], of_column, up, scale_deg, _LAND_DEG * columns / max(int(np.sum(~is_water)), 1)),
        ]
        if top is not None:
            evidence.append(
                _Evidence(
                    normal=top,
                    weight=np.ones(1),
                    sigma_deg=_TOP_SIGMA_DEG,
                    dot=-np.sin(np.radians(_TOP_DEPRESSION_DEG)),
                )
            )
        tilt, information = _solved(evidence, prior, tilt)
    up = _unit(tilt)
    variance = float(np.linalg.eigvalsh(np.linalg.inv(information))[-1])
    sigma_deg = float(np.hypot(np.degrees(np.sqrt(variance)), _SIGMA_FLOOR_DEG))
    return Horizon(up=(float(up[0]), float(up[1]), float(up[2])), sigma_deg=sigma_deg)


def _leant_on(normal: Array, weight: Array, up: Array, scale_deg: float, sigma_deg: float) -> _Evidence:
    """Evidence that counts the less, the farther it is from the guess (Geman and McClure)."""
    lean = normal @ up / np.radians(scale_deg)
    return _Evidence(normal=normal, weight=weight / (1.0 + lean**2) ** 2, sigma_deg=sigma_deg)


def _seen_rim(rim: Array, of_column: float, up: Array, scale_deg: float, at_best_deg: float) -> _Evidence:
    """A rim as evidence: what is uneven about the guess is hills."""
    if not len(rim):
        return _Evidence(normal=rim, weight=np.zeros(0), sigma_deg=at_best_deg)
    uneven_deg = float(np.degrees(np.median(np.abs(rim @ up))))
    sigma_deg = max(1.0, 3.0 * uneven_deg / _LAND_DEG) * at_best_deg
    return _leant_on(rim, np.full(len(rim), of_column), up, max(scale_deg, 3.0 * uneven_deg), sigma_deg)


def _unit(tilt: Array) -> Array:
    up = np.array([tilt[0], tilt[1], 1.0])
    unit: Array = up / np.linalg.norm(up)
    return unit


def _solved(evidence: list[_Evidence], prior: Array, tilt: Array) -> tuple[Array, Array]:
    """The tilt (a, b) of least squares, and its information matrix; ``tilt`` only scales (a, b, 1) to length 1."""
    length = float(np.sqrt(1.0 + tilt @ tilt))
    information, pull = prior.copy(), np.zeros(2)
    for one in evidence:
        weight = one.weight / np.radians(one.sigma_deg) ** 2
        rows = one.normal[:, :2] / length
        information += (rows * weight[:, None]).T @ rows
        pull += rows.T @ (weight * (one.dot - one.normal[:, 2] / length))
    return np.linalg.solve(information, pull), information


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
    for window in split(_shrunk(picture, to_width_px=_PANORAMA_PX if is_panorama else _PHOTO_PX), 8):
        found = detector.detect(cv2.cvtColor(window.pixels, cv2.COLOR_RGB2GRAY))[0]
        if found is not None:
            # The detector counts from the centre of the first pixel.
            points = np.asarray(found, dtype=np.float64).reshape(-1, 2, 2) + 0.5
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


def _shrunk(picture: Picture, *, to_width_px: int) -> Picture:
    """The picture, no wider than this: fine texture makes no long edges."""
    view = picture.view
    if view.width_px <= to_width_px:
        return picture
    size = (to_width_px, max(1, round(view.height_px * to_width_px / view.width_px)))
    pixels = np.asarray(cv2.resize(picture.pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return Picture(pixels=pixels, view=view.resized(*size))


def _crowd(azimuth_deg: Array, weight: Array) -> Array:
    """How much evidence lies within a step of azimuth of each piece, at least 1."""
    apart_deg = np.abs((azimuth_deg[:, None] - azimuth_deg[None, :] + 180.0) % 360.0 - 180.0)
    crowd: Array = np.maximum(np.maximum(1.0 - apart_deg / _STEP_DEG, 0.0) @ weight, 1.0)
    return crowd


def _rim(cover: LandCover) -> tuple[Array, NDArray[np.bool_]]:
    """Directions (N, 3) where ground meets the sky, one a column at most, and which of them are water."""
    is_sky, is_ground = cover.classes == Cover.SKY, np.isin(cover.classes, GROUND)
    meets = is_sky[:-1] & is_ground[1:]
    column = np.flatnonzero(meets.any(axis=0))
    row = meets.shape[0] - 1 - np.argmax(meets[::-1, column], axis=0)
    azimuth_deg, elevation_deg = cover.view.direction(column + 0.5, row + 1.0)
    is_water = cover.classes[row + 1, column] == Cover.WATER
    direction: Array = scene_from_polar(azimuth_deg, elevation_deg)
    return direction, np.asarray(is_water, dtype=np.bool_)


def _ground_top(cover: LandCover) -> Array | None:
    """The direction (1, 3) of the highest ground of a photograph, but for stray columns; None where there is none."""
    is_ground = np.isin(cover.classes, GROUND)
    column = np.flatnonzero(is_ground.any(axis=0))
    if not column.size:
        return None
    row = float(np.quantile(np.argmax(is_ground[:, column], axis=0), 0.05))
    direction: Array = scene_from_polar(*cover.view.direction(cover.view.width_px / 2.0, row))
    return direction[None]
