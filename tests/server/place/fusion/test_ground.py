import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.place.fusion.ground import patches
from tests.server.place.synthetic import exact


def _strip(eye: np.ndarray, yaw: float, x: tuple[float, float], y: tuple[float, float]) -> np.ndarray:
    """The square metres within 25 m of a camera that lie on a strip of the world, front and left of it."""
    reach = np.arange(-24.5, 25.0)
    front, left = (each.ravel() for each in np.meshgrid(reach, reach))
    cos, sin = np.cos(yaw), np.sin(yaw)
    east, north = eye[0] + cos * front - sin * left, eye[1] + sin * front + cos * left
    inside = (x[0] < east) & (east < x[1]) & (y[0] < north) & (north < y[1])
    return np.column_stack([front[inside], left[inside]]).astype(np.float32)


def _walk(cameras: int, seed: int = 0):
    random = np.random.default_rng(seed)
    eyes = np.column_stack([10.0 * np.arange(cameras), np.zeros(cameras), np.full(cameras, 2.5)])
    return exact(eyes, random.uniform(-3, 3, cameras))


def test_a_road_seen_from_ten_panoramas_is_one_line_along_its_middle():
    viewpoints = _walk(10)
    seen = [
        (number, _strip(viewpoints.position_m[number], viewpoints.yaw_rad[number], (-200, 300), (-3, 4)))
        for number in range(10)
    ]
    (road,) = patches(viewpoints, seen, as_lines=True)
    assert road.viewpoints == tuple(range(10))
    assert np.abs(road.points_m[:, 1] - 0.5).max() <= 1.0
    assert np.ptp(road.points_m[:, 0]) > 120.0


def test_a_crossing_is_two_lines():
    viewpoints = _walk(3)
    seen = []
    for number in range(3):
        eye, yaw = viewpoints.position_m[number], float(viewpoints.yaw_rad[number])
        both = np.concatenate([_strip(eye, yaw, (-99, 99), (-3, 3)), _strip(eye, yaw, (7, 13), (-99, 99))])
        seen.append((number, np.unique(both, axis=0)))
    lines = patches(viewpoints, seen, as_lines=True)
    spans = sorted(np.ptp(line.points_m, axis=0).round().tolist() for line in lines)
    assert len(lines) in (2, 3)
    assert spans[-1][0] > 40.0
    assert max(span[1] for span in spans) > 12.0


def test_a_lawn_is_an_outline_counter_clockwise_around_its_area():
    viewpoints = _walk(4)
    seen = [
        (number, _strip(viewpoints.position_m[number], viewpoints.yaw_rad[number], (2, 28), (5, 15)))
        for number in range(4)
    ]
    (lawn,) = patches(viewpoints, seen, as_lines=False)
    x, y = lawn.points_m.T
    area = (x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2.0
    assert 220.0 < area < 320.0
    assert np.linalg.norm(lawn.middle_m - [15.0, 10.0]) < 1.0


def test_two_lawns_far_apart_are_two():
    viewpoints = _walk(6)
    seen = []
    for number in range(6):
        eye, yaw = viewpoints.position_m[number], float(viewpoints.yaw_rad[number])
        both = [_strip(eye, yaw, (0, 12), (5, 12)), _strip(eye, yaw, (35, 48), (5, 12))]
        seen.append((number, np.concatenate(both)))
    assert len(patches(viewpoints, seen, as_lines=False)) == 2


@settings(max_examples=8, deadline=None)
@given(x=st.integers(-3000, 3000), y=st.integers(-3000, 3000))
def test_where_the_origin_lies_does_not_matter(x, y):
    here = _walk(3)
    there = exact(here.position_m + np.array([x, y, 0]), here.yaw_rad)
    seen = [(number, _strip(here.position_m[number], here.yaw_rad[number], (-99, 99), (-3, 4))) for number in range(3)]
    (road,), (moved,) = patches(here, seen, as_lines=True), patches(there, seen, as_lines=True)
    assert np.allclose(moved.points_m - [x, y], road.points_m)


def test_no_ground_is_no_patch():
    assert patches(_walk(1), [], as_lines=True) == []
