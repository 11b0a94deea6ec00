import numpy as np
import pytest
from scipy.signal import csd, fftconvolve

from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.hrir import default_hrtf
from binaural.hrtf.interpolated_head import default_head
from binaural.mix.diffuse import diffuse_coherence, diffuse_filters
from protocol.coordinates import scene_from_polar

RATE_HZ = 48_000
THIRDS_HZ = 100 * 2 ** (np.arange(23) / 3)


class TwoPoints:
    """Ears without a head between them, 0.2 m apart."""

    sample_rate_hz, taps, apart_m = RATE_HZ, 4, 0.2
    nodes = scene_from_polar([90, -90], 0)
    table = np.tile(np.eye(1, 4, dtype=np.float32), (2, 2, 1))

    @property
    def table_delays_samples(self):
        return self.delays_samples(self.nodes)

    def filters(self, directions):
        return np.tile(self.table[:1], (len(directions), 1, 1))

    def delays_samples(self, directions):
        return (1 - directions[:, 1:2] * [1, -1]) * self.apart_m / 2 / 343.2 * RATE_HZ


@pytest.fixture(scope="module")
def field():
    """Frequencies, coherence and power about the default head."""
    return diffuse_coherence(default_head())


@pytest.fixture(scope="module")
def filters():
    return diffuse_filters(default_head())


def in_thirds(values, frequency_hz):
    edge = 2 ** (1 / 6)
    bands = [(frequency_hz >= centre / edge) & (frequency_hz < centre * edge) for centre in THIRDS_HZ]
    return np.array([values[band].mean() for band in bands])


def test_two_points_in_a_diffuse_field_cohere_like_a_sinc():
    """Cook and others 1955, JASA 27, 1072: sin(kd) / (kd)."""
    frequency_hz, coherence, power = diffuse_coherence(TwoPoints())
    # Above 20 kHz, the directions are too few for two points so far apart.
    expected = np.sinc(2 * frequency_hz * 0.2 / 343.2)
    np.testing.assert_allclose(coherence[frequency_hz < 20_000], expected[frequency_hz < 20_000], atol=0.005)
    np.testing.assert_allclose(power, 1, rtol=1e-6)


def test_two_ears_cohere_as_they_were_measured_in_reverberant_rooms(field):
    """The fit of Lindevald and Benade 1986, JASA 80, 661: sinc(2.2 kd) / √(1 + (kd / 2)⁴) with d = 15 cm."""
    frequency_hz, coherence, _ = field
    band = (frequency_hz > 100) & (frequency_hz < 8000)
    phase = 2 * np.pi * frequency_hz[band] * 0.15 / 343.2
    fit = np.sinc(2.2 * phase / np.pi) / np.sqrt(1 + (phase / 2) ** 4)
    np.testing.assert_allclose(coherence[band], fit, atol=0.1)
    assert coherence[0] == 1
    first_zero_hz = frequency_hz[np.argmax(coherence < 0)]
    assert 500 < first_zero_hz < 600


def test_a_head_that_is_equalised_to_the_diffuse_field_hears_it_flat(field):
    frequency_hz, _, power = field
    level_db = 10 * np.log10(in_thirds(power, frequency_hz))
    np.testing.assert_allclose(level_db, 0, atol=1.0)


def test_noise_through_the_filters_is_as_coherent_and_as_loud_as_the_field(field, filters):
    """Half a minute of it by Welch's method, in thirds of an octave."""
    noise = np.random.default_rng(0).standard_normal(30 * RATE_HZ)
    left, right = (fftconvolve(noise, ear) for ear in filters)
    welch = {"fs": RATE_HZ, "nperseg": 1 << 15}
    frequency_hz, cross = csd(right, left, **welch)
    powers = [in_thirds(csd(ear, ear, **welch)[1].real, frequency_hz) for ear in (left, right)]
    source = in_thirds(csd(noise, noise, **welch)[1].real, frequency_hz)
    measured_hz, coherence, power = field
    expected = np.interp(frequency_hz, measured_hz, coherence)
    found = in_thirds(cross, frequency_hz) / np.sqrt(powers[0] * powers[1])
    np.testing.assert_allclose(found.real, in_thirds(expected, frequency_hz), atol=0.1)
    expected_power = in_thirds(np.interp(frequency_hz, measured_hz, power), frequency_hz)
    for ear in powers:
        np.testing.assert_allclose(10 * np.log10(ear / source / expected_power), 0, atol=0.7)
    # Nothing comes from a side.
    assert np.sqrt(np.mean(found.imag**2)) < 0.15


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_seed_will_do(field, filters, seed):
    """Another field, unlike the first, with the same coherence within 0.2."""
    other = diffuse_filters(default_head(), seed)
    spectra = np.fft.rfft(np.concatenate([filters, other]), 1 << 17)
    frequency_hz = np.fft.rfftfreq(1 << 17, 1 / RATE_HZ)
    power = [in_thirds(np.abs(spectrum) ** 2, frequency_hz) for spectrum in spectra]

    def coherence(first, second):
        cross = in_thirds(spectra[first] * spectra[second].conj(), frequency_hz)
        return cross / np.sqrt(power[first] * power[second])

    expected = in_thirds(np.interp(frequency_hz, *field[:2]), frequency_hz)
    np.testing.assert_allclose(coherence(2, 3).real, expected, atol=0.2)
    assert np.mean(np.abs(coherence(0, 2)[THIRDS_HZ > 400])) < 0.25


def test_it_is_over_before_it_is_heard_as_a_room(filters):
    energy = np.cumsum(filters.astype(float) ** 2, axis=1)
    energy /= energy[:, -1:]
    assert filters.shape == (2, round(0.17 * RATE_HZ))
    assert np.all(energy[:, round(0.02 * RATE_HZ)] > 0.5)
    assert np.all(energy[:, round(0.06 * RATE_HZ)] > 0.9)


def test_a_head_that_is_not_interpolated_has_a_field_too():
    head = NearestHead(default_hrtf())
    frequency_hz, coherence, _ = diffuse_coherence(head)
    assert coherence[0] == 1
    assert np.abs(coherence[(frequency_hz > 4000) & (frequency_hz < 18_000)]).max() < 0.1
    np.testing.assert_array_equal(diffuse_filters(head, 5), diffuse_filters(head, 5))
