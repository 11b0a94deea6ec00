import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.hrtf import hrir as module
from binaural.hrtf.hrir import Hrtf, default_hrtf, diffuse_field_equalised
from binaural.hrtf.interaural import ild_db, itd_s
from protocol.coordinates import great_circle_deg, scene_from_polar


@pytest.fixture(scope="module")
def measured():
    """Azimuth, elevation and raw responses at 44.1 kHz, as the file has them."""
    with np.load(module._DEFAULT) as file:
        return *file["directions_deg"].T, file["samples"] / 2**15


def raw(measured, azimuth_deg, elevation_deg):
    azimuths_deg, elevations_deg, responses = measured
    (index,) = np.flatnonzero(np.isclose(azimuths_deg, azimuth_deg) & (elevations_deg == elevation_deg))
    return responses[index]


def spectrum_db(response, frequency_hz, rate_hz):
    time_s = np.arange(len(response)) / rate_hz
    return 20 * np.log10(np.abs(np.exp(-2j * np.pi * np.outer(frequency_hz, time_s)) @ response))


def test_the_set_is_the_one_that_gardner_and_martin_measured(measured):
    azimuth_deg, elevation_deg, responses = measured
    assert responses.shape == (710, 2, 512)
    rings, counts = np.unique(elevation_deg, return_counts=True)
    assert dict(zip(rings, counts, strict=True)) == {
        -40: 56, -30: 60, -20: 72, -10: 72, 0: 72, 10: 72, 20: 72, 30: 60, 40: 56, 50: 45, 60: 36, 70: 24, 80: 12, 90: 1
    }  # fmt: skip
    assert -180 < azimuth_deg.min() < azimuth_deg.max() == 180


def test_resampling_and_equalising_leave_the_differences_between_the_ears(measured):
    """In every third of an octave, the ratio of the ears is what was measured."""
    frequency_hz = 250 * 2 ** (np.arange(19) / 3)
    for azimuth_deg, elevation_deg in [(0, 0), (30, 0), (90, 0), (-90, 0), (135, 20), (45, -40), (150, 60)]:
        before = spectrum_db(raw(measured, azimuth_deg, elevation_deg).T, frequency_hz, 44_100)
        after = spectrum_db(default_hrtf().nearest_hrir(azimuth_deg, elevation_deg).T, frequency_hz, 48_000)
        difference_db = np.subtract(*before.T) - np.subtract(*after.T)
        assert np.median(np.abs(difference_db)) < 0.05
        assert np.max(np.abs(difference_db)) < 1.0


def test_the_diffuse_field_is_flat():
    """The mean power over the sphere, weighted by what each direction stands for, computed ring by ring."""
    hrtf = default_hrtf()
    rings_deg, counts = np.unique(hrtf.elevation_deg, return_counts=True)
    edges = np.sin(np.radians(np.concatenate([[-90], (rings_deg[1:] + rings_deg[:-1]) / 2, [90]])))
    share = dict(zip(rings_deg, np.diff(edges) / 2 / counts, strict=True))
    weight = np.array([share[elevation_deg] for elevation_deg in hrtf.elevation_deg])
    power = np.einsum("m,mef->f", weight, np.abs(np.fft.rfft(hrtf.hrirs, 2048, axis=-1)) ** 2) / 2
    frequency_hz = np.fft.rfftfreq(2048, 1 / 48_000)
    mean_db = 10 * np.log10(power[(frequency_hz > 75) & (frequency_hz < 20_000)])
    assert np.max(np.abs(mean_db)) < 0.6
    # Nothing was measured at the edges of the band, so nothing is made up there.
    assert np.all(10 * np.log10(power[(frequency_hz < 45) | (frequency_hz > 21_500)]) < -5)


def test_bass_reaches_both_ears_alike():
    frequency_hz = np.array([100.0, 150.0])
    levels_db = [
        spectrum_db(default_hrtf().nearest_hrir(azimuth_deg, 0).T, frequency_hz, 48_000)
        for azimuth_deg in range(0, 360, 30)
    ]
    assert np.max(np.abs(levels_db)) < 3


def test_time_differences_lie_between_the_laws_for_short_and_long_waves():
    """Woodworth's ray formula a/c (θ + sin θ) below, Kuhn's limit 3a/c sin θ (1977, JASA 62) above; a = 8.75 cm."""
    for azimuth_deg in range(-180, 181, 5):
        lateral = np.arcsin(np.sin(np.radians(azimuth_deg)))
        woodworth_s, kuhn_s = 0.0875 / 343 * (lateral + np.sin(lateral)), 3 * 0.0875 / 343 * np.sin(lateral)
        measured_s = itd_s(default_hrtf().nearest_hrir(azimuth_deg, 0), 48_000)
        assert min(woodworth_s, kuhn_s) - 15e-6 <= measured_s <= max(woodworth_s, kuhn_s) + 15e-6


