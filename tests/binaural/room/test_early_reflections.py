import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.hrir import default_hrtf
from binaural.hrtf.interaural import itd_s
from binaural.propagation.air import SPEED_OF_SOUND_M_S
from binaural.room.early_reflections import _images, early_reflections, reflections_response
from binaural.room.impulse_response import room_response
from binaural.room.late_reverberation import mixing_fade
from binaural.room.materials import absorption
from binaural.room.shoebox import ShoeboxRoom
from protocol.coordinates import scene_from_polar

OUTDOORS = ShoeboxRoom.open_ground(camera_height_m=2.5)
STREET = ShoeboxRoom.street(camera_height_m=2.5)
ROOM = ShoeboxRoom.indoor(camera_height_m=1.6)


@pytest.fixture(scope="module")
def head():
    return NearestHead(default_hrtf())


@given(
    azimuth_deg=st.floats(-180, 180),
    along_m=st.floats(1, 300),
    height_m=st.floats(0.3, 20),
)
@settings(max_examples=40, deadline=None)
def test_over_open_ground_there_is_one_echo_and_it_comes_from_the_mirror_image(azimuth_deg, along_m, height_m):
    position = scene_from_polar(azimuth_deg, 0.0, along_m) + np.array([0.0, 0.0, height_m - 2.5])
    found = early_reflections(OUTDOORS, position)
    mirrored = position * [1, 1, 0] + [0, 0, -height_m - 2.5]
    direct_m, image_m = np.linalg.norm(position), np.linalg.norm(mirrored)
    assert len(found) == 1
    np.testing.assert_allclose(found.directions[0], mirrored / image_m, atol=1e-5)
    assert found.delays_s[0] == pytest.approx((image_m - direct_m) / SPEED_OF_SOUND_M_S, abs=1e-6)
    asphalt = np.sqrt(1 - absorption({"linoleum_on_concrete": 1.0}))
    np.testing.assert_allclose(found.gains[0], asphalt * direct_m / image_m, rtol=1e-4)


def test_a_thing_farther_than_the_ground_reaches_still_has_its_mirror_image():
    position = np.array([5000.0, 0.0, 0.0])
    found = early_reflections(OUTDOORS, position)
    assert len(found) == 1
    assert found.delays_s[0] == pytest.approx(2 * 2.5**2 / 5000 / SPEED_OF_SOUND_M_S, rel=1e-3)


def test_over_the_roofs_of_a_street_and_far_along_it_the_houses_echo_still():
    for position in (np.array([5.0, 2.0, 80.0]), np.array([150.0, 2.0, 0.0])):
        found = early_reflections(STREET, position)
        assert len(found) > 3
        assert np.abs(found.directions[:, 1]).max() > 0.05


def test_what_a_picture_puts_underground_stands_on_the_ground():
    sunk = early_reflections(OUTDOORS, np.array([10.0, 0.0, -4.0]))
    low = early_reflections(OUTDOORS, np.array([10.0, 0.0, 0.3 - 2.5]))
    np.testing.assert_allclose(sunk.delays_s, low.delays_s)


def test_in_a_street_the_first_echo_of_a_facade_comes_from_its_side():
    right = early_reflections(ShoeboxRoom.street(camera_height_m=2.5, left_m=20.0, right_m=4.0), np.array([10.0, 0, 0]))
    first = right.directions[np.argmin(np.where(np.abs(right.directions[:, 2]) < 0.1, right.delays_s, np.inf))]
    np.testing.assert_allclose(first, np.array([10.0, -8.0, 0.0]) / np.hypot(10, 8), atol=1e-4)


def test_a_street_that_turns_takes_its_echoes_along():
    ahead = early_reflections(STREET, scene_from_polar(0.0, 0.0, 10.0))
    turned_street = ShoeboxRoom.street(camera_height_m=2.5, azimuth_deg=40.0)
    turned = early_reflections(turned_street, scene_from_polar(40.0, 0.0, 10.0))
    np.testing.assert_allclose(turned.delays_s, ahead.delays_s, atol=1e-7)
    loudest = np.argmax(ahead.gains[:, 0])
    turn = np.degrees(np.arctan2(turned.directions[loudest, 1], turned.directions[loudest, 0]))
    assert turn - np.degrees(np.arctan2(ahead.directions[loudest, 1], ahead.directions[loudest, 0])) == (
        pytest.approx(40.0, abs=0.01)
    )


def test_behind_a_facade_only_the_ground_echoes(head):
    position = np.array([10.0, 60.0, 0.0])
    assert len(early_reflections(STREET, position)) == 1
    assert room_response(head, STREET, position).shape[1] < 0.1 * 48_000
    assert room_response(head, STREET, position / 10).shape[1] > 0.5 * 48_000


@pytest.mark.parametrize("room", [STREET, ROOM, ShoeboxRoom.covered(camera_height_m=1.6)])
def test_echoes_come_after_the_direct_sound_weaker_and_from_somewhere(room):
    found = early_reflections(room, np.array([3.0, 1.0, -0.5]))
    assert (found.delays_s > 0).all()
    assert (np.diff(found.delays_s) >= 0).all()
    assert found.gains.max() < 1
    np.testing.assert_allclose(np.linalg.norm(found.directions, axis=1), 1, atol=1e-5)
    # They are gone by the time at which reverberation is there in full.
    assert found.delays_s.max() < 1.5 * room.mixing_time_s


