import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.propagation import (
    absorption_gains,
    air_absorption_db_per_m,
    occlusion_gains,
    path_fft_size,
    path_filters,
    speed_of_sound_m_s,
)

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
def test_air_swallows_what_iso_9613_says(temperature_c, relative_humidity, db_per_km):
    """Table 2 of ISO 9613-2:1996, which rounds part 1 to three digits or a tenth of a decibel."""
    found = 1000 * air_absorption_db_per_m(OCTAVES_HZ, temperature_c=temperature_c, relative_humidity=relative_humidity)
    np.testing.assert_allclose(found, db_per_km, rtol=4e-3, atol=0.06)


def test_thin_air_shifts_the_relaxations_down():
    """By ISO 9613-1, relaxation frequencies go with pressure, so at a high tone less is left of oxygen's absorption."""
    low, high = (air_absorption_db_per_m(4000.0, pressure_kpa=kpa) for kpa in (101.325, 70.0))
    assert high < low


def test_sound_is_as_fast_as_the_standard_says():
    np.testing.assert_allclose(speed_of_sound_m_s([-20, 0, 20, 40]), [318.9, 331.3, 343.2, 354.7], atol=0.07)


@given(first_m=st.floats(0, 500), second_m=st.floats(0, 500))
@settings(max_examples=25, deadline=None)
def test_two_stretches_of_air_are_one_long_one(first_m, second_m):
    frequency_hz = np.array([0, 100, 1000, 10_000])
    first, second, both = absorption_gains([first_m, second_m, first_m + second_m], frequency_hz)
    np.testing.assert_allclose(first * second, both, rtol=1e-9)
    assert both[0] == 1


def test_at_100_m_a_10_khz_tone_is_16_db_fainter():
    assert 20 * np.log10(absorption_gains([100.0], [10_000.0])) == pytest.approx(-15.9, abs=0.3)


@given(amounts=st.tuples(st.floats(0, 1), st.floats(0, 1)))
@settings(max_examples=25, deadline=None)
def test_more_cover_or_a_higher_pitch_is_never_louder(amounts):
    gains = occlusion_gains(sorted(amounts), np.geomspace(20, 20_000, 60))
    assert np.all(np.diff(gains, axis=0) <= 1e-12)
    assert np.all(np.diff(gains, axis=1) <= 1e-12)


def test_what_stands_in_the_way_takes_what_a_barrier_takes():
    """ISO 9613-2:1996, equation 14, for a way that is a metre longer; with nothing in the way, nothing is taken."""
    waves = np.array([125, 500, 1000]) / 343.2
    taken_db = -20 * np.log10(occlusion_gains([0.0, 1.0], [125, 500, 1000, 2000, 16_000]))
    np.testing.assert_array_equal(taken_db[0], 0)
    np.testing.assert_allclose(taken_db[1], [*(10 * np.log10(3 + 20 * waves)), 20, 20], rtol=1e-6)


def of_filters(gains, taps):
    """Decibels of the filters at 4096 bins, and their frequencies."""
    filters = path_filters(gains(np.fft.rfftfreq(path_fft_size(taps), 1 / RATE_HZ)), taps)
    assert filters.shape[-1] == taps
    return 20 * np.log10(np.abs(np.fft.rfft(filters, 8192))), np.fft.rfftfreq(8192, 1 / RATE_HZ)


def test_32_taps_follow_the_air_to_300_m():
    distances_m = [0.0, 10.0, 100.0, 300.0]
    found_db, frequency_hz = of_filters(lambda at_hz: absorption_gains(distances_m, at_hz), 32)
    band = frequency_hz <= 10_000
    expected_db = 20 * np.log10(absorption_gains(distances_m, frequency_hz[band]))
    np.testing.assert_allclose(found_db[:, band], expected_db, atol=0.5)


def test_128_taps_follow_an_obstacle():
    found_db, frequency_hz = of_filters(lambda at_hz: occlusion_gains([0.3, 1.0], at_hz), 128)
    band = (frequency_hz > 200) & (frequency_hz < 20_000)
    expected_db = 20 * np.log10(occlusion_gains([0.3, 1.0], frequency_hz[band]))
    np.testing.assert_allclose(found_db[:, band], expected_db, atol=1.0)


def test_nothing_is_heard_before_its_time():
    """The first sample is the greatest, and most of the energy is in the first few."""
    filters = path_filters(absorption_gains([100.0], np.fft.rfftfreq(path_fft_size(32), 1 / RATE_HZ)), 32)[0]
    assert np.argmax(np.abs(filters)) <= 2
    assert np.sum(filters[:8] ** 2) > 0.97 * np.sum(filters**2)


def test_with_nothing_in_the_way_a_path_is_no_filter():
    filters = path_filters(absorption_gains([0.0], np.fft.rfftfreq(path_fft_size(32), 1 / RATE_HZ)), 32)[0]
    np.testing.assert_allclose(filters, np.eye(32)[0], atol=1e-6)