def test_the_near_ear_is_louder_the_more_to_its_side():
    levels_db = [ild_db(default_hrtf().nearest_hrir(azimuth_deg, 0), 48_000) for azimuth_deg in range(0, 61, 5)]
    assert levels_db[0] == pytest.approx(0, abs=1e-6)
    assert np.all(np.diff(levels_db) > 0)


def test_front_and_back_differ_in_colour_though_not_between_the_ears():
    """The directional bands of Blauert (1969): around 4 kHz sounds frontal, around 1 kHz rearward."""
    front, back = (default_hrtf().nearest_hrir(azimuth_deg, 0) for azimuth_deg in (0, 180))
    assert itd_s(front, 48_000) == itd_s(back, 48_000) == 0
    power = np.abs(np.fft.rfft([front[0], back[0]], 4096)) ** 2
    frequency_hz = np.fft.rfftfreq(4096, 1 / 48_000)

    def front_over_back_db(lowest_hz, highest_hz):
        band = (frequency_hz >= lowest_hz) & (frequency_hz < highest_hz)
        return 10 * np.log10(np.divide(*power[:, band].sum(axis=1)))

    assert front_over_back_db(3000, 5000) > 2
    assert front_over_back_db(700, 1400) < -1
    assert front_over_back_db(8000, 16_000) > 5


@settings(max_examples=60, deadline=None)
@given(st.floats(-720, 720), st.floats(-90, 90))
def test_the_nearest_direction_answers(azimuth_deg, elevation_deg):
    hrtf = default_hrtf()
    response = hrtf.nearest_hrir(azimuth_deg, elevation_deg)
    angles_deg = great_circle_deg(hrtf.azimuth_deg, hrtf.elevation_deg, azimuth_deg, elevation_deg)
    (chosen,) = np.flatnonzero((hrtf.hrirs == response).all(axis=(1, 2)))
    assert angles_deg[chosen] == pytest.approx(angles_deg.min(), abs=1e-3)
    if elevation_deg > -40:
        assert angles_deg[chosen] < 7.0


def test_below_the_lowest_ring_the_ring_answers():
    hrtf = default_hrtf()
    np.testing.assert_array_equal(hrtf.nearest_hrir(45, -80), hrtf.nearest_hrir(45, -40))


def test_the_ears_swap_with_the_sides():
    hrtf = default_hrtf()
    for azimuth_deg, elevation_deg in [(40, 0), (91, -20), (170, 30), (63, 67)]:
        left, right = hrtf.nearest_hrir(azimuth_deg, elevation_deg)
        np.testing.assert_allclose(hrtf.nearest_hrir(-azimuth_deg, elevation_deg), [right, left], atol=1e-6)


def test_it_is_made_once_and_is_small():
    assert default_hrtf() is default_hrtf()
    assert default_hrtf().hrirs.dtype == np.float32
    assert module._DEFAULT.stat().st_size < 1_000_000
    assert "Gardner" in module._DEFAULT.with_name("NOTICE.md").read_text("utf-8")


def test_every_direction_stands_for_its_share_of_the_sphere():
    hrtf = default_hrtf()
    share = module._solid_angle_weights(hrtf)
    assert share.sum() == pytest.approx(1)
    horizon = share[hrtf.elevation_deg == 0].sum()
    assert horizon == pytest.approx(np.sin(np.radians(5)), rel=0.02)
    points = scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg)
    assert np.abs((share[:, None] * points).sum(axis=0))[:2].max() < 0.01


def test_a_dense_set_is_equalised_as_a_whole():
    """One louder half of the sphere, of 2,500 directions that are worked through in parts, stays that much louder."""
    turn = np.arange(2500) * 180 * (3 - np.sqrt(5))
    up = 1 - (2 * np.arange(2500) + 1) / 2500
    responses = np.zeros((2500, 2, 64), dtype=np.float32)
    responses[:, :, 5] = np.where(up > 0, 0.8, 0.4)[:, None]
    dense = Hrtf(
        name="", azimuth_deg=turn, elevation_deg=np.degrees(np.arcsin(up)), hrirs=responses, sample_rate_hz=48_000
    )
    equalised = diffuse_field_equalised(dense).hrirs
    level = np.sqrt((0.8**2 + 0.4**2) / 2)
    np.testing.assert_allclose(equalised[[0, -1], :, 5], np.array([[0.8], [0.4]]) / level * [1, 1], rtol=0.01)
