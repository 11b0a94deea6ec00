"""Occlusion: what a thing between a source and the listener takes from the sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from binaural.propagation.air import SPEED_OF_SOUND_M_S

Array = NDArray[np.float64]

# A van at the kerb, or the corner of a house a few metres away, makes the path about a metre longer.
_DETOUR_M = 1.0
# ISO 9613-2:1996, 7.4: no thin barrier takes more than this.
_MOST_OCCLUSION_DB = 20.0


def occlusion_gains(occlusion: ArrayLike, frequencies_hz: ArrayLike) -> Array:
    """What an obstacle leaves of each frequency, as factors of pressure.

    A fully occluded source loses what a barrier takes that makes the path a metre longer: 10 lg(3 + 20 z / λ), 20 dB at
    most (ISO 9613-2:1996, equation 14, after Maekawa 1968, Applied Acoustics 1, 157-173). That is 5 dB and more in the
    bass, and 20 dB from 1.7 kHz upwards. A source that is partly occluded loses less: its factor of power is
    1 / (1 + occlusion · (barrier − 1)), where ``barrier`` is the full loss as a factor. So neither more occlusion nor a
    higher frequency ever makes a source louder, and there is no step where occlusion begins.

    Args:
        occlusion: the fraction of the source that is occluded, shape (N,), in [0, 1].
        frequencies_hz: shape (F,), at least 0.

    Returns:
        Shape (N, F), in [0.1, 1].
    """
    waves = _DETOUR_M * np.asarray(frequencies_hz, dtype=np.float64) / SPEED_OF_SOUND_M_S
    lost = np.minimum(3.0 + 20.0 * waves, 10.0 ** (_MOST_OCCLUSION_DB / 10.0)) - 1.0
    gains: Array = 1.0 / np.sqrt(1.0 + np.multiply.outer(np.asarray(occlusion, dtype=np.float64), lost))
    return gains
