"""Solids that a ray can meet: ellipsoids, upright cylinders and convex polyhedra, in metres.

Points, rays and normals are tuples (x, y, z) of float32 arrays that broadcast, x to the front, y to the left, z up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

Array = NDArray[np.floating[Any]]
Vector = tuple[Array, Array, Array]
Triple = tuple[float, float, float]


class Shape(Protocol):
    """A convex solid."""

    def corners(self) -> NDArray[np.float64]:
        """Points (N, 3) whose hull holds the solid."""
        ...

    def entry_m(self, eye: Vector, ray: Vector) -> Array:
        """Metres along each ray to where it enters the solid from outside; infinity where it misses.

        Both are three arrays that broadcast; the result has their shape.
        """
        ...

    def normal(self, point: Vector) -> Vector:
        """Outward unit normals at points of the surface."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipsoid:
    """An ellipsoid with axes along x, y and z."""

    centre_m: Triple
    radii_m: Triple

    def corners(self) -> NDArray[np.float64]:
        """The corners of its bounding box, (8, 3)."""
        return _box_corners(np.subtract(self.centre_m, self.radii_m), np.add(self.centre_m, self.radii_m))

    def entry_m(self, eye: Vector, ray: Vector) -> Array:
        """The nearer root of |(o + t d − c) / r|² = 1, in the shape that the arrays broadcast to."""
        (ox, oy, oz), (dx, dy, dz) = self._unit(eye), tuple(_f32(d) / r for d, r in zip(ray, self._radii, strict=True))
        a = dx * dx + dy * dy + dz * dz
        b = ox * dx + oy * dy + oz * dz
        c = ox * ox + oy * oy + oz * oz - np.float32(1)
        root = b * b - a * c
        with np.errstate(invalid="ignore"):
            t = (-b - np.sqrt(root)) / a
        return _ahead(t)

    def normal(self, point: Vector) -> Vector:
        """The gradient of its equation."""
        x, y, z = (p / r for p, r in zip(self._unit(point), self._radii, strict=True))
        length = np.sqrt(x * x + y * y + z * z)
        return x / length, y / length, z / length

    @property
    def _radii(self) -> tuple[np.float32, ...]:
        return tuple(np.float32(r) for r in self.radii_m)

    def _unit(self, point: Vector) -> Vector:
        x, y, z = ((p - np.float32(c)) / r for p, c, r in zip(point, self.centre_m, self._radii, strict=True))
        return x, y, z


