"""Several channels as one, losing as little as one can."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

# Channels that agree less than this were recorded apart: their sum would comb, and is no louder for it.
_SAME_SOUND = 0.6


def mixed_down(channels: Samples) -> Samples:
    """One channel that loses as little as one can.

    A plain average cancels whatever is in opposite phase, and halves what is on one side only. The direction in which
    the channels together have most energy (their first principal component) is the mono signal from which they can be
    rebuilt with the least squared error. Where channels hardly agree, as from microphones set apart, any sum combs
    and gains nothing: then the louder channel alone is taken.

    Args:
        channels: shape (n, channels).

    Returns:
        Shape (n,), at the level of the channels together and with the polarity of the loudest.
    """
    energy = channels.T @ channels
    loudest = int(np.argmax(np.diag(energy)))
    values, directions = np.linalg.eigh(energy)
    if values[-1] < (1.0 + _SAME_SOUND) / 2.0 * np.trace(energy):
        return np.asarray(channels[:, loudest])
    direction = directions[:, -1]
    return np.asarray(channels @ (direction * np.sign(direction[loudest])))
