import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.mix.positioned_signal import PositionedSignal
from binaural.mix.stereo import panning, stereo_mix
from protocol.coordinates import scene_from_polar

AZIMUTHS = st.floats(-180, 180)
ELEVATIONS = st.floats(-90, 90)


@given(AZIMUTHS, ELEVATIONS)
def test_power_is_the_same_in_every_direction_and_mirrors(azimuth_deg, elevation_deg):
    left, right = panning(scene_from_polar(azimuth_deg, elevation_deg)[None]).ravel()
    assert left**2 + right**2 == pytest.approx(1, rel=1e-6)
    assert min(left, right) >= -1e-7
    np.testing.assert_allclose(
        panning(scene_from_polar(-azimuth_deg, elevation_deg)[None]).ravel(), [right, left], atol=1e-6
    )


@given(AZIMUTHS, ELEVATIONS)
def test_what_is_behind_sounds_as_from_the_front(azimuth_deg, elevation_deg):
    np.testing.assert_allclose(
        panning(scene_from_polar(180 - azimuth_deg, elevation_deg)[None]),
        panning(scene_from_polar(azimuth_deg, elevation_deg)[None]),
        atol=1e-6,
    )


def test_left_front_and_overhead():
    np.testing.assert_allclose(panning(scene_from_polar(90, 0)[None]).ravel(), [1, 0], atol=1e-6)
    np.testing.assert_allclose(panning(scene_from_polar(-90, 0)[None]).ravel(), [0, 1], atol=1e-6)
    np.testing.assert_allclose(panning(scene_from_polar(0, 0)[None]).ravel(), [0.5**0.5] * 2, rtol=1e-6)
    np.testing.assert_allclose(panning(scene_from_polar(77, 90)[None]).ravel(), [0.5**0.5] * 2, rtol=1e-6)


def test_further_left_is_ever_more_left():
    balance = [
        np.subtract(*panning(scene_from_polar(azimuth_deg, 0)[None]).ravel()) for azimuth_deg in range(-90, 91, 5)
    ]
    assert np.all(np.diff(balance) > 0)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 5000), st.booleans(), AZIMUTHS)
def test_a_signal_is_scaled_and_nothing_else(length, loop, azimuth_deg):
    samples = np.random.default_rng(length).standard_normal(length).astype(np.float32)
    source = PositionedSignal(
        samples=samples, loudness_lufs=-23, level_db_spl_1m=70, kind="point", distance_m=1, loop=loop,
        azimuth_deg=azimuth_deg,
    )  # fmt: skip
    expected = samples[:, None] * panning(scene_from_polar(azimuth_deg - 25, 0)[None])
    np.testing.assert_allclose(stereo_mix([source], yaw_deg=25), expected, atol=2e-6)
