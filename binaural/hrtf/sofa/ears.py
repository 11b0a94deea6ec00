"""Which of a file's two receivers is the left ear."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# What a file says is believed unless its sound says the opposite as clearly as this: a correlation.
_CLEAR = 0.3
_APART_M = 1e-3


def left_ear(receivers_m: Array, hrirs: Array, directions: Array) -> tuple[int, str] | None:
    """The receiver that is the left ear, and what is odd about that, in words.

    The ear nearer to a source is the louder one. Where positions and sound contradict each other, as they do in sets
    that many people use, the sound is right: it is what will be heard.

    Args:
        receivers_m: where the receivers are said to be, shape (2, 3); left is the second coordinate.
        hrirs: responses, shape (M, 2, N).
        directions: where the sources were, unit vectors, shape (M, 3).

    Returns:
        None if neither tells.
    """
    first, second = np.log(np.sum(hrirs**2, axis=2)).T
    louder, leftwards = first - second, directions[:, 1]
    spread = float(np.std(louder) * np.std(leftwards))
    agreement = 0.0 if spread < 1e-9 else float(np.mean((louder - louder.mean()) * leftwards)) / spread
    by_sound = 0 if agreement > 0.0 else 1
    said_m = float(receivers_m[0, 1] - receivers_m[1, 1])
    if abs(said_m) < _APART_M:
        if abs(agreement) < _CLEAR:
            return None
        return by_sound, "its ReceiverPosition doesn't tell left from right: told by its sound"
    said = 0 if said_m > 0.0 else 1
    if said != by_sound and abs(agreement) >= _CLEAR:
        return by_sound, "its ReceiverPosition has left and right the other way round than its sound: the sound is used"
    return said, ""
