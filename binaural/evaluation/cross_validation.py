"""Leave-one-out cross-validation of an interpolated head: how well it predicts directions that it doesn't hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.head import hrirs
from binaural.hrtf.hrir import Hrtf
from binaural.hrtf.interaural import itds_s, log_spectral_distortion_db
from binaural.hrtf.interpolated_head import InterpolatedHead
from binaural.hrtf.spherical_mesh import SphericalMesh
from protocol.coordinates import scene_from_polar

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeaveOneOutErrors:
    """The errors of each measured direction of a head, when it is interpolated from its neighbours alone.

    Attributes:
        distortion_db: log-spectral distortion from 200 Hz to 16 kHz, left and right, shape (M, 2).
        itd_error_s: interaural time difference, predicted minus measured, shape (M,).
    """

    distortion_db: Array = field(repr=False)
    itd_error_s: Array = field(repr=False)


def leave_one_out_errors(hrtf: Hrtf) -> LeaveOneOutErrors:
    """The errors of every direction, as predicted by a head that lacks it but has all its neighbours.

    Directions that aren't neighbours are left out together, in groups.

    Args:
        hrtf: what was measured, no direction twice.
    """
    directions = scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg)
    distortion_db, itd_error_s = np.zeros((len(directions), 2)), np.zeros(len(directions))
    group = _groups(directions)
    for number in range(group.max() + 1):
        kept = group != number
        head = InterpolatedHead(
            replace(
                hrtf,
                azimuth_deg=hrtf.azimuth_deg[kept],
                elevation_deg=hrtf.elevation_deg[kept],
                hrirs=hrtf.hrirs[kept],
            )
        )
        predicted, truth = hrirs(head, directions[~kept]), hrtf.hrirs[~kept]
        distortion_db[~kept] = log_spectral_distortion_db(predicted, truth, hrtf.sample_rate_hz)
        itd_error_s[~kept] = itds_s(predicted, hrtf.sample_rate_hz) - itds_s(truth, hrtf.sample_rate_hz)
    return LeaveOneOutErrors(distortion_db=distortion_db, itd_error_s=itd_error_s)


def _groups(points: Array) -> NDArray[np.intp]:
    """The group of each point, shape (M,): no two neighbours on the mesh share one. The choice is greedy."""
    triangles = SphericalMesh(points).triangles
    group = np.full(len(points), -1)
    for point in range(len(points)):
        around = triangles[(triangles == point).any(axis=1)]
        group[point] = min(set(range(len(points))) - set(group[around].ravel().tolist()))
    return group
