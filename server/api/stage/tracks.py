"""Where a source is that takes a way through keyframes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protocol.wire.sources import SourceTrack


def position_on(track: SourceTrack, now_s: float) -> NDArray[np.float64]:
    """The place at a server time, shape (3,), in scene axes: before the way begins, where it begins.

    >>> from protocol.wire.sources import SourceKeyframe
    >>> frames = ((0.0, (1.0, 0.0, 0.0)), (2.0, (5.0, 0.0, 0.0)))
    >>> keyframes = tuple(SourceKeyframe(time_s=time_s, position_m=place) for time_s, place in frames)
    >>> position_on(SourceTrack(begins_at_s=100.0, keyframes=keyframes), 100.5).tolist()
    [2.0, 0.0, 0.0]
    """
    times_s = [keyframe.time_s for keyframe in track.keyframes]
    since_s = max(now_s - track.begins_at_s, 0.0)
    if track.loop:
        since_s %= times_s[-1]
    places_m = np.array([keyframe.position_m for keyframe in track.keyframes])
    return np.array([np.interp(since_s, times_s, coordinate) for coordinate in places_m.T])


def is_over(track: SourceTrack, now_s: float) -> bool:
    """Whether a source has come to the end of its way, where it stays."""
    return not track.loop and now_s - track.begins_at_s >= track.keyframes[-1].time_s
