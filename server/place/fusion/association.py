"""Which sightings are of one thing.

Every sighting begins as a thing of its own. Things with one label that lie within their own uncertainty of each other
join, the nearest pairs first and only where each is the other's best, never two that one viewpoint tells apart. Then
each thing's place is triangulated anew, sightings that don't fit it leave it, and all begins again until nothing
changes.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from server.place.fusion.adoption import adopted
from server.place.fusion.triangulation import Triangulated, triangulated
from server.place.sightings import Numbers, Sightings, alone
from server.place.viewpoints import Floats, Viewpoints

# The 99 % quantile of χ² with three degrees of freedom: of a hundred sightings of one thing one stays apart.
_GATE = 11.34
# A sighting leaves a thing whose direction it doesn't show: the 99.9 % quantile of χ² with two degrees of freedom.
_MISFIT = 13.82
_FARTHEST_M = 15.0
_NEAREST_M = 0.5
_ROUNDS = 24
_REVISIONS = 3

Pairs = NDArray[np.intp]


def associated(viewpoints: Viewpoints, sightings: Sightings) -> tuple[Numbers, Triangulated]:
    """Which thing each of N sightings shows, and where the things are.

    The order of viewpoints and sightings doesn't matter, but for the numbers that things get.

    Args:
        viewpoints: where the sightings were made.
        sightings: N of them.

    Returns:
        The number of the thing of each sighting, shape (N,), and the things themselves.
    """
    thing: Numbers = np.arange(len(sightings))
    start, covariance = alone(viewpoints, sightings)
    if not len(sightings):
        return thing, Triangulated(position_m=start, covariance_m2=covariance, misfit=np.zeros(0))
    for revision in range(_REVISIONS):
        thing = _joined(sightings, thing, start, covariance, viewpoints)
        found = triangulated(viewpoints, sightings, thing, _means(thing, alone(viewpoints, sightings)))
        thing = adopted(viewpoints, sightings, thing, found)
        found = triangulated(viewpoints, sightings, thing, _means(thing, alone(viewpoints, sightings)))
        stray = (found.misfit > _MISFIT) & (np.bincount(thing)[thing] > 1)
        if revision == _REVISIONS - 1 or not stray.any():
            break
        thing, start, covariance = _without(stray, thing, found, alone(viewpoints, sightings))
    return thing, found


def _joined(
    sightings: Sightings, thing: Numbers, position: Floats, covariance: Floats, viewpoints: Viewpoints
) -> Numbers:
    """Things joined until no two are close enough: a number for each sighting, without gaps."""
    for _ in range(_ROUNDS):
        label = np.zeros(len(position), dtype=np.int64)
        label[thing] = sightings.label
        pairs, cost = _candidates(position, covariance, label)
        apart = _told_apart(pairs, thing, sightings.viewpoint, len(position))
        first, second = _mutually_best(pairs[~apart], cost[~apart], len(position))
        if not first.size:
            return thing
        into = np.arange(len(position))
        into[second] = first
        _, into = np.unique(into, return_inverse=True)
        thing = into[thing]
        found = triangulated(viewpoints, sightings, thing, _merged_means(position, covariance, into))
        position, covariance = found.position_m, found.covariance_m2
    return thing


def _candidates(position: Floats, covariance: Floats, label: Numbers) -> tuple[Pairs, Floats]:
    """Pairs of things of one label within each other's uncertainty, (P, 2), and what joining them costs, (P,)."""
    reach = np.clip(
        np.sqrt(_GATE * np.linalg.eigvalsh(covariance[:, :2, :2])[:, 1]) * np.sqrt(2.0), _NEAREST_M, _FARTHEST_M
    )
    # Things of one label are a layer of their own, out of reach of all others.
    layered = np.column_stack([position[:, :2], 4.0 * _FARTHEST_M * label])
    found = []
    # What is known well reaches little; each class of reach has a search of its own, so that the worst known things
    # don't make pairs of all.
    edges = [0.0, 1.0, 2.0, 4.0, 8.0, _FARTHEST_M]
    tree = cKDTree(layered)
    for low, high in pairwise(edges):
        members = np.flatnonzero((reach > low) & (reach <= high))
        if members.size:
            near = cKDTree(layered[members]).sparse_distance_matrix(tree, high, output_type="ndarray")
            found.append(np.column_stack([members[near["i"]], near["j"]]))
    pairs = np.concatenate(found)
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    pairs = np.unique(pairs, axis=0)
    offset = position[pairs[:, 0]] - position[pairs[:, 1]]
    both = covariance[pairs[:, 0]] + covariance[pairs[:, 1]]
    distance = np.einsum("ni,ni->n", offset, np.linalg.solve(both, offset[..., None])[..., 0])
    close = distance < _GATE
    # Of two partners as close in standard deviations, the better known is likelier the right one.
    return pairs[close], distance[close] + np.linalg.slogdet(both[close])[1]


