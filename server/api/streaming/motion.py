"""Sources on their way along a track: where they are at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from protocol.coordinates import polar_from_scene
from protocol.scene import FARTHEST_M, NEAREST_M
from protocol.wire.sources import SourceMove, SourceState, SourceTrack
from protocol.wire.tracks import track_position_m


def track_moves(sources: Sequence[SourceState], now_s: float) -> tuple[SourceMove, ...]:
    """Where sources that have a path are at a server time; those without one are left out."""
    moving = [source for source in sources if source.path is not None]
    if not moving:
        return ()
    places_m = np.array([track_position_m(source.path, now_s) for source in moving if source.path is not None])
    azimuth_deg, elevation_deg, distance_m = polar_from_scene(places_m)
    distance_m = np.clip(distance_m, NEAREST_M, FARTHEST_M)
    return tuple(
        SourceMove(source_id=source.id, azimuth_deg=azimuth, elevation_deg=elevation, distance_m=distance)
        for source, azimuth, elevation, distance in zip(
            moving, azimuth_deg.tolist(), elevation_deg.tolist(), distance_m.tolist(), strict=True
        )
    )


def placed_on_track(source: SourceState, now_s: float) -> SourceState:
    """A source at the place that it has reached on its path; without a path, as it is."""
    for move in track_moves([source], now_s):
        return replace(
            source, azimuth_deg=move.azimuth_deg, elevation_deg=move.elevation_deg, distance_m=move.distance_m
        )
    return source


def current_place(source: SourceState) -> SourceMove:
    """Where a source is, as a move."""
    return SourceMove(
        source_id=source.id,
        azimuth_deg=source.azimuth_deg,
        elevation_deg=source.elevation_deg,
        distance_m=source.distance_m or NEAREST_M,
    )


def is_over(track: SourceTrack, now_s: float) -> bool:
    """Whether a source has come to the end of its track, where it stays."""
    return not track.loop and now_s - track.begins_at_s >= track.keyframes[-1].time_s
