"""A head's filters in a table, with the delays written into them, and which of them a direction takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from binaural.head import Head, TabulatedHead
from protocol.coordinates import scene_from_polar

Array = NDArray[np.float64]

# Directions are looked up on a raster of this; the nearest row of the table is at most 0.4° farther than it need be.
_RASTER_DEG = 0.5
_AT_ONCE = 512
# Delays are written by a linear phase; what of its ringing is before the beginning is cut off with this much to spare.
LEAD_SAMPLES = 8


class DirectionTable:
    """One pair of filters for each of a head's directions.

    Args:
        head: whose. An interpolated head gives the nodes of its mesh, which are some 2° apart; a nearest one what was
            measured.

    Attributes:
        filters: float32, shape (D, 2, taps), delays and all.
        lead_samples: how much later they are than they need be.
    """

    def __init__(self, head: TabulatedHead) -> None:
        late = bool(head.table_delays_samples.any())
        self.filters = delayed(head.table, head.table_delays_samples) if late else head.table
        self.lead_samples = LEAD_SAMPLES if late else 0
        self._raster = _nearest_rows(head.nodes)

    def rows(self, relative_m: Array, distance_m: Array) -> NDArray[np.int32]:
        """Which filters sources take that the head sees at these places, (N, 3) and (N,); straight ahead at 0 m."""
        up = relative_m[:, 2] / np.maximum(distance_m, 1e-9)
        elevation = np.arcsin(np.clip(up, -1.0, 1.0))
        azimuth = np.arctan2(relative_m[:, 1], relative_m[:, 0])
        step = np.radians(_RASTER_DEG)
        row = np.rint((elevation + np.pi / 2.0) / step).astype(np.intp)
        column = np.rint((azimuth + np.pi) / step).astype(np.intp)
        found: NDArray[np.int32] = self._raster[row, column]
        return found


def heard_responses(head: Head, azimuth_deg: Array, elevation_deg: Array) -> NDArray[np.float32]:
    """What both ears hear of a click from each of K directions, (K,) each: float32, shape (K, 2, L)."""
    directions = scene_from_polar(azimuth_deg, elevation_deg)
    filters, delays = head.filters(directions), head.delays_samples(directions)
    return delayed(filters, delays) if delays.any() else filters


def delayed(filters: NDArray[np.float32], delays_samples: Array) -> NDArray[np.float32]:
    """Filters with delays written into them; a little of all delays is common and only leaves room for ringing.

    Args:
        filters: shape (D, 2, taps).
        delays_samples: shape (D, 2), at least 0, with fractions.

    Returns:
        Shape (D, 2, taps + longest delay + room).
    """
    count, ears, taps = filters.shape
    length = taps + int(np.ceil(delays_samples.max())) + 2 * LEAD_SAMPLES
    size = scipy.fft.next_fast_len(2 * length, real=True)
    phase = -2j * np.pi * np.arange(size // 2 + 1) / size
    late: NDArray[np.float32] = np.empty((count, ears, length), dtype=np.float32)
    for begin in range(0, count, _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        spectra = scipy.fft.rfft(filters[part], size)
        spectra = spectra * np.exp(phase * (delays_samples[part, :, None] + LEAD_SAMPLES)).astype(np.complex64)
        late[part] = scipy.fft.irfft(spectra, size)[..., :length]
    return late


def _nearest_rows(directions: Array) -> NDArray[np.int32]:
    """The nearest direction of each cell of the raster, rows by elevation from below, columns by azimuth from −180°."""
    from scipy.spatial import cKDTree

    elevation = np.radians(np.arange(-90.0, 90.0 + _RASTER_DEG / 2, _RASTER_DEG))[:, None]
    azimuth = np.radians(np.arange(-180.0, 180.0 + _RASTER_DEG / 2, _RASTER_DEG))[None, :]
    cells = np.stack(
        np.broadcast_arrays(
            np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)
        ),
        axis=-1,
    )
    nearest: NDArray[Any] = np.asarray(cKDTree(directions).query(cells)[1])
    return nearest.astype(np.int32)
