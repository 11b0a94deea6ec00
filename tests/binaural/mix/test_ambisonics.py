import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from binaural.mix.ambisonics import ambisonic_mix, encoded, order_of, rotated
from binaural.mix.harmonics import channel_count
from binaural.mix.positioned_signal import PositionedSignal
from protocol.coordinates import scene_from_polar
from protocol.errors import InputError

RATE_HZ = 48_000
ORDERS = [1, 2, 3]


def noise(seed, count=2400):
    return np.random.default_rng(seed).standard_normal(count).astype(np.float32)


def signal(seed=0, **changes):
    values = {"loudness_lufs": -23.0, "level_db_spl_1m": 70.0, "kind": "point", "distance_m": 1.0}
    return PositionedSignal(samples=noise(seed), **{**values, **changes})


def intensity(sound):
    """Where the energy comes from, as the pressure times the velocity."""
    vector = sound[:, 0].astype(np.float64) @ sound[:, [3, 1, 2]].astype(np.float64)
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("order", ORDERS)
def test_a_source_on_the_left_is_in_w_and_y_alone_of_the_first_order(order):
    wave = noise(1)
    sound = encoded(wave[None], [[0.0, 1.0, 0.0]], order)
    assert sound.shape == (2400, channel_count(order))
    assert sound.dtype == np.float32
    np.testing.assert_array_equal(sound[:, 0], wave)
    np.testing.assert_array_equal(sound[:, 1], wave)
    assert not np.any(sound[:, 2:4])


@pytest.mark.parametrize("order", ORDERS)
def test_turning_the_field_is_encoding_turned_sources(order):
    directions = scene_from_polar([10.0, -100.0, 170.0], [0.0, -30.0, 80.0])
    signals = np.stack([noise(seed) for seed in range(3)])
    turn = Rotation.random(rng=np.random.default_rng(5)).as_matrix()
    turned = rotated(encoded(signals, directions, order), turn)
    np.testing.assert_allclose(turned, encoded(signals, directions @ turn.T, order), atol=1e-5)
    np.testing.assert_allclose(rotated(turned, turn.T), encoded(signals, directions, order), atol=1e-5)


def test_a_head_turned_left_hears_what_was_left_in_front():
    left_source = encoded(noise(1)[None], [[0.0, 1.0, 0.0]], 3)
    head = Rotation.from_euler("z", 90, degrees=True).as_matrix()
    np.testing.assert_allclose(intensity(rotated(left_source, head.T)), [1, 0, 0], atol=1e-6)


@pytest.mark.parametrize("channels", [0, 2, 8, 15])
def test_channels_of_no_order_are_refused(channels):
    with pytest.raises(ValueError, match="no ambisonic order"):
        order_of(channels)


@pytest.mark.parametrize(("azimuth_deg", "elevation_deg"), [(90.0, 0.0), (-45.0, 30.0), (180.0, -60.0)])
def test_a_scene_keeps_directions_and_levels(azimuth_deg, elevation_deg):
    made = signal(azimuth_deg=azimuth_deg, elevation_deg=elevation_deg, distance_m=2.0)
    mix = ambisonic_mix([made], order=3)
    np.testing.assert_allclose(intensity(mix), scene_from_polar(azimuth_deg, elevation_deg), atol=1e-6)
    np.testing.assert_allclose(mix[:, 0], noise(0) * 10 ** (made.gain_db / 20), rtol=1e-6)


def test_the_listener_turns_as_the_field_turns():
    sources = [signal(1, azimuth_deg=50.0), signal(2, kind="area", azimuth_deg=-90.0, width_deg=80.0, loop=True)]
    turned = ambisonic_mix(sources, order=2, yaw_deg=35.0)
    back = Rotation.from_euler("z", -35, degrees=True).as_matrix()
    np.testing.assert_allclose(turned, rotated(ambisonic_mix(sources, order=2), back), atol=1e-5)


def test_what_is_wide_keeps_its_power_and_spreads_over_its_width():
    wide = ambisonic_mix([signal(kind="line", width_deg=100.0, loop=True)], order=1)
    narrow = ambisonic_mix([signal(loop=True)], order=1)
    power = (wide[:, 0].astype(np.float64) ** 2).mean() / (narrow[:, 0].astype(np.float64) ** 2).mean()
    assert 10 * np.log10(power) == pytest.approx(0, abs=0.5)
    assert np.std(narrow[:, 1]) == 0
    assert np.std(wide[:, 1]) > 0.2 * np.std(wide[:, 0])


def test_ambience_comes_from_all_around():
    ambience = ambisonic_mix([signal(kind="ambient", distance_m=None, loop=True)], order=1).astype(np.float64)
    power = (ambience**2).mean(axis=0)
    assert np.all(power[[1, 3]] > 0.2 * power[0])
    assert np.linalg.norm(ambience[:, 0] @ ambience[:, [3, 1]]) < 0.2 * len(ambience) * power[0]


def test_loops_go_on_and_others_end():
    mix = ambisonic_mix([signal(1, loop=True)], order=1, length_samples=4800)
    np.testing.assert_array_equal(mix[:2400], mix[2400:])
    once = ambisonic_mix([signal(1)], order=1, length_samples=4800)
    np.testing.assert_array_equal(once[:2400], mix[:2400])
    assert not np.any(once[2400:])
    cut = ambisonic_mix([signal(1, kind="line", width_deg=60.0)], order=1, length_samples=100)
    assert cut.shape == (100, 4)
    assert ambisonic_mix([], order=2).shape == (0, 9)


def test_an_emitter_without_a_distance_is_refused():
    with pytest.raises(InputError):
        ambisonic_mix([signal(distance_m=None)], order=1)


def test_a_mix_is_the_encoding_of_its_points():
    sources = [signal(seed, azimuth_deg=40.0 * seed, elevation_deg=-20.0 * seed) for seed in range(1, 4)]
    signals = np.stack([source.samples * 10 ** (source.gain_db / 20) for source in sources])
    directions = scene_from_polar([40.0, 80.0, 120.0], [-20.0, -40.0, -60.0])
    np.testing.assert_allclose(ambisonic_mix(sources, order=3), encoded(signals, directions, 3), atol=1e-5)
