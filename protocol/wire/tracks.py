"""Where a source is on its track: the same answer for the stream, for OSC and for live rendering."""

from __future__ import annotations

from bisect import bisect_right

from protocol.wire.base import PositionM
from protocol.wire.sources import SourceTrack


def track_position_m(track: SourceTrack, server_time_s: float) -> PositionM:
    """Front, left and up in metres at a server time: straight lines, at constant speed along each.

    Before the track begins the source is at its first keyframe. After its end it stays at the last one, or, where the
    track loops, is back at the first and goes again.
    """
    times_s = [keyframe.time_s for keyframe in track.keyframes]
    elapsed_s = max(server_time_s - track.begins_at_s, 0.0)
    if track.loop:
        elapsed_s %= times_s[-1]
    after = bisect_right(times_s, elapsed_s)
    if after == len(times_s):
        return track.keyframes[-1].position_m
    start, end = track.keyframes[after - 1], track.keyframes[after]
    part = (elapsed_s - start.time_s) / (end.time_s - start.time_s)
    front, left, up = (a + (b - a) * part for a, b in zip(start.position_m, end.position_m, strict=True))
    return front, left, up
