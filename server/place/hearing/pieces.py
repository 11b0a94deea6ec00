"""Lines and areas in pieces that are heard as points, so that their sound comes from where one walks along them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from protocol.place import PlacedSource, Polyline
from server.place.hearing.shapes import pieces_of
from server.place.viewpoints import Floats

# From a piece this many times as far as the nearest, hardly anything is heard.
_WITHIN = 8.0
_LEAST_REACH_M = 25.0
_FINEST_M = 2.0
# Pieces nearer to each other than so many times the way to the nearest are one line to the ears: its level ripples by
# less than half a decibel.
_APART = 0.7
_MOST_PIECES = 96


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """A line or an area as N points.

    Attributes:
        position_m: shape (N, 3).
        level_db_spl_1m: of each.
    """

    position_m: Floats = field(repr=False)
    level_db_spl_1m: float


def pieces(source: PlacedSource, walked_m: Floats) -> Pieces:
    """The pieces of a line or an area that are heard from a walk.

    A row of incoherent points, each of the power p² s / π for a line of p² at 1 m and points s apart, sums to p² / d at
    the distance d: the law of a line (Kuttruff, Room Acoustics, 2016, section 1.6). The points of an area share its
    power.

    Args:
        source: with a shape that is no point.
        walked_m: places on the way, shape (W, 3).
    """
    points_m = pieces_of(source.shape)  # type: ignore[arg-type]
    away_m = np.asarray(cKDTree(walked_m).query(points_m)[0])
    nearest_m = float(away_m.min())
    near = points_m[away_m <= max(_WITHIN * nearest_m, _LEAST_REACH_M)]
    apart_m = max(_FINEST_M, _APART * nearest_m)
    if isinstance(source.shape, Polyline):
        step = max(round(apart_m), -(-len(near) // _MOST_PIECES))
        kept = near[step // 2 :: step] if len(near) > step // 2 else near[:1]
        return Pieces(position_m=kept, level_db_spl_1m=source.level_db_spl_1m + 10.0 * float(np.log10(step / np.pi)))
    cells = np.floor(near[:, :2] / max(apart_m, np.sqrt(len(near) / _MOST_PIECES))).astype(np.int64)
    _, first, count = np.unique(cells, axis=0, return_index=True, return_counts=True)
    share = float(count.mean()) / len(points_m)
    return Pieces(position_m=near[first], level_db_spl_1m=source.level_db_spl_1m + 10.0 * float(np.log10(share)))
