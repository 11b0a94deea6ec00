import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.hrtf.alignment import FFT_SIZE, aligned, magnitude_corrected, match_itd, minimum_phase_filters
from binaural.hrtf.hrir import Hrtf, default_hrtf
from binaural.hrtf.interaural import itds_s, log_spectral_distortion_db
from binaural.hrtf.minimum_phase import minimum_phase_spectrum

RATE_HZ = 48_000


@pytest.fixture(scope="module")
def apart():
    return aligned(default_hrtf())


def later(response, samples, length=512):
    frequency = np.fft.rfftfreq(2048)
    turn = np.exp(-2j * np.pi * frequency * np.asarray(samples)[..., None])
    return np.fft.irfft(np.fft.rfft(response, 2048) * turn)[..., :length]


@settings(max_examples=25, deadline=None)
@given(left=st.floats(60, 120), lag=st.floats(-35, 35), pole=st.floats(0.2, 0.8), zero=st.floats(-0.7, 0.7))
def test_known_delays_of_minimum_phase_filters_are_found(left, lag, pole, zero):
    least = pole ** np.arange(60)
    least[1:] += zero * least[:-1]
    delays = np.array([[left, left + lag], [left + 1.5, left + 1.5]])
    responses = later(np.broadcast_to(least, (2, 2, 60)), delays).astype(np.float32)
    hrtf = Hrtf(name="", azimuth_deg=np.zeros(2), elevation_deg=np.zeros(2), hrirs=responses, sample_rate_hz=RATE_HZ)
    found = aligned(hrtf)
    assert found.delays_samples.min() == 0
    np.testing.assert_allclose(found.delays_samples, delays - delays.min(), atol=0.05)
    assert (
        np.max(log_spectral_distortion_db(minimum_phase_filters(found.log_magnitudes, 256), responses, RATE_HZ)) < 0.1
    )


def test_filters_and_delays_together_are_the_measured_head(apart):
    """Magnitudes to what 256 taps can hold of 1024, time differences to a few microseconds."""
    hrtf = default_hrtf()
    filters = minimum_phase_filters(apart.log_magnitudes, 256)
    distortion_db = log_spectral_distortion_db(filters, hrtf.hrirs, RATE_HZ)
    assert np.median(distortion_db) < 0.6
    near = np.where(hrtf.azimuth_deg >= 0, distortion_db[:, 0], distortion_db[:, 1])
    assert np.quantile(near, 0.9) < 0.7
    heard_s = itds_s(later(filters, apart.delays_samples, 1024), RATE_HZ)
    wrong_us = 1e6 * np.abs(heard_s - itds_s(hrtf.hrirs, RATE_HZ))
    assert np.median(wrong_us) < 1.5
    assert np.max(wrong_us) < 10


def test_longer_filters_are_nearer_to_the_measured_ones(apart):
    distortion_db = [
        np.median(
            log_spectral_distortion_db(minimum_phase_filters(apart.log_magnitudes, taps), default_hrtf().hrirs, RATE_HZ)
        )
        for taps in (64, 128, 256, 512)
    ]
    assert np.all(np.diff(distortion_db) < 0)
    assert distortion_db[-1] < 0.15


def test_delays_agree_with_the_onsets_that_a_threshold_finds(apart):
    """A tenth of the peak, upsampled tenfold below 3 kHz: another estimator, 0.13 ms away at most."""
    hrtf = default_hrtf()
    horizon = hrtf.elevation_deg == 0
    spectra = np.fft.rfft(hrtf.hrirs[horizon], 2048)
    spectra *= np.exp(-0.5 * (np.fft.rfftfreq(2048, 1 / RATE_HZ) / 1500) ** 2)
    fine = np.abs(np.fft.irfft(spectra, 20480))
    onsets = np.argmax(fine > 0.1 * fine.max(axis=-1, keepdims=True), axis=-1) / 10
    shift = onsets - apart.delays_samples[horizon]
    assert np.max(np.abs(shift - np.median(shift))) < 6


