"""Distance maps without what was not photographed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from server.pipeline.stages import DistanceMap


def without(distances: DistanceMap, unseen: NDArray[np.bool_]) -> DistanceMap:
    """The map with neither a distance nor a sigma, NaN, in some places.

    Args:
        distances: of shape (H, W).
        unseen: where, (H, W).
    """
    if not unseen.any():
        return distances
    distance_m, sigma_m = (
        np.where(unseen, np.float32(np.nan), values) for values in (distances.distance_m, distances.sigma_m)
    )
    return replace(distances, distance_m=distance_m, sigma_m=sigma_m)
