from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.hrir import default_hrtf
from binaural.hrtf.interaural import ild_db, itd_s
from binaural.mix.positioned_signal import PositionedSignal
from binaural.mix.still import binaural_mix
from binaural.propagation.air import air_absorption_db_per_m
from protocol.coordinates import polar_from_scene
from protocol.errors import InputError

RATE_HZ = 48_000
SECOND = np.random.default_rng(7).standard_normal(RATE_HZ).astype(np.float32) * np.float32(0.05)


def source(samples=SECOND, **changes):
    basis = PositionedSignal(
        samples=samples, loudness_lufs=-23, level_db_spl_1m=70, kind="point", distance_m=1, loop=True
    )
    return replace(basis, **changes)


def ears(*sources, **options):
    return binaural_mix(sources, head=NearestHead(default_hrtf()), **options).T


def power_db(signal):
    return 10 * np.log10(np.mean(np.square(signal, dtype=np.float64), axis=-1))


def test_what_is_on_the_left_is_earlier_and_louder_at_the_left_ear():
    left, right = (ears(source(azimuth_deg=azimuth_deg)) for azimuth_deg in (90, -90))
    assert 0.65e-3 < itd_s(left, RATE_HZ) < 0.75e-3
    assert ild_db(left, RATE_HZ, lowest_hz=2000) > 10
    np.testing.assert_allclose(right, left[::-1], atol=1e-6)


def test_what_is_ahead_reaches_both_ears_alike():
    left, right = ears(source())
    np.testing.assert_allclose(left, right, atol=1e-6)


@settings(max_examples=12, deadline=None)
@given(
    azimuth_deg=st.integers(-35, 36), yaw_deg=st.integers(-72, 72), kind=st.sampled_from(["point", "area", "ambient"])
)
def test_turning_the_head_is_turning_the_sources_the_other_way(azimuth_deg, yaw_deg, kind):
    azimuth_deg, yaw_deg = 5.0 * azimuth_deg, 5.0 * yaw_deg
    thing = source(kind=kind, azimuth_deg=azimuth_deg, width_deg=90, distance_m=None if kind == "ambient" else 2)
    turned = ears(replace(thing, azimuth_deg=azimuth_deg - yaw_deg))
    np.testing.assert_allclose(ears(thing, yaw_deg=yaw_deg), turned, atol=1e-6)


def test_looking_left_brings_what_was_on_the_left_to_the_front():
    np.testing.assert_allclose(ears(source(azimuth_deg=90), yaw_deg=90), ears(source()), atol=1e-6)


@pytest.mark.parametrize(("kind", "cost_db"), [("point", 6.0206), ("area", 6.0206), ("line", 3.0103)])
def test_twice_as_far_is_quieter_by_the_law_of_its_kind(kind, cost_db):
    near, far = (
        ears(source(kind=kind, width_deg=40, azimuth_deg=33, distance_m=distance_m)) for distance_m in (1.5, 3)
    )
    np.testing.assert_allclose(power_db(near) - power_db(far), cost_db, atol=1e-3)


def test_air_takes_the_highs_of_what_is_far():
    near, far = (np.abs(np.fft.rfft(ears(source(distance_m=distance_m))[0])) ** 2 for distance_m in (2, 200))
    for frequency_hz in (1000, 8000):
        band = slice(round(0.9 * frequency_hz), round(1.1 * frequency_hz))
        lost_db = 10 * np.log10(near[band].mean() / far[band].mean()) - 40
        assert lost_db == pytest.approx(199 * air_absorption_db_per_m(frequency_hz), rel=0.1, abs=0.1)


def test_very_near_the_turned_away_ear_hears_little():
    left, right = power_db(ears(source(azimuth_deg=90, distance_m=0.2)))
    far_left, far_right = power_db(ears(source(azimuth_deg=90)))
    assert 5 < (left - right) - (far_left - far_right) < 25


