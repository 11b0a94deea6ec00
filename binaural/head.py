"""A listener's head as the renderer sees it: for any direction, two filters and the delays before them."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from binaural.alignment import aligned, magnitude_corrected, minimum_phase_filters, moved_apart
from binaural.hrtf import Hrtf, default_hrtf, minimum_phase_spectrum
from binaural.interpolation import RefinedMesh, SphericalMesh, gap_points, mixed, smooth_values, soap_film
from binaural.metrics import itds_s
from protocol.coordinates import scene_from_polar

Array = NDArray[np.float64]


class Head(Protocol):
    """A listener's head: for any direction, filters of two ears and the delays that go before them.

    The heard response of ear e from direction d is ``filters(d)[e]``, delayed by ``delays_samples(d)[e]``.

    Attributes:
        sample_rate_hz: of the filters.
        taps: length of the filters.
    """

    @property
    def sample_rate_hz(self) -> int: ...  # noqa: D102 - see above
    @property
    def taps(self) -> int: ...  # noqa: D102

    def filters(self, directions: Array) -> NDArray[np.float32]:
        """From unit vectors (N, 3) in head axes (front, left, up) to filters (N, 2, taps): left ear, right ear."""
        ...

    def delays_samples(self, directions: Array) -> NDArray[np.float64]:
        """From unit vectors (N, 3) to delays (N, 2), at least 0, in samples and fractions."""
        ...


class TabulatedHead(Head, Hashable, Protocol):
    """A head that keeps a table, from which a renderer takes rows.

    Attributes:
        nodes: unit vectors, shape (K, 3).
        table: the filters there, float32, shape (K, 2, taps).
        table_delays_samples: the delays there, shape (K, 2), at least 0.
    """

    nodes: Array
    table: NDArray[np.float32]
    table_delays_samples: Array


class NearestHead:
    """The measured response of the nearest direction, as it is: no delay is taken out of it.

    Args:
        hrtf: what was measured; its directions are the nodes.

    Attributes:
        sample_rate_hz: of the filters.
        taps: length of the filters.
        nodes: the directions, shape (M, 3).
        table: the responses, float32, shape (M, 2, taps).
        table_delays_samples: zeros, shape (M, 2).
    """

    def __init__(self, hrtf: Hrtf) -> None:
        self.sample_rate_hz = hrtf.sample_rate_hz
        self.taps: int = hrtf.responses.shape[-1]
        self.nodes = scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg)
        self.table = hrtf.responses
        self.table_delays_samples = np.zeros((len(self.nodes), 2))

    def filters(self, directions: Array) -> NDArray[np.float32]:
        """Responses of the nearest directions, shape (N, 2, taps)."""
        # Rounded, so that of two equally near directions the first is taken whatever the last bit says.
        nearest = np.argmax(np.round(directions @ self.nodes.T, 9), axis=1)
        responses: NDArray[np.float32] = self.table[nearest]
        return responses

    def delays_samples(self, directions: Array) -> NDArray[np.float64]:
        """Zeros, shape (N, 2)."""
        return np.zeros((len(directions), 2))


_NODES_AT_ONCE = 512


class InterpolatedHead:
    """Filters of minimum phase and delays, both interpolated between measured directions.

    Magnitudes are means of the three measured directions around, on the Delaunay triangulation of the sphere, corrected
    as :func:`binaural.alignment.magnitude_corrected` says. Arrival times and the interaural time difference are smooth
    functions through all measured ones, and the delays are such that the filters, delayed, have that difference.

    Where nothing was measured, as below −40° in the default set, levels and times go on as a soap film would over the
    gap: at the rim they are the rim's, in the middle its mean.

    All this is worked out beforehand at the nodes of a mesh a few degrees fine, which holds every measured direction,
    and stored; a filter is a mix of the three nodes around.

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
        film = soap_film(mesh, len(measured))
        refined = RefinedMesh(mesh, max(1, int(np.sqrt(table_nodes / len(mesh.points)))))
        apart = aligned(hrtf)

        over_gaps = np.tensordot(film.astype(np.float32), apart.log_magnitudes, 1)
        spectra = minimum_phase_spectrum(np.exp(np.concatenate([apart.log_magnitudes, over_gaps])))
        self.table = np.empty((len(refined.nodes), 2, taps), dtype=np.float32)
        for begin in range(0, len(refined.nodes), _NODES_AT_ONCE):
            part = slice(begin, begin + _NODES_AT_ONCE)
            means = magnitude_corrected(spectra, refined.parents[part], refined.shares[part], hrtf.sample_rate_hz)
            self.table[part] = minimum_phase_filters(means, taps)

        times = np.column_stack([apart.delays_samples, itds_s(hrtf.responses, hrtf.sample_rate_hz)])
        times = smooth_values(mesh.points, np.concatenate([times, film @ times]), refined.nodes)
        delays = moved_apart(times[:, :2], self.table, times[:, 2], hrtf.sample_rate_hz)
        self.table_delays_samples = delays - delays.min()
        self.nodes = refined.nodes
        self._mesh = refined

    def corners(self, directions: Array) -> tuple[NDArray[np.intp], Array]:
        """Which three rows of the table stand around each direction, and their weights; both of shape (N, 3)."""
        return self._mesh.corners(directions)

    def filters(self, directions: Array) -> NDArray[np.float32]:
        """Filters of minimum phase, shape (N, 2, taps)."""
        filters: NDArray[np.float32] = mixed(self.table, *self.corners(directions))
        return filters

    def delays_samples(self, directions: Array) -> NDArray[np.float64]:
        """Delays of the ears, shape (N, 2), at least 0."""
        delays: NDArray[np.float64] = mixed(self.table_delays_samples, *self.corners(directions))
        return delays


@lru_cache(maxsize=1)
def default_head() -> InterpolatedHead:
    """The default set, interpolated; made once, in about a second."""
    return InterpolatedHead(default_hrtf())


LIVE_TAPS = 176
"""With delays and ways, filters this long fit into frames of 512 samples where hops are of 256: the fastest case."""


@lru_cache(maxsize=1)
def live_head() -> InterpolatedHead:
    """The default set with shorter filters, for many sources at once: 0.39 dB off in the median, as against 0.32."""
    return InterpolatedHead(default_hrtf(), taps=LIVE_TAPS)
