"""Path filters: short filters for the path from a source to an ear, for air, occlusion and the near field."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import oaconvolve

from binaural.propagation import lookup
from binaural.propagation.air import absorption_gains
from binaural.propagation.gain_filters import gain_fft_size, gain_filters
from binaural.propagation.near_field import near_field_gains
from binaural.propagation.occlusion import occlusion_gains

Array = NDArray[np.float64]

PATH_TAPS = 32
"""Air is followed within 0.2 dB up to 10 kHz and 200 m, the near field within 0.6 dB, occlusion within 2.4 dB."""


def path_filters_to_ears(directions: Array, distance_m: float | None, rate_hz: int) -> NDArray[np.float32]:
    """The filters of the paths from a source's emitters to both ears, to be applied on top of a head's.

    Args:
        directions: unit vectors in head axes, shape (K, 3).
        distance_m: of all emitters; None for a source without a distance, which nothing happens to.
        rate_hz: of the filters.

    Returns:
        Float32, shape (K, 2, taps): left ear, right ear. A single tap of 1 where nothing happens to any.
    """
    rows = np.stack(lookup.path_rows(np.log(distance_m or lookup.FAR_M), directions[:, 1], 0.0), axis=1)
    if not rows.any():
        return np.ones((*rows.shape, 1), np.float32)
    far = far_filters(rate_hz)
    filters: NDArray[np.float32] = (far if rows.max() < len(far) else path_filters(rate_hz))[rows]
    return filters


def air_filter(distance_m: float | None, rate_hz: int) -> NDArray[np.float32]:
    """The filter of the air alone over a distance: float32, shape (taps,)."""
    above = np.array([[0.0, 0.0, 1.0]])
    air: NDArray[np.float32] = path_filters_to_ears(above, max(distance_m or 0.0, lookup.FAR_M), rate_hz)[0, 0]
    return air


def convolved(signals: NDArray[np.float32], filters: NDArray[np.float32]) -> NDArray[np.float32]:
    """Signals (..., N) through filters (..., taps): shape (..., N + taps − 1); the other axes broadcast."""
    if filters.shape[-1] == 1:
        return signals * filters
    axes = np.broadcast_shapes(signals.shape[:-1], filters.shape[:-1])
    signals, filters = (np.broadcast_to(each, (*axes, each.shape[-1])) for each in (signals, filters))
    result: NDArray[np.float32] = oaconvolve(signals, filters, axes=-1)
    return result


def path_filters(rate_hz: int) -> NDArray[np.float32]:
    """A filter for each row that :func:`binaural.propagation.lookup.path_rows` gives; the first changes nothing.

    Returns:
        Of minimum phase, float32, shape (rows, PATH_TAPS).
    """
    return np.concatenate([far_filters(rate_hz), near_filters(rate_hz)])


@lru_cache(maxsize=4)
def far_filters(rate_hz: int) -> NDArray[np.float32]:
    """The filters from 1 m on, shape (rows, PATH_TAPS): in the order of occlusion, then of distance."""
    frequencies_hz = _frequencies_hz(rate_hz)
    # Levels are given at 1 m, and heads are measured from about there: so much air is in them already.
    distances_m = np.geomspace(lookup.AIR_FROM_M, lookup.AIR_TO_M, lookup.AIR_STEPS + 1) - lookup.FAR_M
    distances_m[0] = 0.0
    air = absorption_gains(distances_m, frequencies_hz)
    occlusion = occlusion_gains(np.linspace(0.0, 1.0, lookup.OCCLUSION_STEPS + 1), frequencies_hz)
    return gain_filters((occlusion[:, None] * air).reshape(-1, len(frequencies_hz)), PATH_TAPS)


@lru_cache(maxsize=4)
def near_filters(rate_hz: int) -> NDArray[np.float32]:
    """The filters below 1 m, shape (rows, PATH_TAPS): in the order of distance, then of the angle to an ear."""
    frequencies_hz = _frequencies_hz(rate_hz)
    gains = near_field_gains(
        np.geomspace(lookup.NEAREST_M, lookup.FAR_M, lookup.NEAR_STEPS + 1)[:, None, None],
        np.linspace(0.0, 180.0, lookup.ANGLE_STEPS + 1)[:, None],
        frequencies_hz,
    )
    return gain_filters(gains.reshape(-1, len(frequencies_hz)), PATH_TAPS)


def _frequencies_hz(rate_hz: int) -> Array:
    frequencies_hz: Array = np.fft.rfftfreq(gain_fft_size(PATH_TAPS), 1.0 / rate_hz).astype(np.float64)
    return frequencies_hz
