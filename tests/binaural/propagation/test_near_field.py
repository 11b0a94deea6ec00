import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.propagation.lookup import NEAREST_M
from binaural.propagation.near_field import near_field_gains


def db(factor):
    return 20 * np.log10(np.abs(factor))


def test_a_source_that_nearly_fills_the_view_gains_at_its_ear_and_loses_at_the_other():
    gains_db = db(near_field_gains(0.25, np.array([[0], [180]]), np.array([125, 1000, 8000])))
    assert np.all(gains_db[0] > 2.5)
    assert np.all(gains_db[1] < -2.5)
    assert gains_db[0, 0] > gains_db[0, 2] + 1


@given(incidence_deg=st.floats(0, 180), frequency_hz=st.floats(0, 24_000))
@settings(max_examples=30, deadline=None)
def test_the_gain_reaches_1_at_a_metre_without_a_step(incidence_deg, frequency_hz):
    gains_db = db(near_field_gains(np.array([0.99, 1.0, 1.5, 100.0]), incidence_deg, frequency_hz))
    np.testing.assert_allclose(gains_db[1:], 0, atol=1e-6)
    assert abs(gains_db[0]) < 0.15


def test_on_the_head_gains_stay_as_they_are_just_before_it():
    assert near_field_gains(0.0, 0, 1000) == near_field_gains(NEAREST_M, 0, 1000)