def test_enough_echoes_are_followed_to_fill_the_time_before_reverberation():
    position = np.array([2.0, 1.0, 0.0])
    source = ROOM.in_box(position)
    images, _ = _images(ROOM, source, most_bounces=14)
    delays_s = (np.linalg.norm(images - ROOM.listener_m, axis=1) - np.linalg.norm(position)) / SPEED_OF_SOUND_M_S
    expected = (delays_s < ROOM.mixing_time_s).sum()
    found = (early_reflections(ROOM, position).delays_s < ROOM.mixing_time_s).sum()
    assert expected > 30
    assert found == expected


def test_the_energy_of_many_echoes_is_what_reverberation_goes_on_with():
    """The level of the diffuse field is computed, not tuned: images of many bounces must have it too, within 1.5 dB."""
    position = np.array([3.0, 2.0, -0.5])
    images, damping = _images(ROOM, ROOM.in_box(position), most_bounces=16)
    heard_m = np.linalg.norm(images - ROOM.listener_m, axis=1)
    sent_s = heard_m / SPEED_OF_SOUND_M_S
    distance_m = np.linalg.norm(position)
    for begin_s, end_s in ((0.02, 0.04), (0.04, 0.06)):
        chosen = (sent_s >= begin_s) & (sent_s < end_s)
        energy = ((damping[chosen, 3] * distance_m / heard_m[chosen]) ** 2).sum()
        time_s = np.linspace(begin_s, end_s, 100)
        decay = np.exp(-6 * np.log(10) * time_s / ROOM.rt60_s[3]).mean() * (end_s - begin_s)
        diffuse = 4 * np.pi * distance_m**2 * SPEED_OF_SOUND_M_S / ROOM.volume_m3 * decay
        assert 10 * np.log10(energy / diffuse) == pytest.approx(0, abs=1.5)


def test_an_echo_is_heard_from_its_own_direction(head):
    """Of a source ahead, the echo of a near façade on the right is heard first by the right ear."""
    room = ShoeboxRoom.street(camera_height_m=2.5, left_m=40.0, right_m=3.0)
    position = np.array([4.0, 0.0, 0.0])
    found = early_reflections(room, position)
    facade = np.flatnonzero((found.directions[:, 1] < -0.5) & (np.abs(found.directions[:, 2]) < 0.1))[0]
    begin = int(found.delays_s[facade] * 48_000)
    heard = reflections_response(head, found)[:, begin : begin + 200]
    expected = default_hrtf().nearest_hrir(np.degrees(np.arctan2(-6, 4)), 0.0)
    assert itd_s(heard, 48_000) == pytest.approx(itd_s(expected, 48_000), abs=30e-6)
    assert itd_s(heard, 48_000) < -300e-6


def test_the_response_of_one_echo_is_its_delayed_and_coloured_measurement(head):
    position = np.array([20.0, 0.0, 2.0])
    found = early_reflections(OUTDOORS, position)
    heard = reflections_response(head, found)
    azimuth_deg, elevation_deg = 0.0, np.degrees(np.arcsin(found.directions[0, 2]))
    measured = default_hrtf().nearest_hrir(azimuth_deg, elevation_deg)
    for ear in (0, 1):
        frequency_hz = np.array([250.0, 1000.0, 4000.0])
        angle = np.exp(-2j * np.pi * np.outer(frequency_hz, np.arange(heard.shape[1])) / 48_000)
        spectrum = angle @ heard[ear]
        wanted = angle[:, : measured.shape[1]] @ measured[ear] * np.array(found.gains[0, [1, 3, 5]])
        wanted = wanted * np.exp(-2j * np.pi * frequency_hz * found.delays_s[0])
        np.testing.assert_allclose(spectrum, wanted, rtol=0.02)


def test_the_direct_sound_is_not_in_what_a_place_adds(head):
    response = room_response(head, STREET, np.array([0.0, 8.0 - 0.5, 0.0]))
    first_s = early_reflections(STREET, np.array([0.0, 7.5, 0.0])).delays_s[0]
    before = response[:, : int(first_s * 48_000) - 8]
    assert np.abs(before).max() < 1e-3 * np.abs(response).max()


def test_the_same_seed_gives_the_same_response_and_another_one_another(head):
    position = np.array([2.0, 1.0, 0.0])
    first, again = (room_response(head, ROOM, position, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(room_response(head, ROOM, position, seed=4) - first).max() > 1e-3


def test_a_place_without_echoes_is_silent(head):
    anechoic = ShoeboxRoom(name="none", size_m=(50.0,) * 3, listener_m=(25.0,) * 3, absorption=np.ones((6, 8)))
    assert not room_response(head, anechoic, np.array([1.0, 0.0, 0.0])).any()


def test_the_fades_about_the_mixing_time_keep_the_power():
    delays_s = np.linspace(0, 3 * ROOM.mixing_time_s, 300)
    rising, falling = (mixing_fade(ROOM, delays_s, rising=way) for way in (True, False))
    np.testing.assert_allclose(rising**2 + falling**2, 1)
    assert rising[0] == 0
    assert falling[-1] == pytest.approx(0, abs=1e-12)
