"""The binaural room impulse response: what a room adds to the direct sound of a source."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.head import Head
from binaural.room.early_reflections import early_reflections, reflections_response
from binaural.room.late_reverberation import late_reverberation
from binaural.room.materials import Array
from binaural.room.shoebox import ShoeboxRoom
from protocol.levels import MIN_DISTANCE_M


def room_response(head: Head, room: ShoeboxRoom, position_m: Array, *, seed: int = 0) -> NDArray[np.float32]:
    """Early reflections and late reverberation of a source that stands still, relative to its direct sound.

    The direct sound isn't in it. The sound at the ears is the source through the head, plus the source, at the level of
    its direct sound, through this response.

    Args:
        head: the listener's, looking along the scene's front.
        room: the place.
        position_m: of the source in the scene, shape (3,), metres from the listener; behind a wall, it has no
            late reverberation.
        seed: of the late reverberation's noise.

    Returns:
        Float32, shape (2, N), at the head's rate: left ear, right ear. It begins when the direct sound would arrive
        at the middle of the head.
    """
    early = reflections_response(head, early_reflections(room, position_m))
    if not room.holds(position_m):
        return early
    distance_m = max(float(np.linalg.norm(position_m)), MIN_DISTANCE_M)
    late = late_reverberation(head, room, distance_m=distance_m, seed=seed)
    response = np.zeros((2, max(early.shape[1], late.shape[1])), np.float32)
    response[:, : early.shape[1]] += early
    response[:, : late.shape[1]] += late
    return response
