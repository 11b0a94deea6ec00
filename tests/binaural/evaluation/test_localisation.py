from dataclasses import replace

import numpy as np
import pytest

from binaural.evaluation.localisation import (
    Localiser,
    accuracy,
    lateral_angle_deg,
    scaled_head,
)
from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.hrir import default_hrtf
from binaural.hrtf.interaural import itds_s
from binaural.mix.positioned_signal import PositionedSignal
from binaural.mix.still import binaural_mix

RATE_HZ = 48_000
AZIMUTHS_DEG = tuple(float(azimuth) for azimuth in range(-175, 185, 5))


def noise(azimuth_deg, *, exponent=0.0, level_db_spl_1m=70.0):
    """Noise from a direction whose power goes with a power of frequency."""
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(24_000))
    spectrum[1:] *= np.arange(1, len(spectrum)) ** (exponent / 2)
    return PositionedSignal(
        samples=np.fft.irfft(spectrum).astype(np.float32),
        loudness_lufs=0.0,
        level_db_spl_1m=level_db_spl_1m,
        kind="point",
        azimuth_deg=azimuth_deg,
        distance_m=2.0,
    )


def rendered(azimuth_deg, **options):
    return binaural_mix([noise(azimuth_deg, **options)], head=NearestHead(default_hrtf())).T


@pytest.fixture(scope="module")
def heard():
    return {azimuth: rendered(azimuth) for azimuth in AZIMUTHS_DEG}


@pytest.fixture(scope="module")
def stranger():
    """Somebody else's ears: a tenth larger than those that were rendered with."""
    return Localiser(scaled_head(default_hrtf(), 1.1))


def found(heard, localiser, *, ears=lambda ears: ears):
    return accuracy(AZIMUTHS_DEG, [localiser.azimuth_deg(ears(heard[azimuth])) for azimuth in AZIMUTHS_DEG])


def horizontal(keep):
    """The default head's horizontal ring, of which those directions are kept that ``keep`` says."""
    hrtf = default_hrtf()
    chosen = (np.abs(hrtf.elevation_deg) < 1) & keep(np.round(hrtf.azimuth_deg / 5).astype(int))
    return replace(
        hrtf,
        azimuth_deg=hrtf.azimuth_deg[chosen],
        elevation_deg=hrtf.elevation_deg[chosen],
        hrirs=hrtf.hrirs[chosen],
    )


def test_other_ears_find_72_directions(heard, stranger):
    result = found(heard, stranger)
    assert result.median_error_deg < 3
    assert result.front_back_rate < 0.1


def test_smaller_ears_find_them_too(heard):
    result = found(heard, Localiser(scaled_head(default_hrtf(), 0.9)))
    assert result.median_error_deg < 3
    assert result.front_back_rate < 0.1


def test_directions_that_were_left_out_of_the_reference_are_found_between_its_own(heard):
    even, odd = (Localiser(horizontal(lambda step, left=left: step % 2 == left)) for left in (0, 1))
    azimuths = [(odd if azimuth % 10 == 0 else even).azimuth_deg(heard[azimuth]) for azimuth in AZIMUTHS_DEG]
    result = accuracy(AZIMUTHS_DEG, azimuths)
    assert result.median_error_deg < 1
    assert result.worst_error_deg < 7
    assert result.front_back_rate == 0


def test_swapped_channels_are_caught(heard, stranger):
    assert found(heard, stranger, ears=lambda ears: ears[::-1]).median_error_deg > 60


def test_an_azimuth_of_the_wrong_sign_is_caught(stranger):
    mirrored = {azimuth: rendered(-azimuth) for azimuth in AZIMUTHS_DEG}
    assert found(mirrored, stranger).median_error_deg > 60


def test_front_and_back_turned_round_are_caught(stranger):
    turned = {azimuth: rendered(180.0 - azimuth) for azimuth in AZIMUTHS_DEG}
    assert found(turned, stranger).front_back_rate > 0.9


def test_degrees_taken_for_radians_are_caught(stranger):
    confused = {azimuth: rendered(np.radians(azimuth)) for azimuth in AZIMUTHS_DEG}
    assert found(confused, stranger).median_error_deg > 60


def test_ears_that_do_not_hear_time_or_level_right_are_caught(heard, stranger):
    # The right channel comes half a millisecond late, as from an unequal delay line.
    late = found(heard, stranger, ears=lambda ears: np.stack([ears[0], np.roll(ears[1], 24)]))
    assert late.median_error_deg > 15


@pytest.mark.parametrize("azimuth_deg", [0.0, 40.0, 90.0, 135.0, 180.0, -60.0, -155.0])
def test_loudness_and_a_falling_spectrum_change_little(stranger, azimuth_deg):
    plain = stranger.azimuth_deg(rendered(azimuth_deg))
    assert stranger.azimuth_deg(rendered(azimuth_deg, level_db_spl_1m=40.0)) == pytest.approx(plain, abs=0.1)
    pink = stranger.azimuth_deg(rendered(azimuth_deg, exponent=-1.0))
    assert abs((pink - plain + 180) % 360 - 180) < 6


def test_a_turned_head_hears_a_source_turned_the_other_way(stranger):
    ears = binaural_mix([noise(10.0)], head=NearestHead(default_hrtf()), yaw_deg=50.0).T
    assert stranger.azimuth_deg(ears) == pytest.approx(-40.0, abs=6)


def test_a_sphere_that_knows_no_measured_head_tells_left_from_right(heard):
    """A reference that shares the rendered head's data would share its faults; this one doesn't."""
    lateral = np.degrees(np.arcsin(np.sin(np.radians(AZIMUTHS_DEG))))
    error = np.abs([lateral_angle_deg(heard[a], RATE_HZ) for a in AZIMUTHS_DEG] - lateral)
    assert np.median(error) < 10
    assert error.max() < 30
    swapped = np.abs([lateral_angle_deg(heard[a][::-1], RATE_HZ) for a in AZIMUTHS_DEG] - lateral)
    assert np.median(swapped) > 60


def test_a_larger_head_hears_later_in_proportion():
    ring = horizontal(lambda step: step % 6 == 0)
    plain, large = (itds_s(head.hrirs, RATE_HZ) for head in (ring, scaled_head(ring, 1.2)))
    np.testing.assert_allclose(large, 1.2 * plain, atol=25e-6)


def test_accuracy_counts_what_it_says():
    result = accuracy([0.0, 90.0, 170.0, -30.0], [180.0, 80.0, -170.0, -40.0])
    # Off by 180, 10, 20 and 10 degrees; the first is the mirror image, and 90 has none.
    assert result.median_error_deg == pytest.approx(15.0)
    assert result.worst_error_deg == pytest.approx(180.0)
    assert result.front_back_rate == pytest.approx(1 / 3)
