"""Between measured directions: a triangulated sphere, and where on it a direction lies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from scipy.sparse import coo_array
from scipy.spatial import ConvexHull, cKDTree

Array = NDArray[np.float64]

# Where the nearest measurement is further than both, there is a gap: 12°, and half as far again as neighbours are.
_GAP_CHORD = 2.0 * np.sin(np.radians(12.0) / 2.0)
_GAP_SPACINGS = 1.5
_GAP_SPACING_DEG = 10


class SphericalMesh:
    """The Delaunay triangulation of points on the sphere: the convex hull of their unit vectors.

    No other point lies in the circle around a triangle's corners, so the three are the nearest that enclose a
    direction (Brown 1979, "Voronoi diagrams from convex hulls").

    Args:
        points: unit vectors, shape (M, 3); every hemisphere must hold one.

    Attributes:
        points: the same.
        triangles: shape (T, 3), indices of points.
    """

    # A raster of 2° tells where to begin to look; from there it is a few steps over edges.
    _ROWS, _COLUMNS = 90, 180
    # Rounding may leave a point on an edge a hair outside of both triangles.
    _SLACK = 1e-9

    def __init__(self, points: Array) -> None:
        self.points = np.asarray(points, dtype=np.float64)
        # Rings of a turntable put four points on one circle, and either diagonal will do: a lift by a ten millionth of
        # the radius, alike on the left and on the right, chooses the same one on both sides.
        front, left, up = self.points.T
        lift = 1.0 + 1e-7 * np.sin(37.0 * front + 53.0 * np.abs(left) + 71.0 * up)
        hull = ConvexHull(self.points * lift[:, None])
        self.triangles: NDArray[np.intp] = hull.simplices.astype(np.intp)
        self._neighbours: NDArray[np.intp] = hull.neighbors.astype(np.intp)
        # A direction is a sum of a triangle's corners; the inverse tells how much of each.
        self._shares: NDArray[Any] = np.linalg.inv(np.swapaxes(self.points[self.triangles], 1, 2))
        self._raster = np.zeros(self._ROWS * self._COLUMNS, dtype=np.intp)
        rows, columns = np.divmod(np.arange(len(self._raster)), self._COLUMNS)
        up = np.cos(np.pi * (rows + 0.5) / self._ROWS)
        turn = 2.0 * np.pi * (columns + 0.5) / self._COLUMNS - np.pi
        flat = np.sqrt(1.0 - up**2)
        self._raster = self._found(np.stack([flat * np.cos(turn), flat * np.sin(turn), up], axis=1), self._raster)[0]

    def corners(self, directions: Array) -> tuple[NDArray[np.intp], Array]:
        """The triangle around each direction and the weights of its corners.

        Args:
            directions: unit vectors, shape (N, 3).

        Returns:
            Indices of points and their barycentric weights, both of shape (N, 3). Weights lie in [0, 1] and sum to 1.
        """
        triangle, weights = self.located(directions)
        return self.triangles[triangle], weights

    def located(self, directions: Array) -> tuple[NDArray[np.intp], Array]:
        """The triangle's index, shape (N,), and the weights of its corners, shape (N, 3)."""
        rows = np.arccos(np.clip(directions[:, 2], -1.0, 1.0)) * (self._ROWS / np.pi)
        columns = (np.arctan2(directions[:, 1], directions[:, 0]) + np.pi) * (self._COLUMNS / (2.0 * np.pi))
        cell = np.minimum(rows.astype(np.intp), self._ROWS - 1) * self._COLUMNS
        cell += np.minimum(columns.astype(np.intp), self._COLUMNS - 1)
        triangle, shares = self._found(directions, self._raster[cell])
        np.maximum(shares, 0.0, out=shares)
        shares /= shares.sum(axis=1, keepdims=True)
        return triangle, shares

    def _found(self, directions: Array, start: NDArray[np.intp]) -> tuple[NDArray[np.intp], Array]:
        """Walk from triangle to triangle over the edge that a direction lies furthest beyond, until none is.

        In a Delaunay triangulation such a walk never comes back (De Floriani, Falcidieno, Nagy and Pienovi 1991).
        """
        triangle = start.copy()
        shares: Array = np.einsum("nij,nj->ni", self._shares[triangle], directions)
        away = np.flatnonzero(shares.min(axis=1) < -self._SLACK)
        for _ in range(len(self.triangles)):
            if not len(away):
                break
            triangle[away] = self._neighbours[triangle[away], np.argmin(shares[away], axis=1)]
            shares[away] = np.einsum("nij,nj->ni", self._shares[triangle[away]], directions[away])
            away = away[shares[away].min(axis=1) < -self._SLACK]
        return triangle, shares


