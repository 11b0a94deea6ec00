import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.place import Origin
from server.place.poses.frame import LocalFrame
from server.place.poses.ground import in_metres
from server.place.poses.pose import Pose
from server.place.viewpoints import heading_of_yaw


@given(
    latitude=st.floats(-85, 85),
    longitude=st.floats(-180, 180),
    east=st.floats(-2000, 2000),
    north=st.floats(-2000, 2000),
)
def test_metres_and_degrees_go_there_and_back(latitude, longitude, east, north):
    frame = LocalFrame(Origin(latitude_deg=latitude, longitude_deg=longitude, height_m=50.0))
    position = np.array([[east, north, 3.0]])
    assert frame.metres(*frame.on_earth(position)) == pytest.approx(position, abs=1e-4)


def test_a_minute_of_latitude_is_a_nautical_mile():
    frame = LocalFrame(Origin(latitude_deg=45.0, longitude_deg=8.0))
    east, north, _ = frame.metres(np.array([45.0 + 1 / 60]), np.array([8.0]), np.array([0.0]))[0]
    assert (east, north) == pytest.approx((0.0, 1852.0), abs=1.0)


def test_poses_on_the_earth_come_around_their_middle():
    poses = [Pose(latitude_deg=50.0, longitude_deg=8.0, heading_deg=90.0), Pose(latitude_deg=50.001, longitude_deg=8.0)]
    given = in_metres(poses, camera_height_m=2.0)
    north = given.viewpoints.position_m[:, 1]
    assert north[1] - north[0] == pytest.approx(111.2, abs=0.2)
    assert given.viewpoints.position_m[:, 2].tolist() == [2.0, 2.0]
    assert heading_of_yaw(given.viewpoints.yaw_rad[0]) == 90.0
    assert given.viewpoints.yaw_sigma_rad[1] == pytest.approx(np.pi)
    assert given.is_placed.all()


def test_across_the_date_line_they_are_neighbours():
    poses = [Pose(latitude_deg=0.0, longitude_deg=179.9999), Pose(latitude_deg=0.0, longitude_deg=-179.9999)]
    given = in_metres(poses, camera_height_m=2.0)
    assert np.linalg.norm(np.diff(given.viewpoints.position_m, axis=0)) == pytest.approx(22.3, abs=0.2)


def test_metres_are_taken_as_they_are_and_what_has_no_pose_is_told():
    poses = [Pose(east_m=3.0, north_m=4.0, up_m=12.0), Pose()]
    given = in_metres(poses, camera_height_m=2.0)
    assert given.viewpoints.position_m[0].tolist() == [3.0, 4.0, 12.0]
    assert given.is_placed.tolist() == [True, False]
    assert given.origin is None
