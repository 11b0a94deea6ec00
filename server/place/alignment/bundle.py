"""Poses and things together: the most likely of all, given what was seen and the poses that were given.

Bundle adjustment of level cameras (Triggs and others, Bundle adjustment: a modern synthesis, 2000): each viewpoint may
move on the ground and turn, each thing may move anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import coo_array, csc_array
from scipy.sparse.linalg import splu

from server.place.alignment.constellation import Step
from server.place.alignment.course import Course
from server.place.fusion.triangulation import residuals
from server.place.sightings import Numbers, Sightings
from server.place.viewpoints import Floats, Viewpoints

Pair = tuple[int, int]
"""The numbers of two viewpoints, the lower first."""

_ROUNDS = 12
_HALVED = 2.0
_DAMPING = 1e-6


@dataclass(slots=True, eq=False)
class _Equations:
    """Weighted residuals and their slopes, row by row."""

    rows: list[Floats] = field(default_factory=list)
    columns: list[Numbers] = field(default_factory=list)
    slopes: list[Floats] = field(default_factory=list)
    residuals: list[Floats] = field(default_factory=list)
    count: int = 0

    def add(self, columns: Numbers, slopes: Floats, residual: Floats, *, halved: float = np.inf) -> None:
        """N equations, each of K unknowns: columns and slopes of shape (N, K), residuals of shape (N,)."""
        weight = 1.0 / np.sqrt(1.0 + (residual / halved) ** 2)
        n, k = columns.shape
        self.rows.append(np.repeat(self.count + np.arange(n), k))
        self.columns.append(columns.ravel())
        self.slopes.append((weight[:, None] * slopes).ravel())
        self.residuals.append(weight * residual)
        self.count += n

    def solved(self, unknowns: int) -> tuple[Floats, csc_array]:
        """The step that makes the sum of squares least, (unknowns,), and the normal matrix."""
        slope = coo_array(
            (np.concatenate(self.slopes), (np.concatenate(self.rows), np.concatenate(self.columns))),
            shape=(self.count, unknowns),
        ).tocsr()
        normal = csc_array(slope.T @ slope)
        normal.setdiag(normal.diagonal() * (1.0 + _DAMPING) + 1e-9)
        return splu(normal).solve(slope.T @ np.concatenate(self.residuals)), normal


def stepped(viewpoints: Viewpoints, steps: Mapping[Pair, Step], courses: Mapping[Pair, Course]) -> Viewpoints:
    """Poses moved to where the steps and courses between neighbours, and the poses given, fit best.

    Args:
        viewpoints: as given.
        steps: from one to another, by their numbers.
        courses: the same, by what their pictures show.
    """
    count = len(viewpoints)
    place, turn = viewpoints.position_m[:, :2].copy(), np.zeros(count)
    if not (steps or courses):
        return viewpoints
    pairs: Numbers = np.array(sorted(steps), dtype=np.int64).reshape(-1, 2)
    ordered = [steps[int(a), int(b)] for a, b in pairs]
    shift = np.array([step.shift_m for step in ordered]).reshape(-1, 2)
    turned = np.array([step.turn_rad for step in ordered])
    root = np.array([np.linalg.cholesky(step.information + 1e-6 * np.eye(3)).T for step in ordered]).reshape(-1, 3, 3)
    a, b = pairs.T
    for _ in range(_ROUNDS):
        equations = _Equations()
        _add_given(equations, viewpoints, place, turn)
        cos, sin = np.cos(turn[a]), np.sin(turn[a])
        # The step in the directions of the first as it is turned now.
        ahead = np.stack([cos * shift[:, 0] - sin * shift[:, 1], sin * shift[:, 0] + cos * shift[:, 1]], axis=-1)
        off = np.column_stack([place[b] - place[a] - ahead, turn[b] - turn[a] - turned])
        slope = np.zeros((len(pairs), 3, 6))
        slope[:, 0, 0] = slope[:, 1, 1] = -1.0
        slope[:, 0, 3] = slope[:, 1, 4] = 1.0
        slope[:, 0, 2], slope[:, 1, 2] = ahead[:, 1], -ahead[:, 0]
        slope[:, 2, 2], slope[:, 2, 5] = -1.0, 1.0
        size = np.sqrt(np.einsum("nij,nj,nik,nk->n", root, off, root, off) / 3.0)
        weight = 1.0 / np.sqrt(1.0 + (size / _HALVED) ** 2)
        columns: Numbers = np.column_stack([3 * a, 3 * a + 1, 3 * a + 2, 3 * b, 3 * b + 1, 3 * b + 2])
        whitened = weight[:, None, None] * (root @ slope)
        residual = weight[:, None] * np.einsum("nij,nj->ni", root, off)
        for row in range(3):
            equations.add(columns, whitened[:, row], residual[:, row])
        _add_courses(equations, courses, place, viewpoints.yaw_rad + turn)
        move, _ = equations.solved(3 * count)
        place -= move.reshape(-1, 3)[:, :2]
        turn -= move.reshape(-1, 3)[:, 2]
    return _moved(viewpoints, place, turn)


def bundled(
    viewpoints: Viewpoints,
    given: Viewpoints,
    sightings: Sightings,
    thing: Numbers,
    start_m: Floats,
    courses: Mapping[Pair, Course],
) -> tuple[Viewpoints, Floats]:
    """Poses and things at their most likely.

    Args:
        viewpoints: where to begin.
        given: the poses as they were given, with their sigmas.
        sightings: N of them.
        thing: which of G things each shows, shape (N,).
        start_m: where the things are to begin with, shape (G, 3).
        courses: from one viewpoint to another, by what their pictures show.

    Returns:
        The poses, with what is still unknown of them against each other as their sigmas, and how well they came to be
        known where things alone tell it: standard deviations of east, north and yaw, shape (V, 3).
    """
    count = len(viewpoints)
    place = viewpoints.position_m[:, :2].copy()
    turn = np.arctan2(np.sin(viewpoints.yaw_rad - given.yaw_rad), np.cos(viewpoints.yaw_rad - given.yaw_rad))
    position = start_m.copy()
    of = sightings.viewpoint
    sigma = np.stack([sightings.bearing_sigma_rad, sightings.elevation_sigma_rad, sightings.relative_sigma], axis=-1)
    unknowns = 3 * count + 3 * len(position)
    camera = np.column_stack([3 * of, 3 * of + 1, 3 * of + 2])
    columns = np.column_stack([camera, *(3 * count + 3 * thing + axis for axis in range(3))])
    for _ in range(_ROUNDS):
        equations = _Equations()
        _add_given(equations, given, place, turn)
        eye = np.column_stack([place[of], viewpoints.position_m[of, 2]])
        yaw = given.yaw_rad[of] + turn[of] + sightings.azimuth_rad
        residual, slope = residuals(position[thing] - eye, yaw, sightings)
        for row in range(3):
            own = slope[:, row]
            heading = np.full(len(sightings), -1.0 if row == 0 else 0.0)
            slopes = np.column_stack([-own[:, 0], -own[:, 1], heading, own]) / sigma[:, row, None]
            equations.add(columns, slopes, residual[:, row] / sigma[:, row], halved=_HALVED)
        _add_courses(equations, courses, place, given.yaw_rad + turn)
        move, normal = equations.solved(unknowns)
        place -= move[: 3 * count].reshape(-1, 3)[:, :2]
        turn -= move[: 3 * count].reshape(-1, 3)[:, 2]
        position -= move[3 * count :].reshape(-1, 3)
    return _moved(given, place, turn), _own_sigmas(normal, count)


def _own_sigmas(normal: csc_array, count: int) -> Floats:
    """Standard deviations (V, 3) of each pose while all others stay where they are, but not the things."""
    poses, things = normal[: 3 * count, : 3 * count].tocsr(), normal[3 * count :, 3 * count :].tocsr()
    across = normal[: 3 * count, 3 * count :].tocsr()
    blocks = np.zeros((things.shape[0] // 3, 3, 3))
    stored = things.tocoo()
    same = stored.row // 3 == stored.col // 3
    blocks[stored.row[same] // 3, stored.row[same] % 3, stored.col[same] % 3] = stored.data[same]
    inverse = np.linalg.inv(blocks)
    index = np.arange(things.shape[0]).reshape(-1, 3)
    held = coo_array(
        (inverse.ravel(), (np.repeat(index, 3, axis=1).ravel(), np.tile(index, (1, 3)).ravel())), shape=things.shape
    ).tocsr()
    reduced = (poses - across @ held @ across.T).tocoo()
    own = np.zeros((count, 3, 3))
    same = reduced.row // 3 == reduced.col // 3
    own[reduced.row[same] // 3, reduced.row[same] % 3, reduced.col[same] % 3] = reduced.data[same]
    return np.sqrt(np.diagonal(np.linalg.inv(own + 1e-9 * np.eye(3)), axis1=1, axis2=2))


def _add_given(equations: _Equations, given: Viewpoints, place: Floats, turn: Floats) -> None:
    """That poses are where they were given, as well as that is known."""
    index = np.arange(len(given), dtype=np.int64)
    for axis in range(2):
        sigma = given.position_sigma_m[:, axis]
        off = (place[:, axis] - given.position_m[:, axis]) / sigma
        equations.add((3 * index + axis)[:, None], 1.0 / sigma[:, None], off, halved=3.0)
    equations.add((3 * index + 2)[:, None], 1.0 / given.yaw_sigma_rad[:, None], turn / given.yaw_sigma_rad, halved=3.0)


def _add_courses(equations: _Equations, courses: Mapping[Pair, Course], place: Floats, yaw: Floats) -> None:
    """That pictures are turned against each other as they show it, and lie along the ways that they show."""
    if not courses:
        return
    pairs: Numbers = np.array(sorted(courses), dtype=np.int64)
    ordered = [courses[int(a), int(b)] for a, b in pairs]
    a, b = pairs.T
    sigma = np.array([each.turn_sigma_rad for each in ordered])
    off = yaw[b] - yaw[a] - np.array([each.turn_rad for each in ordered])
    slopes = np.column_stack([-1.0 / sigma, 1.0 / sigma])
    turns: Numbers = np.column_stack([3 * a + 2, 3 * b + 2])
    equations.add(turns, slopes, np.arctan2(np.sin(off), np.cos(off)) / sigma, halved=_HALVED)
    way = yaw[a] + np.array([each.bearing_rad for each in ordered])
    x, y = np.cos(way), np.sin(way)
    step = place[b] - place[a]
    # In radians; what lies on one spot has no way between.
    scale = np.maximum(np.linalg.norm(step, axis=1), 1.0) * np.array([each.bearing_sigma_rad for each in ordered])
    aside = (x * step[:, 1] - y * step[:, 0]) / scale
    along = -(x * step[:, 0] + y * step[:, 1]) / scale
    columns: Numbers = np.column_stack([3 * a, 3 * a + 1, 3 * b, 3 * b + 1, 3 * a + 2])
    equations.add(
        columns, np.column_stack([y / scale, -x / scale, -y / scale, x / scale, along]), aside, halved=_HALVED
    )


def _moved(viewpoints: Viewpoints, place: Floats, turn: Floats) -> Viewpoints:
    """Viewpoints at other places (V, 2), turned by (V,)."""
    return replace(
        viewpoints,
        position_m=np.column_stack([place, viewpoints.position_m[:, 2]]),
        yaw_rad=viewpoints.yaw_rad + turn,
    )