class RefinedMesh:
    """A mesh whose triangles are each cut into ``parts`` squared, so that a table over its nodes may be mixed linearly.

    Args:
        mesh: the triangulation of what was measured.
        parts: into how many an edge is cut.

    Attributes:
        nodes: unit vectors, shape (K, 3).
        parents: the mesh's points that each node lies between, shape (K, 3).
        shares: how much of each parent, shape (K, 3); a point of the mesh itself has a single 1.
    """

    _HAIR = 1e-9

    def __init__(self, mesh: SphericalMesh, parts: int) -> None:
        self._mesh = mesh
        self._parts = parts
        first, second = np.divmod(np.arange((parts + 1) ** 2), parts + 1)
        inside = first + second <= parts
        steps = np.stack([first, second, parts - first - second], axis=1)[inside]
        # A node is known by its corners and steps towards them, in any order; a corner without a step doesn't count.
        steps = np.broadcast_to(steps, (len(mesh.triangles), *steps.shape))
        corners = np.where(steps > 0, mesh.triangles[:, None, :], 0)
        keys = np.sort(corners * (parts + 1) + steps, axis=-1).reshape(-1, 3)
        _, chosen, names = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        self.parents: NDArray[np.intp] = corners.reshape(-1, 3)[chosen]
        self.shares: Array = steps.reshape(-1, 3)[chosen] / parts
        flat: Array = np.einsum("nc,ncx->nx", self.shares, mesh.points[self.parents])
        self.nodes: Array = flat / np.linalg.norm(flat, axis=1, keepdims=True)
        self._names = np.zeros((len(mesh.triangles), (parts + 1) ** 2), dtype=np.intp)
        self._names[:, inside] = names.reshape(len(mesh.triangles), -1)

    def corners(self, directions: Array) -> tuple[NDArray[np.intp], Array]:
        """The three nodes around each direction and their weights.

        Args:
            directions: unit vectors, shape (N, 3).

        Returns:
            Indices of nodes and their barycentric weights, both of shape (N, 3). Weights lie in [0, 1] and sum to 1.
        """
        triangle, shares = self._mesh.located(directions)
        scaled = shares * self._parts
        # Rounding must not put a node that is a hair inside of three parts at once into none.
        steps = np.floor(scaled + self._HAIR)
        # On a node the steps sum to all parts; one step back, it is the far corner of a part.
        on_node = np.flatnonzero(steps.sum(axis=1) > self._parts - 0.5)
        steps[on_node, np.argmax(steps[on_node], axis=1)] -= 1.0
        weights = np.maximum(scaled - steps, 0.0)
        # Two steps short of all parts lies a part that points the other way.
        turned = steps.sum(axis=1, keepdims=True) < self._parts - 1.5
        moves = np.where(turned[:, :, None], 1.0 - np.eye(3), np.eye(3)) + steps[:, None, :]
        weights = np.abs(weights - turned)
        name = (moves[:, :, 0] * (self._parts + 1) + moves[:, :, 1]).astype(np.intp)
        return self._names[triangle[:, None], name], weights / weights.sum(axis=1, keepdims=True)


