import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.extent import decorrelators, emitter_count, spread_directions, spread_signals
from binaural.head import NearestHead
from binaural.hrtf import default_hrtf
from protocol.coordinates import great_circle_deg, polar_from_scene, scene_from_polar

RATE_HZ = 48_000
FREQUENCY_HZ = np.fft.rfftfreq(1 << 16, 1 / RATE_HZ)


def thirds(values, centres_hz):
    """Means over thirds of an octave."""
    bands = np.round(3 * np.log2(np.maximum(FREQUENCY_HZ, 1)[:, None] / centres_hz)) == 0
    return np.stack([values[..., band].mean(axis=-1) for band in bands.T], axis=-1)


def spectra_of(filters):
    return np.fft.rfft(filters, 1 << 16)


@given(
    azimuth_deg=st.floats(-180, 180), elevation_deg=st.floats(-90, 90), width_deg=st.floats(0, 360),
    height_deg=st.floats(0, 180), count=st.integers(1, 12),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_any_extent_anywhere_gives_as_many_unit_vectors_as_asked(
    azimuth_deg, elevation_deg, width_deg, height_deg, count
):
    middle = scene_from_polar(azimuth_deg, elevation_deg)
    spread = spread_directions(middle, width_deg, height_deg, count)
    assert spread.shape == (count, 3)
    np.testing.assert_allclose(np.linalg.norm(spread, axis=1), 1)
    if count == 1:
        np.testing.assert_allclose(spread[0], middle, atol=1e-6)


@given(azimuth_deg=st.floats(-180, 180), elevation_deg=st.floats(-60, 60), count=st.integers(2, 12))
@settings(max_examples=30, deadline=None)
def test_emitters_lie_within_the_extent_and_mirrored_about_its_middle(azimuth_deg, elevation_deg, count):
    spread = spread_directions(scene_from_polar(azimuth_deg, elevation_deg), 70, 50, count)
    azimuth, elevation, _ = polar_from_scene(spread)
    aside = np.mod(azimuth - azimuth_deg + 180, 360) - 180
    assert np.all((aside / 35) ** 2 + ((elevation - elevation_deg) / 25) ** 2 < 1 + 1e-9)
    np.testing.assert_allclose(np.sort(aside), -np.sort(aside)[::-1], atol=1e-6)


def test_a_sea_all_around_is_a_ring_at_its_elevation():
    azimuth_deg, elevation_deg, _ = polar_from_scene(spread_directions(scene_from_polar(30, -10), 360, 0, 9))
    np.testing.assert_allclose(elevation_deg, -10)
    np.testing.assert_allclose(np.diff(np.sort(azimuth_deg)), 40)


@pytest.mark.parametrize("elevation_deg", [90, -90, 80])
def test_what_covers_a_pole_surrounds_its_middle(elevation_deg):
    spread = spread_directions(scene_from_polar(0, elevation_deg), 60, 60, 9)
    azimuth, elevation, _ = polar_from_scene(spread)
    assert great_circle_deg(azimuth, elevation, 0, elevation_deg).max() <= 30
    middle = spread.mean(axis=0) / np.linalg.norm(spread.mean(axis=0))
    np.testing.assert_allclose(middle, scene_from_polar(0, elevation_deg), atol=1e-6)
    # Not in a line: it is about as wide one way as the other.
    spreads = np.linalg.svd(spread - spread.mean(axis=0), compute_uv=False)
    assert spreads[1] > 0.7 * spreads[0]


def test_a_disc_overhead_is_a_disc_whatever_its_width_says_above_its_height():
    """Over the zenith, all azimuths are covered by the smallest disc."""
    spread = spread_directions(scene_from_polar(0, 90), 360, 40, 9)
    assert polar_from_scene(spread)[1].min() >= 70


def test_wider_or_higher_things_have_more_emitters():
    ahead, above = scene_from_polar(0, 0), scene_from_polar(0, 88)
    assert [emitter_count(ahead, width_deg, 0) for width_deg in (0, 20, 21, 80, 81, 360)] == [1, 1, 4, 4, 9, 9]
    assert emitter_count(ahead, 10, 120) == 4
    # All round near the zenith is little.
    assert emitter_count(above, 360, 4) == 1


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
    once = spread_signals(samples, filters, loop=True)
    many = spread_signals(np.tile(samples, 8), filters, loop=False)
    np.testing.assert_allclose(once, many[:, 4 * length : 5 * length], atol=1e-4)
    assert np.sum(once**2) == pytest.approx(np.sum(samples**2), rel=0.02)


def test_what_does_not_loop_ends_30_ms_later_with_all_its_energy():
    samples = np.random.default_rng(0).standard_normal(5000).astype(np.float32)
    filters = decorrelators(4, RATE_HZ)
    copies = spread_signals(samples, filters, loop=False)
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
