"""A head without interpolation: the reference that interpolated heads and the renderers are measured against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.hrir import Hrtf
from protocol.coordinates import scene_from_polar

Array = NDArray[np.float64]


class NearestHead:
    """The HRIR that was measured nearest to a direction, as it is: no delay is taken out of it.

    Args:
        hrtf: what was measured; its directions are the nodes.

    Attributes:
        sample_rate_hz: of the filters.
        taps: length of the filters.
        nodes: the directions, shape (M, 3).
        table: the HRIRs, float32, shape (M, 2, taps).
        table_delays_samples: zeros, shape (M, 2).
    """

    def __init__(self, hrtf: Hrtf) -> None:
        self.sample_rate_hz = hrtf.sample_rate_hz
        self.taps: int = hrtf.hrirs.shape[-1]
        self.nodes = scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg)
        self.table = hrtf.hrirs
        self.table_delays_samples = np.zeros((len(self.nodes), 2))

    def filters(self, directions: Array) -> NDArray[np.float32]:
        """The nearest HRIRs of directions (N, 3): shape (N, 2, taps)."""
        # Rounded, so that of two equally near directions the first is taken whatever the last bit says.
        nearest = np.argmax(np.round(directions @ self.nodes.T, 9), axis=1)
        nearest_hrirs: NDArray[np.float32] = self.table[nearest]
        return nearest_hrirs

    def delays_samples(self, directions: Array) -> NDArray[np.float64]:
        """Zeros for directions (N, 3): shape (N, 2)."""
        return np.zeros((len(directions), 2))
