import numpy as np

from binaural.propagation.air import absorption_gains
from binaural.propagation.gain_filters import gain_fft_size, gain_filters
from binaural.propagation.occlusion import occlusion_gains

RATE_HZ = 48_000


def of_filters(gains, taps):
    """Decibels of the filters at 4096 bins, and their frequencies."""
    filters = gain_filters(gains(np.fft.rfftfreq(gain_fft_size(taps), 1 / RATE_HZ)), taps)
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
    filters = gain_filters(absorption_gains([100.0], np.fft.rfftfreq(gain_fft_size(32), 1 / RATE_HZ)), 32)[0]
    assert np.argmax(np.abs(filters)) <= 2
    assert np.sum(filters[:8] ** 2) > 0.97 * np.sum(filters**2)


def test_with_nothing_in_the_way_a_path_is_no_filter():
    filters = gain_filters(absorption_gains([0.0], np.fft.rfftfreq(gain_fft_size(32), 1 / RATE_HZ)), 32)[0]
    np.testing.assert_allclose(filters, np.eye(32)[0], atol=1e-6)
