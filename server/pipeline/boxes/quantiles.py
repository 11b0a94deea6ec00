"""Quantiles of weighted samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def weighted_quantiles(value: Array, weight: Array, shares: Sequence[float]) -> list[float]:
    """Values below which these shares of the weight lie.

    Args:
        value: shape (N,), in any order.
        weight: shape (N,), not negative.
        shares: in [0, 1].

    >>> weighted_quantiles(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 1.0]), [0.5])
    [2.0]
    """
    ranked = np.argsort(value, kind="stable")
    reached = np.cumsum(weight[ranked])
    middle = (reached - weight[ranked] / 2.0) / reached[-1]
    return [float(found) for found in np.interp(shares, middle, value[ranked])]