def _told_apart(pairs: Pairs, thing: Numbers, viewpoint: Numbers, count: int) -> NDArray[np.bool_]:
    """Which pairs of things one viewpoint saw both of, (P,)."""
    seen = csr_array((np.ones(len(thing), dtype=np.int32), (thing, viewpoint)), shape=(count, int(viewpoint.max()) + 1))
    shared: NDArray[np.int32] = seen[pairs[:, 0]].multiply(seen[pairs[:, 1]]).sum(axis=1)
    return np.asarray(shared).ravel() > 0


def _mutually_best(pairs: Pairs, cost: Floats, count: int) -> tuple[Pairs, Pairs]:
    """Pairs of which each is the other's cheapest."""
    best = np.full(count, -1, dtype=np.intp)
    # Of what is assigned twice, the last stays: the cheapest comes last.
    order = np.lexsort((pairs[:, 1], pairs[:, 0], cost))[::-1]
    ends = np.concatenate([pairs[order], pairs[order, ::-1]])
    ends = ends[np.argsort(np.tile(np.arange(order.size), 2), kind="stable")]
    best[ends[:, 0]] = ends[:, 1]
    here = np.arange(count)
    mutual = (best >= 0) & (best[best] == here) & (here < best)
    return here[mutual], best[mutual]


def _means(thing: Numbers, each: tuple[Floats, Floats]) -> Floats:
    """The information-weighted mean position of every thing's sightings on their own, (G, 3)."""
    return _merged_means(*each, thing)


def _merged_means(position: Floats, covariance: Floats, into: Numbers) -> Floats:
    """The information-weighted mean of positions (N, 3) by group: (G, 3)."""
    count = int(into.max()) + 1
    information = np.linalg.inv(covariance)
    total = np.stack([np.bincount(into, column, count) for column in information.reshape(-1, 9).T], axis=-1)
    pull = np.einsum("nij,nj->ni", information, position)
    pulled = np.stack([np.bincount(into, column, count) for column in pull.T], axis=-1)
    return np.linalg.solve(total.reshape(-1, 3, 3), pulled[..., None])[..., 0]


def _without(
    stray: NDArray[np.bool_], thing: Numbers, found: Triangulated, each: tuple[Floats, Floats]
) -> tuple[Numbers, Floats, Floats]:
    """Things without the sightings that don't fit them, which become things of their own."""
    numbers = np.where(stray, len(found.position_m) + np.arange(len(thing)), thing)
    kept, thing = np.unique(numbers, return_inverse=True)
    position = np.empty((len(kept), 3))
    covariance = np.empty((len(kept), 3, 3))
    old = kept < len(found.position_m)
    position[old], covariance[old] = found.position_m[kept[old]], found.covariance_m2[kept[old]]
    alone_now = kept[~old] - len(found.position_m)
    position[~old], covariance[~old] = each[0][alone_now], each[1][alone_now]
    return thing, position, covariance
