import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.room.shoebox import WALLS, ShoeboxRoom, shoebox_of
from protocol.coordinates import scene_from_polar

ROOMS = [
    ShoeboxRoom.street(camera_height_m=2.5),
    ShoeboxRoom.covered(camera_height_m=1.6),
    ShoeboxRoom.indoor(camera_height_m=1.6),
]


def test_an_unknown_place_and_a_doubtful_one_have_no_space():
    assert shoebox_of("unknown", 1.0, camera_height_m=2.5) is None
    for setting in ("outdoor", "covered", "indoor"):
        assert shoebox_of(setting, 0.4, camera_height_m=2.5) is None
        assert shoebox_of(setting, 0.9, camera_height_m=2.5) is not None


def test_outdoors_there_is_ground_and_nothing_else():
    room = shoebox_of("outdoor", 0.9, camera_height_m=2.5)
    there = {wall for wall, swallowed in zip(WALLS, room.absorption, strict=True) if swallowed.min() < 1}
    assert there == {"floor"}
    assert not room.is_enclosed
    assert not room.rt60_s.any()


def test_a_street_is_open_above_and_at_its_ends():
    there = {w for w, swallowed in zip(WALLS, ROOMS[0].absorption, strict=True) if swallowed.min() < 1}
    assert there == {"left", "right", "floor"}


def test_reverberation_is_as_long_as_eyring_says():
    # A cube of 10 m whose sides swallow 20 %: T = 0.161 · V / (−S ln 0.8) = 1.20 s, less what the air takes.
    room = ShoeboxRoom(
        name="cube", size_m=(10.0,) * 3, listener_m=(5.0,) * 3, absorption=np.full((6, 8), 0.2), azimuth_deg=0.0
    )
    assert room.rt60_s[0] == pytest.approx(0.161 * 1000 / (-600 * np.log(0.8)), rel=0.01)
    assert (np.diff(room.rt60_s) < 0).all()  # air swallows more, the higher the sound


@pytest.mark.parametrize(
    ("room", "shortest_s", "longest_s"), [(ROOMS[0], 0.8, 2), (ROOMS[1], 0.4, 1), (ROOMS[2], 0.4, 1)]
)
def test_places_reverberate_as_such_places_do(room, shortest_s, longest_s):
    assert shortest_s < room.rt60_s[3] < longest_s


@given(
    azimuth_deg=st.floats(-180, 180),
    points=st.lists(st.tuples(*[st.floats(-50, 50)] * 3), min_size=1, max_size=4),
)
@settings(max_examples=30, deadline=None)
def test_the_way_into_the_box_and_back_ends_where_it_began(azimuth_deg, points):
    room = ShoeboxRoom.street(camera_height_m=2.0, azimuth_deg=azimuth_deg)
    np.testing.assert_allclose(room.in_scene(room.in_box(np.array(points))), points, atol=1e-9)


def test_a_street_that_turns_left_has_its_axis_there():
    room = ShoeboxRoom.street(camera_height_m=2.0, left_m=5.0, right_m=9.0, azimuth_deg=30.0)
    along = room.in_box(scene_from_polar(30.0, 0.0, 10.0)) - room.listener_m
    np.testing.assert_allclose(along, [10.0, 0.0, 0.0], atol=1e-9)
    # The left façade is 5 m to the left of its axis.
    facade = room.in_box(scene_from_polar(120.0, 0.0, 5.0))
    assert facade[1] == pytest.approx(room.size_m[1])


@given(st.lists(st.tuples(st.floats(-12, 12), st.floats(-12, 12), st.floats(-1, 8)), max_size=5))
@settings(max_examples=40, deadline=None)
def test_a_room_holds_the_listener_and_every_source_that_is_near(positions):
    room = ShoeboxRoom.indoor(camera_height_m=1.6, positions_m=np.array(positions).reshape(-1, 3))
    for point in room.in_box(np.array([(0.0, 0.0, 0.0), *positions])):
        assert (point > 0).all()
        assert (point < room.size_m).all()


def test_what_is_far_away_does_not_make_a_room_a_hall():
    room = ShoeboxRoom.indoor(camera_height_m=1.6, positions_m=np.array([[200.0, 0.0, 5.0]]))
    assert room.size_m == (8.0, 6.0, 3.0)