@dataclass(frozen=True, slots=True, kw_only=True)
class Cylinder:
    """An upright cylinder with a lid."""

    base_m: Triple
    radius_m: float
    height_m: float

    def corners(self) -> NDArray[np.float64]:
        """The corners of its bounding box, (8, 3)."""
        x, y, z = self.base_m
        r = self.radius_m
        return _box_corners(np.array([x - r, y - r, z]), np.array([x + r, y + r, z + self.height_m]))

    def entry_m(self, eye: Vector, ray: Vector) -> Array:
        """The nearer of the wall and the lid, in the shape that the arrays broadcast to."""
        (ex, ey, ez), (dx, dy, dz) = eye, ray
        ox, oy = ex - np.float32(self.base_m[0]), ey - np.float32(self.base_m[1])
        top = np.float32(self.base_m[2] + self.height_m)
        a = dx * dx + dy * dy
        b = ox * dx + oy * dy
        c = ox * ox + oy * oy - np.float32(self.radius_m**2)
        with np.errstate(invalid="ignore", divide="ignore"):
            wall = (-b - np.sqrt(b * b - a * c)) / a
            z = ez + wall * dz
            wall = np.where((z >= np.float32(self.base_m[2])) & (z <= top), wall, np.inf)
            lid = (top - ez) / dz
            lx, ly = ox + lid * dx, oy + lid * dy
            lid = np.where((dz < 0) & (lx * lx + ly * ly <= np.float32(self.radius_m**2)), lid, np.inf)
            return np.minimum(_ahead(wall), _ahead(lid))

    def normal(self, point: Vector) -> Vector:
        """Up on the lid, outward on the wall."""
        x, y, z = point
        is_lid = z >= np.float32(self.base_m[2] + self.height_m - 1e-3)
        side = np.where(is_lid, np.float32(0), np.float32(1 / self.radius_m))
        return (
            (x - np.float32(self.base_m[0])) * side,
            (y - np.float32(self.base_m[1])) * side,
            is_lid.astype(np.float32),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Convex:
    """The hull of some points."""

    points_m: NDArray[np.float64]
    planes: NDArray[np.float32] = field(init=False, repr=False)
    """Outward normal and offset of every face: n·p ≤ d inside."""

    def __post_init__(self) -> None:
        faces = ConvexHull(self.points_m).equations
        planes = np.unique(np.round(faces * [1, 1, 1, -1], 6), axis=0).astype(np.float32)
        object.__setattr__(self, "planes", planes)

    def corners(self) -> NDArray[np.float64]:
        """Its points, (N, 3)."""
        return self.points_m

    def entry_m(self, eye: Vector, ray: Vector) -> Array:
        """The last face entered, if it comes before the first face left (Cyrus and Beck 1978).

        The result has the shape that the arrays broadcast to.
        """
        enter: Array = np.float32(-np.inf) * np.ones(1, np.float32)
        leave: Array = np.float32(np.inf) * np.ones(1, np.float32)
        with np.errstate(invalid="ignore", divide="ignore"):
            for nx, ny, nz, offset in self.planes:
                # Along a face a ray is out of it for ever or never: the sum makes −0 to 0, and the quotient ±infinity.
                towards = nx * ray[0] + ny * ray[1] + nz * ray[2] + np.float32(0)
                t = (offset - nx * eye[0] - ny * eye[1] - nz * eye[2]) / towards
                enter = np.fmax(enter, np.where(towards < 0, t, -np.inf))
                leave = np.fmin(leave, np.where(towards >= 0, t, np.inf))
            return _ahead(np.where(enter < leave, enter, np.inf))

    def normal(self, point: Vector) -> Vector:
        """The normal of the face that a point lies on."""
        beyond = np.stack([nx * point[0] + ny * point[1] + nz * point[2] - d for nx, ny, nz, d in self.planes])
        face = np.argmax(beyond, axis=0)
        return self.planes[face, 0], self.planes[face, 1], self.planes[face, 2]


def block(centre_m: Triple, size_m: Triple, *, top_scale: tuple[float, float] = (1.0, 1.0)) -> Convex:
    """An upright box, which may narrow towards its top.

    Args:
        centre_m: the middle (x, y) of its foot, and the height z on which it stands.
        size_m: along x, y and z.
        top_scale: narrows its top along x and y: to a ridge where one of them is 0, to a point where both are.
    """
    (x, y, z), (length, width, height) = centre_m, size_m
    points = []
    for along in (-0.5, 0.5):
        for aside in (-0.5, 0.5):
            points.append((x + along * length, y + aside * width, z))
            points.append((x + along * length * top_scale[0], y + aside * width * top_scale[1], z + height))
    return Convex(points_m=np.unique(np.array(points, dtype=np.float64), axis=0))


def dot(a: Vector, b: Vector | Triple) -> Array:
    """The scalar product."""
    found: Array = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    return found


def _box_corners(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([[(low, high)[pick][axis] for axis, pick in enumerate(picks)] for picks in np.ndindex(2, 2, 2)])


def _ahead(t: Array) -> Array:
    """Infinity for what lies behind, and for no root at all."""
    with np.errstate(invalid="ignore"):
        found: Array = np.where(t > np.float32(1e-4), t, np.float32(np.inf)).astype(np.float32, copy=False)
    return found


def _f32(value: Array) -> Array:
    return np.asarray(value, dtype=np.float32)
