"""Between measured directions: a triangulated sphere, barycentric weights on it, and what fills its gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from scipy.sparse import coo_array
from scipy.spatial import ConvexHull, cKDTree

Array = NDArray[np.float64]

# There is a gap where the nearest measurement is further away than 12° and than 1.5 times the spacing of neighbours.
_GAP_CHORD = 2.0 * np.sin(np.radians(12.0) / 2.0)
_GAP_SPACINGS = 1.5
_GAP_SPACING_DEG = 10


class SphericalMesh:
    """The Delaunay triangulation of points on the sphere: the convex hull of their unit vectors.

    No other point lies in the circle through a triangle's corners, so these three are the nearest points that enclose a
    direction (Brown 1979, "Voronoi diagrams from convex hulls").

    Args:
        points: unit vectors, shape (M, 3); every hemisphere must hold one.

    Attributes:
        points: the same.
        triangles: shape (T, 3), indices of points.
    """

    # A raster of 2° says where the search begins; from there it is a few steps over edges.
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
        # A direction is a weighted sum of a triangle's corners; the inverse gives the weights.
        self._inverses: NDArray[Any] = np.linalg.inv(np.swapaxes(self.points[self.triangles], 1, 2))
        self._raster = np.zeros(self._ROWS * self._COLUMNS, dtype=np.intp)
        rows, columns = np.divmod(np.arange(len(self._raster)), self._COLUMNS)
        up = np.cos(np.pi * (rows + 0.5) / self._ROWS)
        turn = 2.0 * np.pi * (columns + 0.5) / self._COLUMNS - np.pi
        flat = np.sqrt(1.0 - up**2)
        self._raster = self._search(np.stack([flat * np.cos(turn), flat * np.sin(turn), up], axis=1), self._raster)[0]

    def corners(self, directions: Array) -> tuple[NDArray[np.intp], Array]:
        """The triangle around each direction and the weights of its corners.

        Args:
            directions: unit vectors, shape (N, 3).

        Returns:
            Indices of points and their barycentric weights, both of shape (N, 3). Weights lie in [0, 1] and sum to 1.
        """
        triangle, weights = self.locate(directions)
        return self.triangles[triangle], weights

    def locate(self, directions: Array) -> tuple[NDArray[np.intp], Array]:
        """The triangle around each of N directions (N, 3): its index, shape (N,), and its corners' weights (N, 3)."""
        rows = np.arccos(np.clip(directions[:, 2], -1.0, 1.0)) * (self._ROWS / np.pi)
        columns = (np.arctan2(directions[:, 1], directions[:, 0]) + np.pi) * (self._COLUMNS / (2.0 * np.pi))
        cell = np.minimum(rows.astype(np.intp), self._ROWS - 1) * self._COLUMNS
        cell += np.minimum(columns.astype(np.intp), self._COLUMNS - 1)
        triangle, weights = self._search(directions, self._raster[cell])
        np.maximum(weights, 0.0, out=weights)
        weights /= weights.sum(axis=1, keepdims=True)
        return triangle, weights

    def _search(self, directions: Array, start: NDArray[np.intp]) -> tuple[NDArray[np.intp], Array]:
        """The triangles around directions, and the corners' weights: a walk over edges from triangles near by.

        Each step crosses the edge that the direction lies furthest beyond, until it lies beyond none. In a Delaunay
        triangulation such a walk never returns (De Floriani, Falcidieno, Nagy and Pienovi 1991).
        """
        triangle = start.copy()
        weights: Array = np.einsum("nij,nj->ni", self._inverses[triangle], directions)
        away = np.flatnonzero(weights.min(axis=1) < -self._SLACK)
        for _ in range(len(self.triangles)):
            if not len(away):
                break
            triangle[away] = self._neighbours[triangle[away], np.argmin(weights[away], axis=1)]
            weights[away] = np.einsum("nij,nj->ni", self._inverses[triangle[away]], directions[away])
            away = away[weights[away].min(axis=1) < -self._SLACK]
        return triangle, weights


