from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.signal import butter, correlate, sosfiltfilt
from scipy.spatial.transform import Rotation

from binaural.hrtf.hrir import default_hrtf
from binaural.hrtf.interaural import ild_db, itd_s
from binaural.mix.ambisonics import encoded, rotated
from binaural.mix.harmonics import channel_count, degrees_of_channels, harmonics
from binaural.mix.magls import ambisonic_head
from protocol.coordinates import scene_from_polar

RATE_HZ = 48_000
FFT_SIZE = 4096
FREQUENCY_HZ = np.fft.rfftfreq(FFT_SIZE, 1 / RATE_HZ)
ORDERS = [1, 2, 3]


@cache
def head(order):
    return ambisonic_head(default_hrtf(), order)


@cache
def plane_waves(order):
    """What the ears hear of an impulse from each measured direction, as late as measured: shape (M, 2, L)."""
    hrtf, decoder = default_hrtf(), head(order)
    values = harmonics(scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg), order)
    return np.einsum("mc,cet->met", values, decoder.filters)[..., decoder.latency_samples :]


def bands_db(responses, lowest_hz, highest_hz):
    """Levels in thirds of octaves."""
    power = np.abs(np.fft.rfft(responses, FFT_SIZE)) ** 2
    edges = lowest_hz * 2.0 ** np.arange(0, np.log2(highest_hz / lowest_hz) + 1e-9, 1 / 3)
    parts = np.split(power, np.searchsorted(FREQUENCY_HZ, edges), axis=-1)[1:-1]
    return np.stack([10 * np.log10(part.mean(axis=-1)) for part in parts], axis=-1)


def distortion_db(responses, lowest_hz, highest_hz):
    wanted = bands_db(default_hrtf().hrirs, lowest_hz, highest_hz)
    return np.sqrt(np.mean((bands_db(responses, lowest_hz, highest_hz) - wanted) ** 2))


@pytest.mark.parametrize(("order", "low_db", "high_db"), [(1, 2.0, 5.5), (2, 1.5, 4.2), (3, 1.0, 2.6)])
def test_plane_waves_have_the_magnitudes_of_the_head(order, low_db, high_db):
    assert distortion_db(plane_waves(order), 200, 1500) < low_db
    assert distortion_db(plane_waves(order), 1500, 16_000) < high_db


def test_magnitudes_fit_far_better_than_by_plain_least_squares():
    """Of which the third order loses 8 dB of treble on average."""
    hrtf = default_hrtf()
    values = harmonics(scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg), 3)
    plain = np.tensordot(values @ np.linalg.pinv(values), hrtf.hrirs, axes=1)
    assert distortion_db(plane_waves(3), 1500, 16_000) < distortion_db(plain, 1500, 16_000) / 3


def test_plane_waves_of_the_third_order_come_to_both_ears_when_and_as_loud_as_they_should():
    pairs = list(zip(plane_waves(3)[::3], default_hrtf().hrirs[::3], strict=True))
    time_us = [1e6 * (itd_s(found, RATE_HZ) - itd_s(wanted, RATE_HZ)) for found, wanted in pairs]
    assert np.median(np.abs(time_us)) < 12
    assert np.percentile(np.abs(time_us), 95) < 40
    level_db = [ild_db(one, RATE_HZ, lowest_hz=2000) - ild_db(two, RATE_HZ, lowest_hz=2000) for one, two in pairs]
    assert np.median(np.abs(level_db)) < 1.2


@pytest.mark.parametrize("order", ORDERS)
def test_ambience_has_the_levels_and_the_width_that_the_head_would_hear(order):
    """A diffuse field by its covariance; the head's own by its responses from even directions."""
    spectra = np.fft.rfft(head(order).filters, FFT_SIZE)
    power = 1.0 / (2.0 * degrees_of_channels(order) + 1.0)
    heard = np.einsum("c,cef,cgf->feg", power, spectra, spectra.conj())
    turn_deg = np.arange(1000) * 137.50776
    even = scene_from_polar(turn_deg, np.degrees(np.arcsin(1.0 - (2.0 * np.arange(1000) + 1.0) / 1000)))
    hrtf = default_hrtf()
    nearest = np.argmax(even @ scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg).T, axis=1)
    measured = np.fft.rfft(hrtf.hrirs[nearest], FFT_SIZE)
    wanted = np.einsum("def,dgf->feg", measured, measured.conj()) / 1000
    band = (FREQUENCY_HZ > 60) & (FREQUENCY_HZ < 16_000)

    def coherence(covariance):
        return covariance[:, 0, 1] / np.sqrt(covariance[:, 0, 0] * covariance[:, 1, 1]).real

    for ear in (0, 1):
        level_db = 10 * np.log10(heard[band, ear, ear].real / wanted[band, ear, ear].real)
        assert np.abs(level_db).max() < 1.5
    error = np.abs(coherence(heard) - coherence(wanted))[band]
    assert error.mean() < (0.02 if order < 3 else 0.2)


def test_left_is_left_and_a_turned_field_moves():
    wave = np.zeros((1, 2000), np.float32)
    wave[0, 10] = 1.0
    front = encoded(wave, [[1.0, 0.0, 0.0]], 3)
    left = rotated(front, Rotation.from_euler("z", 90, degrees=True).as_matrix())
    heard = head(3).decoded(left).T
    assert heard.shape == (2, 2000)
    assert 0.6e-3 < itd_s(heard, RATE_HZ) < 0.8e-3
    assert ild_db(heard, RATE_HZ, lowest_hz=2000) > 8
    assert abs(itd_s(head(3).decoded(front).T, RATE_HZ)) < 20e-6


@pytest.mark.parametrize(("order", "most_samples"), [(1, 12), (2, 6), (3, 1)])
def test_sound_is_heard_as_early_as_from_the_head_itself(order, most_samples):
    """By what carries time, the sound below 1 kHz, in the nearer ear and the farther."""
    wave = np.zeros((1, 3000), np.float32)
    wave[0, 100] = 1.0
    heard = head(order).decoded(encoded(wave, [[0.0, 1.0, 0.0]], order)).T
    low = butter(4, 1000, fs=RATE_HZ, output="sos")
    for one, other in zip(heard, default_hrtf().nearest_hrir(90.0, 0.0), strict=True):
        lags = correlate(sosfiltfilt(low, one[100:1124]), sosfiltfilt(low, other))
        assert abs(int(np.argmax(lags)) - 1023) <= most_samples


def test_filters_begin_and_end_in_silence():
    envelope = np.abs(head(3).filters).max(axis=(0, 1))
    assert max(envelope[0], envelope[-1]) < 1e-4 * envelope.max()


def test_short_and_long_measurements_do():
    hrtf = default_hrtf()
    short = ambisonic_head(replace(hrtf, hrirs=hrtf.hrirs[..., :256]), 1)
    long = ambisonic_head(replace(hrtf, hrirs=np.pad(hrtf.hrirs, [(0, 0), (0, 0), (0, 2000)])), 1)
    assert short.filters.shape == long.filters.shape == (4, 2, short.filters.shape[-1])
    np.testing.assert_allclose(long.filters, head(1).filters, atol=1e-6)


def test_a_sound_of_another_order_is_refused():
    with pytest.raises(ValueError, match="takes 4 channels, not 9"):
        head(1).decoded(np.zeros((10, channel_count(2)), np.float32))
