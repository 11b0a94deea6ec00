"""What a depth model answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.pipeline.views import Picture


class RelativeDepth(Protocol):
    """A model that tells the logarithm of depth up to a scale and a shift, which differ from view to view."""

    identity: str

    def relative(self, windows: Sequence[Picture]) -> Iterator[NDArray[np.float32]]:
        """For each window, larger where it is farther, shape (h, w), at any resolution of the window's shape."""
        ...


class MetricDepth(Protocol):
    """A model that tells metres along the optical axis."""

    identity: str
    relative_error: float
    """One standard deviation of ln(found / true); each model says whether that was published or is assumed."""

    def metric(self, windows: Sequence[Picture]) -> Iterator[NDArray[np.float32]]:
        """For each window, metres, shape (h, w), at any resolution of the window's shape."""
        ...
