import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from protocol.coordinates import (
    adm_from_scene,
    equirectangular_direction,
    equirectangular_pixel,
    fibonacci_sphere,
    great_circle_deg,
    interpolated_quaternion,
    polar_from_scene,
    quaternion_from_ypr,
    rotation_matrix,
    scene_from_adm,
    scene_from_polar,
    scene_from_threejs,
    scene_from_unity,
    threejs_from_scene,
    unity_from_scene,
    wrapped_azimuth_deg,
)

azimuths = st.floats(-179.99, 180)
elevations = st.floats(-89.9, 89.9)
distances = st.floats(0.1, 1000)

# The table of frames in the specification, written out by hand for three directions.
LEFT = (90.0, 0.0, 2.0)
AHEAD_UP = (0.0, 45.0, np.sqrt(2.0))
BEHIND_RIGHT = (-135.0, 0.0, np.sqrt(2.0))


@pytest.mark.parametrize(
    ("polar", "scene", "unity", "threejs", "adm"),
    [
        (LEFT, (0, 2, 0), (-2, 0, 0), (-2, 0, 0), (-2, 0, 0)),
        (AHEAD_UP, (1, 0, 1), (0, 1, 1), (0, 1, -1), (0, 1, 1)),
        (BEHIND_RIGHT, (-1, -1, 0), (1, 0, -1), (1, 0, 1), (1, -1, 0)),
    ],
)
def test_each_frame_has_its_axes_where_the_table_says(polar, scene, unity, threejs, adm):
    point = scene_from_polar(*polar)
    np.testing.assert_allclose(point, scene, atol=1e-12)
    np.testing.assert_allclose(unity_from_scene(point), unity, atol=1e-12)
    np.testing.assert_allclose(threejs_from_scene(point), threejs, atol=1e-12)
    np.testing.assert_allclose(adm_from_scene(point, dmax_m=1.0), adm, atol=1e-12)


@given(azimuths, elevations, distances)
def test_polar_to_cartesian_and_back_is_the_same_place(azimuth_deg, elevation_deg, distance_m):
    back = polar_from_scene(scene_from_polar(azimuth_deg, elevation_deg, distance_m))
    assert great_circle_deg(azimuth_deg, elevation_deg, back[0], back[1]) < 1e-9
    assert back[2] == pytest.approx(distance_m, rel=1e-12)


@given(st.lists(st.floats(-100, 100, allow_subnormal=False), min_size=3, max_size=3))
def test_every_frame_undoes_itself(point):
    np.testing.assert_allclose(scene_from_unity(unity_from_scene(point)), point)
    np.testing.assert_allclose(scene_from_threejs(threejs_from_scene(point)), point)
    np.testing.assert_allclose(scene_from_adm(adm_from_scene(point, dmax_m=20.0), dmax_m=20.0), point, rtol=1e-12)


def test_unity_is_left_handed_and_threejs_right_handed():
    axes = np.eye(3)
    assert np.linalg.det(unity_from_scene(axes)) == pytest.approx(-1)
    assert np.linalg.det(threejs_from_scene(axes)) == pytest.approx(1)


@given(st.floats(-1e6, 1e6))
def test_wrapping_keeps_the_direction_and_lands_in_the_interval(azimuth_deg):
    wrapped = wrapped_azimuth_deg(azimuth_deg)
    assert -180 < wrapped <= 180
    assert np.cos(np.radians(wrapped)) == pytest.approx(np.cos(np.radians(azimuth_deg)), abs=1e-6)
    assert np.sin(np.radians(wrapped)) == pytest.approx(np.sin(np.radians(azimuth_deg)), abs=1e-6)


def test_the_picture_centre_is_straight_ahead_and_left_in_the_picture_is_positive():
    assert equirectangular_direction(200, 100, width_px=400, height_px=200) == (0.0, 0.0)
    azimuth_deg, elevation_deg = equirectangular_direction(50, 20, width_px=400, height_px=200)
    assert azimuth_deg == 135
    assert elevation_deg == 72


@given(azimuths, elevations, st.integers(16, 8192))
def test_pixel_and_direction_undo_each_other_to_a_thousandth_of_a_pixel(azimuth_deg, elevation_deg, height_px):
    size = {"width_px": 2 * height_px, "height_px": height_px}
    column, row = equirectangular_pixel(azimuth_deg, elevation_deg, **size)
    assert 0 <= column < 2 * height_px
    back = equirectangular_direction(column, row, **size)
    assert great_circle_deg(azimuth_deg, elevation_deg, *back) < 1e-3 * 180 / height_px


@given(azimuths, elevations, azimuths, elevations, st.floats(-180, 180))
def test_the_great_circle_angle_is_a_distance_that_yaw_keeps(a, b, c, d, yaw):
    angle = great_circle_deg(a, b, c, d)
    assert angle == pytest.approx(great_circle_deg(c, d, a, b), abs=1e-9)
    assert angle == pytest.approx(great_circle_deg(a + yaw, b, c + yaw, d), abs=1e-9)
    assert angle <= great_circle_deg(a, b, 0, 0) + great_circle_deg(0, 0, c, d) + 1e-9


def test_the_great_circle_angle_holds_for_tiny_and_opposite_directions():
    assert great_circle_deg(10, 0, 10 + 1e-7, 0) == pytest.approx(1e-7, rel=1e-6)
    assert great_circle_deg(10, 20, -170, -20) == pytest.approx(180, abs=1e-9)


QUATERNIONS = st.tuples(*[st.floats(-10, 10)] * 4).filter(lambda parts: np.linalg.norm(parts) > 0.01)


@given(QUATERNIONS)
def test_a_quaternion_of_any_length_turns_as_textbooks_say(quaternion):
    np.testing.assert_allclose(rotation_matrix(quaternion), Rotation.from_quat(quaternion).as_matrix(), atol=1e-12)


@given(QUATERNIONS, QUATERNIONS, st.floats(0, 1))
def test_between_two_rotations_lies_one_on_the_short_way(first, second, fraction):
    here, there = Rotation.from_quat(first), Rotation.from_quat(second)
    between = Rotation.from_quat(interpolated_quaternion(first, second, fraction))
    whole, before, after = ((a.inv() * b).magnitude() for a, b in [(here, there), (here, between), (between, there)])
    assert before + after == pytest.approx(whole, abs=1e-6)


def test_interpolation_begins_and_ends_at_its_rotations():
    first, second = quaternion_from_ypr(20, 30, -10), quaternion_from_ypr(-50, 0, 80)
    opposite = tuple(-part for part in second)
    for fraction, expected in ((0.0, first), (1.0, second)):
        for end in (second, opposite):
            found = rotation_matrix(interpolated_quaternion(first, end, fraction))
            np.testing.assert_allclose(found, rotation_matrix(expected), atol=1e-12)


@pytest.mark.parametrize("count", [48, 1024, 8192])
def test_a_fibonacci_sphere_is_even(count):
    points = fibonacci_sphere(count)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1)
    # A diffuse field: no direction is preferred, to the second moment.
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(points.T @ points / count, np.eye(3) / 3, atol=0.01)
    # Each point has a cap of about its own: neighbours are nowhere nearer than 0.8 of an even grid's.
    nearest = cKDTree(points).query(points, k=2)[0][:, 1]
    assert nearest.min() > 0.8 * np.sqrt(4 * np.pi / count)