def test_levels_between_sources_do_not_depend_on_how_loud_their_clips_are():
    quiet = source(samples=SECOND * np.float32(0.1), loudness_lufs=-43)
    np.testing.assert_allclose(ears(quiet), ears(source()), rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(power_db(ears(source(level_db_spl_1m=80))) - power_db(ears(source())), 10, atol=1e-3)


def test_a_mix_is_the_sum_of_its_sources():
    things = [source(azimuth_deg=40), source(samples=SECOND[::-1], kind="ambient", distance_m=None), source(loop=False)]
    alone = sum(ears(thing) for thing in things)
    np.testing.assert_allclose(ears(*things), alone, atol=1e-6)


@pytest.mark.parametrize("kind", ["point", "ambient"])
def test_a_loop_has_no_seam(kind):
    """Its end rings on in its beginning: the step from the last sample to the first is like any other."""
    smooth = np.sin(2 * np.pi * 100 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    once = ears(source(samples=smooth, kind=kind, azimuth_deg=50))
    steps = np.abs(np.diff(np.concatenate([once, once[:, :1]], axis=1), axis=1))
    assert steps[:, -1].max() <= steps[:, :-1].max() * 1.001
    np.testing.assert_array_equal(
        ears(source(samples=smooth, kind=kind, azimuth_deg=50), length_samples=2 * RATE_HZ), np.tile(once, 2)
    )


def test_a_loop_shorter_than_the_response_of_the_ears_goes_on_too():
    """A loop of 3 ms, against the same sound convolved at length until it is steady."""
    short = SECOND[:150]
    response = default_hrtf().nearest_hrir(70, 10)
    long = np.stack([np.convolve(np.tile(short, 20), ear) for ear in response])
    steady = long[:, 150 * 15 : 150 * 16]
    np.testing.assert_allclose(ears(source(samples=short, azimuth_deg=70, elevation_deg=10)), steady, atol=1e-5)


def test_what_does_not_loop_is_heard_once_and_rings_out():
    response = default_hrtf().nearest_hrir(-110, -20)
    expected = np.stack([np.convolve(SECOND, ear) for ear in response])
    mix = ears(source(loop=False, azimuth_deg=-110, elevation_deg=-20), length_samples=2 * RATE_HZ)
    np.testing.assert_allclose(mix[:, : expected.shape[1]], expected, atol=1e-5)
    assert not np.any(mix[:, expected.shape[1] + 1 :])
    assert ears(source(loop=False)).shape == (2, RATE_HZ)


@pytest.mark.parametrize("loop", [True, False])
@pytest.mark.parametrize(("kind", "width_deg"), [("area", 40), ("area", 120), ("line", 180), ("line", 360)])
def test_a_wide_thing_is_as_loud_as_a_narrow_one(kind, width_deg, loop):
    """The same power as its emitters would bring one after another, within what chance leaves."""
    wide = source(kind=kind, width_deg=width_deg, loop=loop)
    parts = [
        ears(source(azimuth_deg=azimuth_deg, elevation_deg=elevation_deg, loop=loop))
        for azimuth_deg, elevation_deg in zip(*polar_from_scene(wide.directions(0.0))[:2], strict=True)
    ]
    expected = 10 * np.log10(np.mean([10 ** (power_db(part) / 10) for part in parts], axis=0))
    np.testing.assert_allclose(power_db(ears(wide)), expected, atol=0.3)


def test_a_wide_thing_blurs_where_a_narrow_one_points():
    def likeness(thing):
        return np.corrcoef(ears(thing))[0, 1]

    assert likeness(source()) > 0.999
    assert likeness(source(kind="line", width_deg=120)) < 0.5
    assert likeness(source(kind="point", width_deg=120)) > 0.999


def test_emitters_fill_the_width_and_the_height():
    def angles(thing):
        azimuth_deg, elevation_deg, _ = polar_from_scene(thing.directions(30.0))
        return np.round(azimuth_deg, 6), np.round(elevation_deg, 6)

    wide = source(kind="area", azimuth_deg=40, width_deg=60, elevation_deg=5)
    np.testing.assert_allclose(angles(wide), [(-12.5, 2.5, 17.5, 32.5), (5, 5, 5, 5)])
    tall = replace(wide, width_deg=60, height_deg=60)
    assert np.ptp(angles(tall)[1]) > 20
    np.testing.assert_allclose(angles(replace(wide, width_deg=8)), [(10,), (5,)])
    assert len(replace(wide, kind="point").directions(0.0)) == 1
    assert len(source(kind="line", width_deg=360).directions(0.0)) == 9


def test_ambience_is_all_around_and_everywhere_the_same():
    # Heads were measured to some 20 kHz.
    spectrum = np.fft.rfft(SECOND)
    spectrum[16_000:] = 0.0
    audible = np.fft.irfft(spectrum).astype(np.float32)
    thing = source(kind="ambient", distance_m=None, samples=audible)
    both = ears(thing)
    left_db, right_db = power_db(both)
    assert abs(left_db - right_db) < 0.3
    assert left_db - power_db(audible) == pytest.approx(0, abs=0.5)
    assert abs(np.corrcoef(both)[0, 1]) < 0.2
    np.testing.assert_array_equal(ears(thing, yaw_deg=77), both)


def test_no_sources_are_silence():
    assert ears(length_samples=10).tolist() == np.zeros((2, 10)).tolist()
    assert ears().shape == (2, 0)


def test_only_ambience_may_lack_a_distance():
    with pytest.raises(InputError, match="has no distance"):
        ears(source(distance_m=None))
