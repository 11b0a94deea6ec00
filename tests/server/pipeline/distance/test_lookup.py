"""What distance maps say in given directions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pipeline.distance.lookup import distances_towards
from server.pipeline.stages import DistanceMap
from server.pipeline.views import View


def view(yaw_deg, *, hfov_deg=90.0):
    return View(
        name=f"view at {yaw_deg}",
        projection="perspective",
        width_px=64,
        height_px=64,
        hfov_deg=hfov_deg,
        yaw_deg=yaw_deg,
    )


def flat(window, metres):
    shape = (window.height_px, window.width_px)
    return DistanceMap(
        view=window,
        distance_m=np.full(shape, metres, np.float32),
        sigma_m=np.full(shape, metres / 10.0, np.float32),
    )


@given(azimuth_deg=st.floats(-60.0, 105.0), turned=st.booleans())
def test_the_map_whose_axis_is_nearest_answers(azimuth_deg, turned):
    maps = [flat(view(0.0), 5.0), flat(view(60.0), 8.0)]
    distance_m, sigma_m = distances_towards(maps[::-1] if turned else maps, np.array([azimuth_deg]), np.array([0.0]))
    nearest_m = 5.0 if azimuth_deg < 30.0 else 8.0
    if abs(azimuth_deg - 30.0) < 1e-6:
        assert distance_m[0] in (5.0, 8.0)
    elif azimuth_deg < -45.0 - 1e-6:
        assert np.isinf([distance_m[0], sigma_m[0]]).all()
    elif azimuth_deg > -45.0 + 1e-6 and azimuth_deg < 105.0 - 1e-6:
        assert (distance_m[0], sigma_m[0]) == pytest.approx((nearest_m, nearest_m / 10.0))


def test_every_pixel_answers_for_its_own_direction():
    window = View(name="picture", projection="equirectangular", width_px=16, height_px=8)
    numbers = np.arange(1.0, 129.0, dtype=np.float32).reshape(8, 16)
    rows, columns = np.indices((8, 16)) + 0.5
    azimuth_deg, elevation_deg = window.direction(columns, rows)
    found = distances_towards(
        [DistanceMap(view=window, distance_m=numbers, sigma_m=numbers / 2)], azimuth_deg, elevation_deg
    )
    np.testing.assert_array_equal(found[0], numbers)
    np.testing.assert_array_equal(found[1], numbers / 2)


def test_where_no_map_looks_and_in_the_sky_distances_are_infinite():
    sky = flat(view(0.0), np.inf)
    for maps in ([], [flat(view(180.0), 3.0)], [sky]):
        distance_m, sigma_m = distances_towards(maps, np.zeros((2, 3)), np.zeros((2, 3)))
        assert distance_m.shape == sigma_m.shape == (2, 3)
        assert np.isinf(distance_m).all()
        assert np.isinf(sigma_m).all()
