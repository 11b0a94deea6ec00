"""What goes its way: seen in one picture, and gone in the next that would have shown it."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from server.place.sightings import Numbers
from server.place.viewpoints import Floats, Viewpoints

# Words of names, as a proposer gives them, of things that come and go.
MOVING = frozenset(
    {
        *("people", "person", "pedestrian", "pedestrians", "man", "woman", "child", "children", "crowd", "runner"),
        *("tourist", "tourists", "cyclist", "cyclists", "dog", "dogs", "cat", "cats", "horse", "horses"),
        *("bird", "birds", "pigeon", "pigeons", "gull", "gulls", "duck", "ducks"),
        *("car", "cars", "van", "vans", "truck", "trucks", "lorry", "lorries", "bus", "buses", "coach", "taxi"),
        *("motorcycle", "motorcycles", "motorbike", "scooter", "scooters", "moped", "bicycle", "bicycles", "bike"),
        *("tram", "trams", "train", "trains", "vehicle", "vehicles", "boat", "boats", "ship", "ships", "ferry"),
        *("aeroplane", "airplane", "plane", "aircraft", "helicopter", "balloon", "skateboard"),
    }
)
# Nearer than this everybody would have seen it who stands no farther from it than those who did.
_PLAIN_TO_SEE_M = 20.0


def moves(label: str) -> bool:
    """Whether such a thing comes and goes.

    >>> moves("Parked car"), moves("car park fountain"), moves("a man walking his dog"), moves("church")
    (True, True, True, False)
    """
    return not MOVING.isdisjoint(re.findall(r"[a-z]+", label.lower()))


def passing(
    viewpoints: Viewpoints, position_m: Floats, may_move: NDArray[np.bool_], thing: Numbers, viewpoint: Numbers
) -> NDArray[np.bool_]:
    """Which of G things one viewpoint saw, while others that stood as near didn't.

    Args:
        viewpoints: all that looked.
        position_m: of the things, shape (G, 3).
        may_move: whether a thing is of a kind that comes and goes, shape (G,).
        thing: of each sighting, shape (N,).
        viewpoint: of each sighting, shape (N,).
    """
    count = np.bincount(thing, minlength=len(position_m))
    gone = np.zeros(len(position_m), dtype=np.bool_)
    alone = np.flatnonzero(may_move & (count == 1))
    if not alone.size:
        return gone
    by = np.empty(len(position_m), dtype=np.int64)
    by[thing] = viewpoint
    away = np.linalg.norm(viewpoints.position_m[by[alone], :2] - position_m[alone, :2], axis=1)
    near = cKDTree(viewpoints.position_m[:, :2]).query_ball_point(
        position_m[alone, :2], np.minimum(away * 1.001, _PLAIN_TO_SEE_M), return_length=True
    )
    gone[alone] = near > (away <= _PLAIN_TO_SEE_M)
    return gone