def test_the_sides_mirror_each_other(apart):
    """The default set was measured on one side and mirrored."""
    hrtf = default_hrtf()
    for azimuth_deg, elevation_deg in [(40, 0), (90, -20), (170, 10), (60, 60)]:
        here, there = (
            np.flatnonzero(np.isclose(hrtf.azimuth_deg, side * azimuth_deg) & (hrtf.elevation_deg == elevation_deg))[0]
            for side in (1, -1)
        )
        np.testing.assert_allclose(apart.delays_samples[here], apart.delays_samples[there, ::-1], atol=0.02)
        np.testing.assert_allclose(apart.log_magnitudes[here], apart.log_magnitudes[there, ::-1], atol=1e-3)


def test_a_response_of_minimum_phase_is_its_own_filter():
    response = np.convolve([1, -0.5], 0.7 ** np.arange(40))
    log_magnitude = np.log(np.abs(np.fft.rfft(response, FFT_SIZE)))
    np.testing.assert_allclose(minimum_phase_filters(log_magnitude, 64)[:41], response, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(asked_us=st.floats(-700, 700), seed=st.integers(0, 99))
def test_moving_apart_gives_the_difference_that_is_asked_for(asked_us, seed):
    random = np.random.default_rng(seed)
    filters = random.standard_normal((1, 2, 64)) * 0.8 ** np.arange(64)
    filters[..., 0] += 4
    delays = match_itd(np.array([[500.0, 500.0]]), filters, np.array([asked_us * 1e-6]), RATE_HZ)
    assert delays.sum() == pytest.approx(1000)
    heard_s = itds_s(later(filters, delays, 1024), RATE_HZ)[0]
    assert heard_s * 1e6 == pytest.approx(asked_us, abs=0.05)


def some_spectra(seed, count=3):
    random = np.random.default_rng(seed)
    coarse = random.normal(0, 1, (count, 2, 24))
    fine = np.linspace(0, 23, FFT_SIZE // 2 + 1)
    left, share = np.minimum(fine.astype(int), 22), fine - np.minimum(fine.astype(int), 22)
    return minimum_phase_spectrum(np.exp(coarse[..., left] * (1 - share) + coarse[..., left + 1] * share))


@pytest.mark.parametrize("corner", [0, 1, 2])
def test_one_with_all_the_weight_keeps_its_magnitude(corner):
    spectra = some_spectra(1)
    means = magnitude_corrected(spectra, np.array([[0, 1, 2]]), np.eye(3)[corner][None], RATE_HZ)
    np.testing.assert_allclose(means[0], np.log(np.abs(spectra[corner])), atol=1e-9)


def test_the_mean_has_the_level_of_its_parts_where_their_sum_has_lost_it():
    """Three of one magnitude whose phases drift apart: their sum, 1 + 2 cos x over 3, is 9.5 dB down in the mean."""
    spectra = np.exp(0.2j * np.outer([-1, 0, 1], np.arange(FFT_SIZE // 2 + 1)))[:, None].repeat(2, axis=1)
    sum_db = 20 * np.log10(np.abs(spectra.mean(axis=0)))
    mean = magnitude_corrected(spectra, np.array([[0, 1, 2]]), np.full((1, 3), 1 / 3), RATE_HZ)
    above_1_khz = slice(22, None)
    assert np.mean(sum_db[:, above_1_khz]) == pytest.approx(-9.5, abs=0.5)
    assert np.mean(20 / np.log(10) * mean[..., above_1_khz]) == pytest.approx(0, abs=0.5)


def test_louder_responses_have_louder_means():
    spectra = some_spectra(3)
    indices, weights = np.array([[0, 1, 2]]), np.array([[0.2, 0.3, 0.5]])
    once = magnitude_corrected(spectra, indices, weights, RATE_HZ)
    twice = magnitude_corrected(2 * spectra, indices, weights, RATE_HZ)
    np.testing.assert_allclose(twice - once, np.log(2), rtol=1e-9)
