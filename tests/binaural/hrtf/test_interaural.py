import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.hrtf.interaural import ild_db, itd_s, itds_s, lags_s, log_spectral_distortion_db

RATE_HZ = 48_000


@settings(max_examples=25, deadline=None)
@given(delay_us=st.floats(-900, 900), gain_db=st.floats(-20, 20), seed=st.integers(0, 99))
def test_a_known_delay_and_gain_are_found(delay_us, gain_db, seed):
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(8192))
    frequency_hz = np.fft.rfftfreq(8192, 1 / RATE_HZ)
    spectrum[-1] = 0  # half the rate has no phase to delay
    later = np.fft.irfft(spectrum * np.exp(-2j * np.pi * frequency_hz * delay_us * 1e-6))
    ears = np.stack([np.fft.irfft(spectrum) * 10 ** (gain_db / 20), later])
    assert itd_s(ears, RATE_HZ) * 1e6 == pytest.approx(delay_us, abs=2)
    assert ild_db(ears, RATE_HZ) == pytest.approx(gain_db, abs=1e-6)


def test_the_level_difference_is_that_of_the_band():
    time_s = np.arange(4800) / RATE_HZ
    low, high = np.sin(2 * np.pi * 500 * time_s), np.sin(2 * np.pi * 5000 * time_s)
    ears = np.stack([low + 10 * high, low + high])
    assert ild_db(ears, RATE_HZ, highest_hz=1000) == pytest.approx(0, abs=1e-6)
    assert ild_db(ears, RATE_HZ, lowest_hz=2000) == pytest.approx(20, abs=1e-6)


def test_many_pairs_of_ears_are_judged_as_one_by_one():
    ears = np.random.default_rng(0).standard_normal((7, 2, 300))
    np.testing.assert_array_equal(itds_s(ears, RATE_HZ), [itd_s(pair, RATE_HZ) for pair in ears])


def test_a_lag_is_looked_for_within_its_bounds():
    first, second = np.zeros((2, 1, 400))
    first[0, 10], second[0, 70], second[0, 250] = 1, 1, 1.5
    found_s = lags_s(first, second, RATE_HZ, highest_hz=3000, earliest_s=0, latest_s=100 / RATE_HZ)
    assert found_s * RATE_HZ == pytest.approx(60, abs=0.1)
    found_s = lags_s(first, second, RATE_HZ, highest_hz=3000, earliest_s=0, latest_s=300 / RATE_HZ)
    assert found_s * RATE_HZ == pytest.approx(240, abs=0.1)
    found_s = lags_s(second, first, RATE_HZ, highest_hz=3000, earliest_s=0, latest_s=1e-3)
    assert 0 <= found_s <= 1e-3


def test_a_gain_is_a_distortion_of_as_many_decibels():
    response = np.random.default_rng(0).standard_normal((3, 2, 200))
    gain = 10 ** (np.array([[1, 2], [3, 4], [-5, 6]]) / 20)
    distortion_db = log_spectral_distortion_db(gain[..., None] * response, response, RATE_HZ)
    np.testing.assert_allclose(distortion_db, [[1, 2], [3, 4], [5, 6]])


def test_distortion_is_the_root_mean_square_over_the_band():
    """An echo of half the size is 20 log |1 + z / 2|, of which the mean square is 5.87 dB² over whole periods."""
    pulse, echo = np.zeros((2, 64))
    pulse[0] = echo[0] = 1
    echo[48] = 0.5
    exact = np.sqrt(np.sum((20 / np.log(10)) ** 2 * 0.5 * (0.5 ** np.arange(1, 60) / np.arange(1, 60)) ** 2))
    assert log_spectral_distortion_db(echo, pulse, RATE_HZ) == pytest.approx(exact, rel=0.02)
    below_db = log_spectral_distortion_db(echo, pulse, RATE_HZ, lowest_hz=0, highest_hz=30)
    assert below_db == pytest.approx(20 * np.log10(1.5), rel=0.01)
