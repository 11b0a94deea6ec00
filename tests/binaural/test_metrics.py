import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.metrics import ild_db, itd_s

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
