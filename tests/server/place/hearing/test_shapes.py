import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.place import Point, Polygon, Polyline
from server.place.hearing.shapes import heard

ROAD = Polyline(points_m=((-100.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 100.0, 0.0)))
LAWN = Polygon(points_m=((0.0, 0.0, 0.0), (20.0, 0.0, 0.0), (20.0, 10.0, 0.0), (0.0, 10.0, 0.0)))


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_a_point_is_heard_where_it_is(x, y):
    at = heard(Point(width_m=2.0), (3.0, 4.0, 1.0), np.array([x, y, 2.0]))
    assert at.distance_m == pytest.approx(max(np.sqrt((x - 3) ** 2 + (y - 4) ** 2 + 1.0), 0.5))
    if np.hypot(x - 3, y - 4) > 0.01:
        assert np.isclose(np.cos(np.radians(at.azimuth_deg - np.degrees(np.arctan2(4 - y, 3 - x)))), 1.0)


def test_a_line_is_heard_from_its_nearest_stretch():
    at = heard(ROAD, (-50.0, 0.0, 0.0), np.array([-50.0, -10.0, 1.5]))
    assert at.azimuth_deg == pytest.approx(90.0, abs=4.0)
    assert at.distance_m == pytest.approx(np.hypot(10.0, 1.5), abs=0.1)
    assert 60.0 < at.width_deg < 180.0


def test_the_nearer_one_comes_to_a_line_the_wider_it_is():
    widths = [heard(ROAD, (-50.0, 0.0, 0.0), np.array([-50.0, -y, 1.5])).width_deg for y in (1.0, 5.0, 20.0, 60.0)]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("shape", [ROAD, LAWN])
def test_nothing_jumps_as_one_walks_along_and_over_a_shape(shape):
    along = [heard(shape, (0.0, 0.0, 0.0), np.array([x, x / 3.0 - 5.0, 1.6])) for x in np.arange(-40.0, 40.0, 0.05)]
    rays = np.array([(np.cos(np.radians(at.azimuth_deg)), np.sin(np.radians(at.azimuth_deg))) for at in along])
    wide = np.array([at.width_deg for at in along])
    turn = np.degrees(np.arccos(np.clip((rays[1:] * rays[:-1]).sum(axis=1), -1.0, 1.0)))
    # Inside of it, where it is all around, its middle may go anywhere.
    assert turn[wide[1:] < 200.0].max() < 6.0
    assert np.abs(np.diff(wide)).max() < 15.0
    assert np.abs(np.diff([at.distance_m for at in along])).max() < 0.11


def test_on_a_lawn_it_is_all_around():
    at = heard(LAWN, (10.0, 5.0, 0.0), np.array([10.0, 5.0, 1.6]))
    assert at.width_deg > 250.0
    assert at.distance_m == pytest.approx(1.6, abs=0.1)
