"""What a depth model predicts, before its views are brought to metres along the ray."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.pipeline.views import Picture


class RelativeDepthModel(Protocol):
    """A model that predicts the logarithm of depth up to a scale and a shift, which differ from view to view."""

    identity: str

    def predict_log_depth(self, windows: Sequence[Picture]) -> Iterator[NDArray[np.float32]]:
        """For each window, larger where it is farther, shape (h, w), at any resolution of the window's shape."""
        ...


class MetricDepthModel(Protocol):
    """A model that predicts metres along the optical axis."""

    identity: str
    relative_error: float
    """One standard deviation of ln(predicted / true); each model says whether that was published or is assumed."""

    def predict_depth(self, windows: Sequence[Picture]) -> Iterator[NDArray[np.float32]]:
        """For each window, metres, shape (h, w), at any resolution of the window's shape."""
        ...
