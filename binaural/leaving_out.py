"""How well an interpolated head foretells directions that it was not told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from binaural.head import InterpolatedHead
from binaural.hrtf import Hrtf
from binaural.interpolation import SphericalMesh
from binaural.metrics import itds_s, log_spectral_distortion_db
from binaural.responses import heard_responses
from protocol.coordinates import scene_from_polar

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeftOut:
    """What interpolation makes of each measured direction of a head from its neighbours alone.

    Attributes:
        distortion_db: log-spectral distortion from 200 Hz to 16 kHz, left and right, shape (M, 2).
        itd_error_s: interaural time difference as foretold less as measured, shape (M,).
    """

    distortion_db: Array = field(repr=False)
    itd_error_s: Array = field(repr=False)


def left_out(hrtf: Hrtf) -> LeftOut:
    """Every direction foretold by a head that lacks it; one that is left out has all its neighbours in place.

    Args:
        hrtf: what was measured, no direction twice.
    """
    directions = scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg)
    distortion_db, itd_error_s = np.zeros((len(directions), 2)), np.zeros(len(directions))
    group = _groups(directions)
    for one in range(group.max() + 1):
        kept = group != one
        head = InterpolatedHead(
            replace(
                hrtf,
                azimuth_deg=hrtf.azimuth_deg[kept],
                elevation_deg=hrtf.elevation_deg[kept],
                responses=hrtf.responses[kept],
            )
        )
        heard, truth = heard_responses(head, directions[~kept]), hrtf.responses[~kept]
        distortion_db[~kept] = log_spectral_distortion_db(heard, truth, hrtf.sample_rate_hz)
        itd_error_s[~kept] = itds_s(heard, hrtf.sample_rate_hz) - itds_s(truth, hrtf.sample_rate_hz)
    return LeftOut(distortion_db=distortion_db, itd_error_s=itd_error_s)


def _groups(points: Array) -> NDArray[np.intp]:
    """As few numbers as a greedy choice needs to give no point the number of a neighbour on the mesh, shape (M,)."""
    triangles = SphericalMesh(points).triangles
    group = np.full(len(points), -1)
    for point in range(len(points)):
        around = triangles[(triangles == point).any(axis=1)]
        group[point] = min(set(range(len(points))) - set(group[around].ravel().tolist()))
    return group
