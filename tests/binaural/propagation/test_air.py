import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.propagation.air import SPEED_OF_SOUND_M_S, absorption_gains, air_absorption_db_per_m

RATE_HZ = 48_000
# Where octaves are exactly: 1 kHz times whole powers of 10^0.3.
OCTAVES_HZ = 1000 * 10 ** (0.3 * np.arange(-4, 4))


@pytest.mark.parametrize(
    ("temperature_c", "relative_humidity", "db_per_km"),
    [
        (10, 70, [0.1, 0.4, 1.0, 1.9, 3.7, 9.7, 32.8, 117]),
        (20, 70, [0.1, 0.3, 1.1, 2.8, 5.0, 9.0, 22.9, 76.6]),
        (30, 70, [0.1, 0.3, 1.0, 3.1, 7.4, 12.7, 23.1, 59.3]),
        (15, 20, [0.3, 0.6, 1.2, 2.7, 8.2, 28.2, 88.8, 202]),
        (15, 50, [0.1, 0.5, 1.2, 2.2, 4.2, 10.8, 36.2, 129]),
        (15, 80, [0.1, 0.3, 1.1, 2.4, 4.1, 8.3, 23.7, 82.8]),
    ],
)
def test_air_absorbs_what_iso_9613_says(temperature_c, relative_humidity, db_per_km):
    """Table 2 of ISO 9613-2:1996, which rounds part 1 to three digits or a tenth of a decibel."""
    found = 1000 * air_absorption_db_per_m(OCTAVES_HZ, temperature_c=temperature_c, relative_humidity=relative_humidity)
    np.testing.assert_allclose(found, db_per_km, rtol=4e-3, atol=0.06)


def test_thin_air_shifts_the_relaxations_down():
    """By ISO 9613-1, relaxation frequencies go with pressure, so at a high tone less is left of oxygen's absorption."""
    low, high = (air_absorption_db_per_m(4000.0, pressure_kpa=kpa) for kpa in (101.325, 70.0))
    assert high < low


def test_sound_is_as_fast_as_the_standard_says():
    """ISO 9613-1:1993, clause 5 and annex A: 343.2 m/s at 20 °C, and 331.3 m/s at 0 °C by the root of temperature."""
    assert SPEED_OF_SOUND_M_S == 343.2
    assert pytest.approx(331.3, abs=0.07) == SPEED_OF_SOUND_M_S * (273.15 / 293.15) ** 0.5


@given(first_m=st.floats(0, 500), second_m=st.floats(0, 500))
@settings(max_examples=25, deadline=None)
def test_two_stretches_of_air_are_one_long_one(first_m, second_m):
    frequency_hz = np.array([0, 100, 1000, 10_000])
    first, second, both = absorption_gains([first_m, second_m, first_m + second_m], frequency_hz)
    np.testing.assert_allclose(first * second, both, rtol=1e-9)
    assert both[0] == 1


def test_at_100_m_a_10_khz_tone_is_16_db_fainter():
    assert 20 * np.log10(absorption_gains([100.0], [10_000.0])) == pytest.approx(-15.9, abs=0.3)
