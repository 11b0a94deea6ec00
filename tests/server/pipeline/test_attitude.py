import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.coordinates import polar_from_scene, scene_from_polar
from protocol.errors import InputError
from server.pipeline.attitude import Attitude, asked_attitude


def seen_level(attitude, azimuth_deg, elevation_deg):
    """Where a camera in this attitude sees a level direction: azimuth and elevation in its own picture."""
    azimuth, elevation, _ = polar_from_scene(scene_from_polar(azimuth_deg, elevation_deg) @ attitude.rotation())
    return float(azimuth), float(elevation)


def test_pitch_is_the_elevation_of_the_pictures_centre():
    azimuth_deg, elevation_deg, _ = polar_from_scene(Attitude(pitch_deg=17.0, roll_deg=40.0).rotation() @ [1, 0, 0])
    assert (azimuth_deg, elevation_deg) == pytest.approx((0.0, 17.0))


def test_as_roll_grows_the_horizon_turns_counter_clockwise_in_the_picture():
    for roll_deg in (5.0, 25.0):
        rolled = Attitude(roll_deg=roll_deg)
        assert seen_level(rolled, -90.0, 0.0) == pytest.approx((-90.0, roll_deg))
        assert seen_level(rolled, 90.0, 0.0) == pytest.approx((90.0, -roll_deg))


@given(st.floats(-89.0, 89.0), st.floats(-179.0, 179.0))
def test_the_zenith_tells_the_attitude(pitch_deg, roll_deg):
    up = Attitude(pitch_deg=pitch_deg, roll_deg=roll_deg).rotation().T @ [0.0, 0.0, 1.0]
    found = Attitude.of_zenith(up)
    assert (found.pitch_deg, found.roll_deg) == pytest.approx((pitch_deg, roll_deg), abs=1e-4)
    assert found.tilt_deg == pytest.approx(np.degrees(np.arccos(np.clip(up[2], -1.0, 1.0))), abs=1e-4)


@pytest.mark.parametrize(
    ("level", "pitch_deg", "roll_deg"), [("off", 0, 0), ("3,-4.5", 3, -4.5), (" -90 , +180", -90, 180)]
)
def test_an_attitude_may_be_given(level, pitch_deg, roll_deg):
    assert asked_attitude(level) == Attitude(pitch_deg=pitch_deg, roll_deg=roll_deg)


def test_auto_leaves_it_to_the_picture():
    assert asked_attitude("auto") is None


@pytest.mark.parametrize("level", ["", "on", "3", "3;4", "3,4,5", "91,0", "0,181", "nan,0", "1e9,0", "x" * 500])
def test_what_is_no_attitude_is_told_with_how_to_write_one(level):
    with pytest.raises(InputError, match="pitch and roll in degrees") as error:
        asked_attitude(level)
    assert len(str(error.value)) < 200
