"""Short filters for what happens on the way to an ear: air, things that stand in it, and a source's being very near."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import oaconvolve

from binaural.kernels import lookup
from binaural.near_field import near_field_gains
from binaural.propagation import absorption_gains, occlusion_gains, path_fft_size, path_filters

Array = NDArray[np.float64]

WAY_TAPS = 32
"""Air is followed within 0.2 dB up to 10 kHz and 200 m, nearness within 0.6 dB, a thing in the way within 2.4 dB."""


def ways_to_ears(directions: Array, distance_m: float | None, rate_hz: int) -> NDArray[np.float32]:
    """The filters that a source's emitters are heard through, on top of a head's.

    Args:
        directions: unit vectors in head axes, shape (K, 3).
        distance_m: of all; None for what has none, which nothing happens to.
        rate_hz: of the filters.

    Returns:
        Float32, shape (K, 2, taps): left ear, right ear. A single tap of 1 where nothing happens.
    """
    rows = np.stack(lookup.way_rows(np.log(distance_m or lookup.FAR_M), directions[:, 1], 0.0), axis=1)
    if not rows.any():
        return np.ones((*rows.shape, 1), np.float32)
    far = far_filters(rate_hz)
    ways: NDArray[np.float32] = (far if rows.max() < len(far) else way_filters(rate_hz))[rows]
    return ways


def air_filter(distance_m: float | None, rate_hz: int) -> NDArray[np.float32]:
    """What the air alone does over a distance, shape (taps,)."""
    above = np.array([[0.0, 0.0, 1.0]])
    air: NDArray[np.float32] = ways_to_ears(above, max(distance_m or 0.0, lookup.FAR_M), rate_hz)[0, 0]
    return air


def convolved(responses: NDArray[np.float32], filters: NDArray[np.float32]) -> NDArray[np.float32]:
    """One after the other, along the last axis; the others broadcast."""
    if filters.shape[-1] == 1:
        return responses * filters
    axes = np.broadcast_shapes(responses.shape[:-1], filters.shape[:-1])
    responses, filters = (np.broadcast_to(each, (*axes, each.shape[-1])) for each in (responses, filters))
    both: NDArray[np.float32] = oaconvolve(responses, filters, axes=-1)
    return both


def way_filters(rate_hz: int) -> NDArray[np.float32]:
    """A filter for each row that :func:`binaural.kernels.lookup.way_rows` tells; the first changes nothing.

    Returns:
        Of minimum phase, float32, shape (rows, WAY_TAPS).
    """
    return np.concatenate([far_filters(rate_hz), near_filters(rate_hz)])


@lru_cache(maxsize=4)
def far_filters(rate_hz: int) -> NDArray[np.float32]:
    """Those from 1 m on, for what is hidden the less first, and then for what is nearer first."""
    frequencies_hz = _frequencies_hz(rate_hz)
    # Levels are told at 1 m, and heads are measured from about there: so much air is in them already.
    distances_m = np.geomspace(lookup.AIR_FROM_M, lookup.AIR_TO_M, lookup.AIR_STEPS + 1) - lookup.FAR_M
    distances_m[0] = 0.0
    air = absorption_gains(distances_m, frequencies_hz)
    hidden = occlusion_gains(np.linspace(0.0, 1.0, lookup.HIDDEN_STEPS + 1), frequencies_hz)
    return path_filters((hidden[:, None] * air).reshape(-1, len(frequencies_hz)), WAY_TAPS)


@lru_cache(maxsize=4)
def near_filters(rate_hz: int) -> NDArray[np.float32]:
    """Those below 1 m, for what is nearer first, and then for what is more to the side of the ear."""
    frequencies_hz = _frequencies_hz(rate_hz)
    gains = near_field_gains(
        np.geomspace(lookup.NEAREST_M, lookup.FAR_M, lookup.NEAR_STEPS + 1)[:, None, None],
        np.linspace(0.0, 180.0, lookup.ANGLE_STEPS + 1)[:, None],
        frequencies_hz,
    )
    return path_filters(gains.reshape(-1, len(frequencies_hz)), WAY_TAPS)


def _frequencies_hz(rate_hz: int) -> Array:
    frequencies_hz: Array = np.fft.rfftfreq(path_fft_size(WAY_TAPS), 1.0 / rate_hz).astype(np.float64)
    return frequencies_hz
