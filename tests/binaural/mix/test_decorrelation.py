import numpy as np
import pytest

from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.hrir import default_hrtf
from binaural.mix.decorrelation import decorrelated_signals, decorrelators
from binaural.mix.extent import spread_directions
from protocol.coordinates import scene_from_polar

RATE_HZ = 48_000
FREQUENCY_HZ = np.fft.rfftfreq(1 << 16, 1 / RATE_HZ)


def thirds(values, centres_hz):
    """Means over thirds of an octave."""
    bands = np.round(3 * np.log2(np.maximum(FREQUENCY_HZ, 1)[:, None] / centres_hz)) == 0
    return np.stack([values[..., band].mean(axis=-1) for band in bands.T], axis=-1)


def spectra_of(filters):
    return np.fft.rfft(filters, 1 << 16)


@pytest.mark.parametrize("count", [4, 9])
def test_together_they_have_the_energy_of_the_point_source(count):
    """In every third of an octave, of all of them and of the sum where they meet, as below 500 Hz about a head."""
    centres_hz = 63 * 2 ** (np.arange(25) / 3)
    spectra = spectra_of(decorrelators(count, RATE_HZ))
    power_db = 10 * np.log10(thirds(np.mean(np.abs(spectra) ** 2, axis=0), centres_hz))
    each_db = 10 * np.log10(thirds(np.abs(spectra) ** 2, centres_hz))
    met_db = 10 * np.log10(thirds(np.abs(spectra.sum(axis=0)) ** 2 / count, centres_hz))
    np.testing.assert_allclose(power_db, 0, atol=0.4)
    np.testing.assert_allclose(each_db, 0, atol=1.3)
    np.testing.assert_allclose(met_db, 0, atol=2.0)


def test_copies_are_unlike():
    """Mean coherence of two of nine, within thirds of an octave; a click's copies have 1 everywhere."""
    centres_hz = np.array([400, 800, 3200, 12_800])
    spectra = spectra_of(decorrelators(9, RATE_HZ))
    pairs = [(first, second) for second in range(9) for first in range(second)]
    powers = thirds(np.abs(spectra) ** 2, centres_hz)
    coherence = [
        np.abs(thirds(spectra[a] * spectra[b].conj(), centres_hz)) / np.sqrt(powers[a] * powers[b]) for a, b in pairs
    ]
    assert np.all(np.mean(coherence, axis=0) < [0.55, 0.4, 0.17, 0.08])


def test_clicks_stay_within_the_echo_threshold():
    """All is over after 30 ms, half of it within 10 ms and nine tenths within 20 ms."""
    filters = decorrelators(9, RATE_HZ)
    energy = np.cumsum(filters.astype(float) ** 2, axis=1)
    np.testing.assert_allclose(energy[:, -1], 1, rtol=1e-5)
    assert filters.shape[1] == 0.03 * RATE_HZ
    assert np.all(energy[:, RATE_HZ // 100] > 0.5)
    assert np.all(energy[:, RATE_HZ // 50] > 0.9)


def test_a_point_is_left_alone_and_the_same_seed_gives_the_same_filters():
    np.testing.assert_array_equal(decorrelators(1, RATE_HZ)[0], np.eye(1, round(0.03 * RATE_HZ))[0])
    again = decorrelators.__wrapped__(4, RATE_HZ, 3)
    np.testing.assert_array_equal(decorrelators(4, RATE_HZ, 3), again)
    assert not np.allclose(decorrelators(4, RATE_HZ, 0), again)


@pytest.mark.parametrize("length", [5000, 700])
def test_a_loop_stays_a_loop(length):
    """Even one that is shorter than the filters: played twice over, its copies are played twice over."""
    samples = np.random.default_rng(0).standard_normal(length).astype(np.float32)
    filters = decorrelators(4, RATE_HZ)
    once = decorrelated_signals(samples, filters, loop=True)
    many = decorrelated_signals(np.tile(samples, 8), filters, loop=False)
    np.testing.assert_allclose(once, many[:, 4 * length : 5 * length], atol=1e-4)
    assert np.sum(once**2) == pytest.approx(np.sum(samples**2), rel=0.02)


def test_what_does_not_loop_ends_30_ms_later_with_all_its_energy():
    samples = np.random.default_rng(0).standard_normal(5000).astype(np.float32)
    filters = decorrelators(4, RATE_HZ)
    copies = decorrelated_signals(samples, filters, loop=False)
    assert copies.shape == (4, 5000 + filters.shape[1] - 1)
    np.testing.assert_allclose(copies[2], np.convolve(samples, filters[2]) / 2, atol=1e-4)


def test_a_wide_source_is_wide_and_as_loud_as_a_narrow_one():
    """Two ears hear a point coherently and a sea before them less so; its level is within 2 dB rms by band."""
    head, centres_hz = NearestHead(default_hrtf()), 125 * 2 ** (np.arange(21) / 3)
    directions = spread_directions(scene_from_polar(0, 0), 160, 0, 9)
    ears = spectra_of(head.filters(directions))
    copies = spectra_of(decorrelators(9, RATE_HZ)) / 3
    heard = np.einsum("kf,kef->ef", copies, ears)
    level_db = 10 * np.log10(
        thirds(np.abs(heard) ** 2, centres_hz) / thirds(np.mean(np.abs(ears) ** 2, axis=0), centres_hz)
    )
    assert 10 * np.log10(np.mean(10 ** (level_db / 10))) == pytest.approx(0, abs=0.5)
    assert np.sqrt(np.mean(level_db**2)) < 2
    band = (FREQUENCY_HZ > 500) & (FREQUENCY_HZ < 8000)
    middle = spectra_of(head.filters(scene_from_polar(0, 0)[None]))[0]

    def cross_correlation(left, right):
        lags = np.fft.irfft(np.where(band, left * right.conj(), 0))
        norm = (
            np.fft.irfft(np.where(band, np.abs(left) ** 2, 0))[0]
            * np.fft.irfft(np.where(band, np.abs(right) ** 2, 0))[0]
        )
        return np.abs(np.r_[lags[-48:], lags[:49]]).max() / np.sqrt(norm)

    assert cross_correlation(*middle) > 0.95
    assert cross_correlation(*heard) < 0.5
