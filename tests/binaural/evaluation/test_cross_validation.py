from dataclasses import replace

import numpy as np
import pytest

from binaural.evaluation.cross_validation import _groups, leave_one_out_errors
from binaural.hrtf.hrir import default_hrtf
from binaural.hrtf.spherical_mesh import SphericalMesh
from protocol.coordinates import scene_from_polar


def sparse():
    """Every other azimuth of the rings of the default head that are 20° apart."""
    hrtf = default_hrtf()
    chosen = (np.round(hrtf.elevation_deg) % 20 == 0) & (np.arange(len(hrtf.azimuth_deg)) % 2 == 0)
    return replace(
        hrtf,
        azimuth_deg=hrtf.azimuth_deg[chosen],
        elevation_deg=hrtf.elevation_deg[chosen],
        hrirs=hrtf.hrirs[chosen],
    )


@pytest.fixture(scope="module")
def dense():
    return leave_one_out_errors(default_hrtf())


def test_no_direction_is_left_out_together_with_a_neighbour():
    hrtf = default_hrtf()
    points = scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg)
    group = _groups(points)
    assert group.min() == 0
    for a, b, c in SphericalMesh(points).triangles:
        assert len({group[a], group[b], group[c]}) == 3


def test_the_full_grid_is_predicted_to_the_ear(dense):
    assert np.median(np.abs(dense.itd_error_s)) < 20e-6
    assert np.median(dense.distortion_db) < 2.0
    # Left ear and right: the far one is harder.
    hrtf = default_hrtf()
    left_side = (hrtf.azimuth_deg > 45) & (hrtf.azimuth_deg < 135) & (np.abs(hrtf.elevation_deg) < 30)
    assert np.median(dense.distortion_db[left_side, 1]) > np.median(dense.distortion_db[left_side, 0])


def test_a_false_measurement_stands_out_where_it_is():
    hrtf = sparse()
    wrong = int(np.argmin(np.abs(hrtf.azimuth_deg - 60) + np.abs(hrtf.elevation_deg)))
    responses = hrtf.hrirs.copy()
    responses[wrong] = responses[wrong, ::-1]
    found = leave_one_out_errors(replace(hrtf, hrirs=responses))
    assert np.argmax(np.abs(found.itd_error_s)) == wrong
