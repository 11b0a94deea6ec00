"""How loud the sources of a place are over the ground: LAeq on a grid, by the level law alone.

It is what the sources that were seen would measure in a free field, each at its usual level: no house screens them, the
ground swallows nothing, and the air nothing either. It is no prediction of noise as ISO 9613-2 or CNOSSOS-EU make it,
and says nothing of what nobody saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from protocol.levels import MIN_DISTANCE_M
from protocol.place import Place, PlacedSource, Point, Polyline
from server.place.hearing.ambience import AmbienceMap
from server.place.hearing.shapes import pieces_of
from server.place.viewpoints import Floats

EAR_HEIGHT_M = 1.7
_MARGIN_M = 20.0
_FINEST_M = 1.0
_MOST_CELLS = 500_000
# What is softer than this, nobody measures.
_FLOOR_DB = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LevelGrid:
    """Levels over the ground.

    Attributes:
        level_dba: float32, rows from north to south, shape (rows, columns).
        west_m: the western edge of the grid.
        north_m: the northern edge.
        cell_m: how wide and high a cell is.
    """

    level_dba: NDArray[np.float32] = field(repr=False)
    west_m: float
    north_m: float
    cell_m: float


def level_grid(place: Place, weighting_db: Mapping[str, float]) -> LevelGrid:
    """The level at ear height over all viewpoints and sources, and some metres around them.

    Args:
        place: what sounds where.
        weighting_db: by the id of a source, what A-weighting adds to its level.
    """
    sounding = [source for source in place.sources if not source.muted]
    corners = [viewpoint.position_m[:2] for viewpoint in place.viewpoints]
    low, high = np.min(corners, axis=0) - _MARGIN_M, np.max(corners, axis=0) + _MARGIN_M
    for source in sounding:
        if source.position_m is not None and not isinstance(source.shape, Polyline):
            low, high = np.minimum(low, source.position_m[:2]), np.maximum(high, source.position_m[:2])
    cell_m = max(_FINEST_M, float(np.ceil(np.sqrt(np.prod(high - low) / _MOST_CELLS))))
    low, high = np.floor(low / cell_m) * cell_m, np.ceil(high / cell_m) * cell_m
    columns, rows = (int(count) for count in np.round((high - low) / cell_m))
    east = low[0] + (np.arange(columns) + 0.5) * cell_m
    north = high[1] - (np.arange(rows) + 0.5) * cell_m
    ground_m = float(np.median([each.position_m[2] - each.camera_height_m for each in place.viewpoints]))
    power = np.zeros((rows, columns))
    for source in sounding:
        if source.position_m is not None:
            level_db = source.level_db_spl_1m + weighting_db.get(source.id, 0.0)
            for position_m, share in _points(source):
                up2 = max(float(position_m[2]) - ground_m - EAR_HEIGHT_M, 0.0) ** 2
                away2 = (east[None, :] - position_m[0]) ** 2 + (north[:, None] - position_m[1]) ** 2 + up2
                power += share * 10.0 ** (level_db / 10.0) / np.maximum(away2, MIN_DISTANCE_M**2)
    power += _ambient_power(place, sounding, weighting_db, east, north)
    level_dba = 10.0 * np.log10(np.maximum(power, 10.0 ** (_FLOOR_DB / 10.0)))
    return LevelGrid(
        level_dba=level_dba.astype(np.float32), west_m=float(low[0]), north_m=float(high[1]), cell_m=cell_m
    )


def _points(source: PlacedSource) -> list[tuple[Floats, float]]:
    """Where the power of a source comes from: places, and the share of its power at 1 m that each has."""
    if isinstance(source.shape, Point):
        return [(np.array(source.position_m), 1.0)]
    points_m = pieces_of(source.shape)
    # A line of points a metre apart: see server.place.hearing.pieces.
    share = 1.0 / np.pi if isinstance(source.shape, Polyline) else 1.0 / len(points_m)
    return [(point, share) for point in points_m]


def _ambient_power(
    place: Place, sounding: list[PlacedSource], weighting_db: Mapping[str, float], east: Floats, north: Floats
) -> Floats:
    """What ambience adds, looked up on a coarser grid, since it changes slowly; shape (rows, columns)."""
    around = [source for source in sounding if source.kind == "ambient"]
    power = np.zeros((len(north), len(east)))
    if not around:
        return power
    ambience = AmbienceMap(place.viewpoints, around)
    levels = np.array([10.0 ** ((each.level_db_spl_1m + weighting_db.get(each.id, 0.0)) / 10.0) for each in around])
    step = max(1, int(np.sqrt(power.size / 2000)))
    for top in range(0, len(north), step):
        for left in range(0, len(east), step):
            middle = (float(np.mean(east[left : left + step])), float(np.mean(north[top : top + step])), EAR_HEIGHT_M)
            power[top : top + step, left : left + step] = ambience.gains(np.array(middle)) ** 2 @ levels
    return power
