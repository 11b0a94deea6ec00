"""Short filters for what happens on the way to an ear: air, things that stand in it, and a source's being very near."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from binaural.kernels import lookup
from binaural.near_field import near_field_gains
from binaural.propagation import absorption_gains, occlusion_gains, path_fft_size, path_filters

WAY_TAPS = 32
"""Air is followed within 0.2 dB up to 10 kHz and 200 m, nearness within 0.6 dB, a thing in the way within 2.4 dB."""


@lru_cache(maxsize=4)
def way_filters(rate_hz: int) -> NDArray[np.float32]:
    """A filter for each row that :func:`binaural.kernels.lookup.way_rows` tells; the first changes nothing.

    Returns:
        Of minimum phase, float32, shape (rows, WAY_TAPS).
    """
    frequencies_hz = np.fft.rfftfreq(path_fft_size(WAY_TAPS), 1.0 / rate_hz)
    # Levels are told at 1 m, and heads are measured from about there: so much air is in them already.
    distances_m = np.geomspace(lookup.AIR_FROM_M, lookup.AIR_TO_M, lookup.AIR_STEPS + 1) - lookup.FAR_M
    distances_m[0] = 0.0
    air = absorption_gains(distances_m, frequencies_hz)
    hidden = occlusion_gains(np.linspace(0.0, 1.0, lookup.HIDDEN_STEPS + 1), frequencies_hz)
    far = (hidden[:, None] * air).reshape(-1, len(frequencies_hz))
    near = near_field_gains(
        np.geomspace(lookup.NEAREST_M, lookup.FAR_M, lookup.NEAR_STEPS + 1)[:, None, None],
        np.linspace(0.0, 180.0, lookup.ANGLE_STEPS + 1)[:, None],
        frequencies_hz,
    )
    return path_filters(np.concatenate([far, near.reshape(-1, len(frequencies_hz))]), WAY_TAPS)
