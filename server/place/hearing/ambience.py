"""How loud the ambience of several viewpoints is between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from protocol.place import PlacedSource, Viewpoint
from server.place.viewpoints import Floats

_NEAREST = 8
# Right beside a viewpoint nearly all is what was heard there.
_SOFTENING_M = 2.0


class AmbienceMap:
    """The share of each ambience anywhere in a place: what the nearest viewpoints heard, the nearer the more.

    Shepard's interpolation with weights that vanish at the farthest of the few (Franke and Nielson, Smooth
    interpolation of large sets of scattered data, 1980), so that nothing jumps as viewpoints come and go.

    Args:
        viewpoints: of the place.
        sources: the ambience among its sources.
    """

    def __init__(self, viewpoints: Sequence[Viewpoint], sources: Sequence[PlacedSource]) -> None:
        self._places_m = np.array([viewpoint.position_m for viewpoint in viewpoints]).reshape(-1, 3)
        self._tree = cKDTree(self._places_m) if len(viewpoints) else None
        number = {viewpoint.name: index for index, viewpoint in enumerate(viewpoints)}
        self._heard = np.zeros((len(sources), len(viewpoints)), dtype=np.bool_)
        for row, source in enumerate(sources):
            self._heard[row, [number[seen.viewpoint] for seen in source.seen_from]] = True

    def gains(self, listener_m: Floats) -> NDArray[np.float64]:
        """The amplitude of each ambience at a point, in [0, 1], shape (sources,).

        Args:
            listener_m: where the ears are, shape (3,).
        """
        if self._tree is None or not len(self._heard):
            return np.zeros(len(self._heard))
        away, nearest = self._tree.query(listener_m, k=min(_NEAREST + 1, len(self._places_m)))
        away, nearest = np.atleast_1d(away), np.atleast_1d(nearest)
        reach = away[-1] if len(away) > _NEAREST else np.inf
        away = np.hypot(away, _SOFTENING_M)
        weight = (np.maximum(1.0 / away - 1.0 / np.hypot(reach, _SOFTENING_M), 0.0)) ** 2
        share = self._heard[:, nearest] @ weight / weight.sum()
        return np.asarray(np.sqrt(share), dtype=np.float64)