def mixed(values: NDArray[Any], indices: NDArray[np.intp], weights: NDArray[Any]) -> NDArray[Any]:
    """The weighted sums of rows: values (K, ...), indices and weights (N, 3), to (N, ...)."""
    spread = weights.reshape(*weights.shape, *(1,) * (values.ndim - 1)).astype(values.dtype)
    total: NDArray[Any] = values[indices[:, 0]] * spread[:, 0]
    total += values[indices[:, 1]] * spread[:, 1]
    total += values[indices[:, 2]] * spread[:, 2]
    return total


def gap_points(points: Array) -> Array:
    """Points on rings of 10° wherever nothing is within a gap's reach, as under the lowest ring of a measured grid.

    Args:
        points: unit vectors, shape (M, 3).

    Returns:
        Unit vectors, shape (V, 3), symmetric about the median plane as far as the points are.
    """
    rings = []
    for elevation in np.radians(np.arange(-90, 91, _GAP_SPACING_DEG)):
        count = max(1, 2 * round(np.cos(elevation) * 180.0 / _GAP_SPACING_DEG))
        turn = np.arange(count) * (2.0 * np.pi / count)
        flat, up = np.cos(elevation), np.full(count, np.sin(elevation))
        rings.append(np.stack([flat * np.cos(turn), flat * np.sin(turn), up], axis=1))
    lattice = np.concatenate(rings)
    tree = cKDTree(points)
    spacing = float(np.median(np.asarray(tree.query(points, k=2)[0])[:, 1]))
    gap = max(_GAP_CHORD, _GAP_SPACINGS * spacing)
    alone: Array = lattice[np.asarray(tree.query(lattice)[0]) > gap]
    return alone


def soap_film(mesh: SphericalMesh, known: int) -> Array:
    """What the points of a mesh that aren't known take from those that are.

    Each value is the mean of its neighbours' values, nearer ones counting more (a discrete harmonic function): smooth,
    never beyond the values at the rim, and in the middle of a round gap the mean of its rim.

    Args:
        mesh: its first points are known.
        known: how many; at least one.

    Returns:
        Weights, shape (V, known), none negative; rows sum to 1.
    """
    begin, end = np.concatenate([mesh.triangles[:, [0, 1]], mesh.triangles[:, [1, 2]], mesh.triangles[:, [2, 0]]]).T
    pull = 1.0 / np.linalg.norm(mesh.points[begin] - mesh.points[end], axis=1)
    # Each edge belongs to two triangles, once in each direction or twice in one: the sum is symmetric.
    size = len(mesh.points)
    pulls = coo_array(
        (np.concatenate([pull, pull]), (np.r_[begin, end], np.r_[end, begin])), shape=(size, size)
    ).tocsr()
    unknown = pulls[known:].tocsc()
    total = np.asarray(unknown.sum(axis=1)).ravel()
    film: Array = np.linalg.solve(np.diag(total) - unknown[:, known:].toarray(), unknown[:, :known].toarray())
    return film


# A system of all points is solved exactly up to here; beyond, each value has its neighbours' system.
_MOST_POINTS_AT_ONCE = 2000
_NEIGHBOURS = 64


def smooth_values(points: Array, values: Array, directions: Array) -> Array:
    """A smooth function of direction through known values: cubic radial basis functions and a plane, in space.

    Where a quantity bends between measurements, as an arrival time does, it follows better than weights of corners do;
    splines on the sphere are the classic choice (Hartung, Braasch and Sterbing 1999, AES 16th Conference).

    Args:
        points: unit vectors, shape (M, 3), M at least 4, no two alike.
        values: shape (M, K).
        directions: unit vectors, shape (N, 3).

    Returns:
        Shape (N, K).
    """
    neighbours = None if len(points) <= _MOST_POINTS_AT_ONCE else _NEIGHBOURS
    through: Array = RBFInterpolator(points, values, kernel="cubic", neighbors=neighbours)(directions)
    return through