class RefinedMesh:
    """A mesh with each triangle cut into ``parts``² smaller ones, so that a table of its nodes may be mixed linearly.

    Args:
        mesh: the triangulation of what was measured.
        parts: number of pieces of each edge.

    Attributes:
        nodes: unit vectors, shape (K, 3).
        parents: the three points of the mesh that each node lies between, shape (K, 3).
        weights: barycentric weights of the parents, shape (K, 3); a point of the mesh itself has a single 1.
    """

    _HAIR = 1e-9

    def __init__(self, mesh: SphericalMesh, parts: int) -> None:
        self._mesh = mesh
        self._parts = parts
        first, second = np.divmod(np.arange((parts + 1) ** 2), parts + 1)
        inside = first + second <= parts
        steps = np.stack([first, second, parts - first - second], axis=1)[inside]
        # A node is identified by its corners and the steps towards them, in any order; a corner without a step is left
        # out.
        steps = np.broadcast_to(steps, (len(mesh.triangles), *steps.shape))
        corners = np.where(steps > 0, mesh.triangles[:, None, :], 0)
        keys = np.sort(corners * (parts + 1) + steps, axis=-1).reshape(-1, 3)
        _, chosen, names = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        self.parents: NDArray[np.intp] = corners.reshape(-1, 3)[chosen]
        self.weights: Array = steps.reshape(-1, 3)[chosen] / parts
        flat: Array = np.einsum("nc,ncx->nx", self.weights, mesh.points[self.parents])
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
        triangle, weights = self._mesh.locate(directions)
        scaled = weights * self._parts
        # Rounding must not put a direction that is almost on the border of several small triangles into none of them.
        steps = np.floor(scaled + self._HAIR)
        # On a node the steps sum to ``parts``; one step back, the node is the far corner of a small triangle.
        on_node = np.flatnonzero(steps.sum(axis=1) > self._parts - 0.5)
        steps[on_node, np.argmax(steps[on_node], axis=1)] -= 1.0
        weights = np.maximum(scaled - steps, 0.0)
        # Where two steps are missing, the small triangle points the other way.
        turned = steps.sum(axis=1, keepdims=True) < self._parts - 1.5
        moves = np.where(turned[:, :, None], 1.0 - np.eye(3), np.eye(3)) + steps[:, None, :]
        weights = np.abs(weights - turned)
        name = (moves[:, :, 0] * (self._parts + 1) + moves[:, :, 1]).astype(np.intp)
        return self._names[triangle[:, None], name], weights / weights.sum(axis=1, keepdims=True)


def weighted_sums(values: NDArray[Any], indices: NDArray[np.intp], weights: NDArray[Any]) -> NDArray[Any]:
    """Barycentric interpolation: each result is the weighted sum of three rows.

    Args:
        values: shape (K, ...).
        indices: of the rows, shape (N, 3).
        weights: of the rows, shape (N, 3).

    Returns:
        Shape (N, ...), of the type of the values.
    """
    spread = weights.reshape(*weights.shape, *(1,) * (values.ndim - 1)).astype(values.dtype)
    total: NDArray[Any] = values[indices[:, 0]] * spread[:, 0]
    total += values[indices[:, 1]] * spread[:, 1]
    total += values[indices[:, 2]] * spread[:, 2]
    return total


def gap_points(points: Array) -> Array:
    """Points that fill the gaps of a measured grid, as below its lowest ring.

    They lie on rings 10° apart, wherever no measured point is within 12°, or within 1.5 times the usual spacing of
    neighbours if that is more.

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


def harmonic_extrapolation(mesh: SphericalMesh, known: int) -> Array:
    """The weights with which unknown points of a mesh follow from its known points.

    The result is a discrete harmonic function, a solution of Laplace's equation on the mesh: each unknown value is the
    mean of its neighbours' values, weighted by 1 / distance. It is smooth, it never exceeds the values at the rim of a
    gap, and in the middle of a round gap it is the mean of the rim.

    Args:
        mesh: its first points are the known ones.
        known: their number; at least one.

    Returns:
        Weights, shape (V, known), none negative; rows sum to 1.
    """
    begin, end = np.concatenate([mesh.triangles[:, [0, 1]], mesh.triangles[:, [1, 2]], mesh.triangles[:, [2, 0]]]).T
    edge_weight = 1.0 / np.linalg.norm(mesh.points[begin] - mesh.points[end], axis=1)
    # Each edge belongs to two triangles, once in each direction or twice in one: the sum is symmetric.
    size = len(mesh.points)
    edge_weights = coo_array(
        (np.concatenate([edge_weight, edge_weight]), (np.r_[begin, end], np.r_[end, begin])), shape=(size, size)
    ).tocsr()
    unknown = edge_weights[known:].tocsc()
    total = np.asarray(unknown.sum(axis=1)).ravel()
    extrapolation: Array = np.linalg.solve(np.diag(total) - unknown[:, known:].toarray(), unknown[:, :known].toarray())
    return extrapolation


# Up to so many points one system is solved for all; beyond, each value has a system of its nearest neighbours.
_MOST_POINTS_AT_ONCE = 2000
_NEIGHBOURS = 64


def smooth_values(points: Array, values: Array, directions: Array) -> Array:
    """A smooth function of direction through known values: cubic radial basis functions and a plane, in space.

    For a quantity that bends between measurements, as an arrival time does, this is nearer than barycentric weights;
    splines on the sphere are the classic choice (Hartung, Braasch and Sterbing 1999, AES 16th Conference).

    Args:
        points: unit vectors, shape (M, 3), M at least 4, no two alike.
        values: shape (M, K).
        directions: unit vectors, shape (N, 3).

    Returns:
        Shape (N, K).
    """
    neighbours = None if len(points) <= _MOST_POINTS_AT_ONCE else _NEIGHBOURS
    interpolated: Array = RBFInterpolator(points, values, kernel="cubic", neighbors=neighbours)(directions)
    return interpolated
