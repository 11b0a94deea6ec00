"""A head between its measured directions: filters of minimum phase and delays, both interpolated."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.alignment import aligned, magnitude_corrected, match_itd, minimum_phase_filters
from binaural.hrtf.hrir import Hrtf, default_hrtf
from binaural.hrtf.interaural import itds_s
from binaural.hrtf.minimum_phase import minimum_phase_spectrum
from binaural.hrtf.spherical_mesh import (
    RefinedMesh,
    SphericalMesh,
    gap_points,
    harmonic_extrapolation,
    smooth_values,
    weighted_sums,
)
from protocol.coordinates import scene_from_polar

Array = NDArray[np.float64]

_NODES_AT_ONCE = 512


class InterpolatedHead:
    """Filters of minimum phase and delays, both interpolated between measured directions.

    Magnitudes are barycentric means of the three measured directions around, on the Delaunay triangulation of the
    sphere, corrected by :func:`binaural.hrtf.alignment.magnitude_corrected`. Arrival times and the interaural time
    difference (ITD) are smooth functions through all measured values. The delays are chosen so that the delayed filters
    have this ITD.

    Where nothing was measured, as below −40° in the default set, levels and times are harmonic functions of the
    direction (solutions of Laplace's equation): at the rim of the gap they equal the rim's, in the middle its mean.

    All this is worked out beforehand at the nodes of a mesh a few degrees fine, which holds every measured direction,
    and stored; a filter is the barycentric mean of the three nodes around.

    Args:
        hrtf: what was measured, no direction twice.
        taps: length of the filters, 1024 at most.
        table_nodes: at most so many nodes, unless the grid itself has more; each takes 2 KiB at 256 taps.

    Attributes:
        sample_rate_hz: of the filters.
        taps: length of the filters.
        nodes: unit vectors, shape (K, 3).
        table: the filters at the nodes, float32, shape (K, 2, taps).
        table_delays_samples: the delays at the nodes, shape (K, 2), at least 0.
    """

    def __init__(self, hrtf: Hrtf, *, taps: int = 256, table_nodes: int = 8000) -> None:
        self.sample_rate_hz = hrtf.sample_rate_hz
        self.taps = taps
        measured = scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg)
        mesh = SphericalMesh(np.concatenate([measured, gap_points(measured)]))
        extrapolation = harmonic_extrapolation(mesh, len(measured))
        refined = RefinedMesh(mesh, max(1, int(np.sqrt(table_nodes / len(mesh.points)))))
        measured_parts = aligned(hrtf)

        in_gaps = np.tensordot(extrapolation.astype(np.float32), measured_parts.log_magnitudes, 1)
        spectra = minimum_phase_spectrum(np.exp(np.concatenate([measured_parts.log_magnitudes, in_gaps])))
        self.table = np.empty((len(refined.nodes), 2, taps), dtype=np.float32)
        for begin in range(0, len(refined.nodes), _NODES_AT_ONCE):
            part = slice(begin, begin + _NODES_AT_ONCE)
            means = magnitude_corrected(spectra, refined.parents[part], refined.weights[part], hrtf.sample_rate_hz)
            self.table[part] = minimum_phase_filters(means, taps)

        times = np.column_stack([measured_parts.delays_samples, itds_s(hrtf.hrirs, hrtf.sample_rate_hz)])
        times = smooth_values(mesh.points, np.concatenate([times, extrapolation @ times]), refined.nodes)
        delays = match_itd(times[:, :2], self.table, times[:, 2], hrtf.sample_rate_hz)
        self.table_delays_samples = delays - delays.min()
        self.nodes = refined.nodes
        self._mesh = refined

    def corners(self, directions: Array) -> tuple[NDArray[np.intp], Array]:
        """The three rows of the table around each of N directions (N, 3), and their weights; both of shape (N, 3)."""
        return self._mesh.corners(directions)

    def filters(self, directions: Array) -> NDArray[np.float32]:
        """Filters of minimum phase for directions (N, 3): shape (N, 2, taps)."""
        filters: NDArray[np.float32] = weighted_sums(self.table, *self.corners(directions))
        return filters

    def delays_samples(self, directions: Array) -> NDArray[np.float64]:
        """Delays of the ears for directions (N, 3): shape (N, 2), at least 0."""
        delays: NDArray[np.float64] = weighted_sums(self.table_delays_samples, *self.corners(directions))
        return delays


@lru_cache(maxsize=1)
def default_head() -> InterpolatedHead:
    """The default set, interpolated; made once, in about a second."""
    return InterpolatedHead(default_hrtf())


LIVE_TAPS = 176
"""Filters this long, with delays and path filters, fit into frames of 512 samples at hops of 256: the fastest case."""


@lru_cache(maxsize=1)
def live_head() -> InterpolatedHead:
    """The default set with shorter filters, for many sources at once: 0.39 dB off in the median, as against 0.32."""
    return InterpolatedHead(default_hrtf(), taps=LIVE_TAPS)
