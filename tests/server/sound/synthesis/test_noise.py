import numpy as np
import pytest

from server.sound.synthesis.noise import band, drift, filtered, grains, hump, noise, swell, unit
from tests.server.sound.measures import level_db, rng, seam_flux, seam_step, share

COUNT = 96_000


def test_band_noise_keeps_to_its_band_with_the_skirts_that_are_stated() -> None:
    clip = noise(20 * COUNT, rng(), band(1000, 4000, order=1))
    assert level_db(clip, 3900, 4100) - level_db(clip, 1900, 2100) == pytest.approx(-3, abs=1.2)
    # One octave far above: order 1 falls by 12 dB; far below: by 6 dB.
    assert level_db(clip, 15800, 16200) - level_db(clip, 7900, 8100) == pytest.approx(-12, abs=1.2)
    assert level_db(clip, 240, 260) - level_db(clip, 120, 130) == pytest.approx(6, abs=1.2)


def test_a_tilt_is_in_decibels_an_octave() -> None:
    clip = noise(20 * COUNT, rng(), band(20, 20_000, tilt_db_per_octave=-3.0))
    assert level_db(clip, 3900, 4100) - level_db(clip, 490, 510) == pytest.approx(-9, abs=1)


def test_a_hump_is_centred_on_the_octave_axis() -> None:
    gain = hump(1000.0, 0.5)(np.array([500.0, 1000.0, 2000.0]))
    np.testing.assert_allclose(gain, [np.exp(-2), 1, np.exp(-2)], rtol=1e-12)


def test_noise_has_unit_rms_no_dc_and_no_seam() -> None:
    clip = noise(COUNT, rng(), band(30, 300))
    assert np.sqrt(np.mean(clip**2)) == pytest.approx(1.0)
    assert abs(clip.mean()) < 1e-12
    assert seam_step(clip)[1] < 1
    assert seam_flux(clip)[1] < 1.05


def test_a_circular_filter_neither_shifts_nor_smears_over_the_seam() -> None:
    click = np.zeros(4800)
    click[0] = 1.0
    heard = filtered(click, band(200, 2000))
    np.testing.assert_allclose(heard[1:], heard[:0:-1], atol=1e-12)
    assert np.argmax(heard) == 0


def test_drift_is_slow_and_normalised_even_where_the_clip_is_shorter_than_its_period() -> None:
    slow = drift(20 * COUNT, rng(), 0.5)
    assert share(slow, 0, 2.0) > 0.9999
    assert np.std(slow) == pytest.approx(1)
    assert np.std(drift(4800, rng(), 0.01)) == pytest.approx(1)


def test_swell_is_a_gain_about_one() -> None:
    gain = swell(20 * COUNT, rng(), 0.5, 0.3)
    assert np.log(gain).mean() == pytest.approx(0, abs=1e-9)
    assert np.log(gain).std() == pytest.approx(0.3)


def test_grains_come_at_their_rate_where_they_are_likely() -> None:
    density = np.zeros(COUNT)
    density[: COUNT // 4] = 1.0
    clip = grains(COUNT, rng(), rate_hz=100.0, kernel=np.ones(1), density=density)
    assert not np.any(np.abs(clip[COUNT // 4 + 1 :]) > 1e-9)
    assert np.count_nonzero(np.abs(clip) > 1e-9) == pytest.approx(200, rel=0.3)
    spread = grains(COUNT, rng(), rate_hz=100.0, kernel=np.ones(1))
    assert np.count_nonzero(np.abs(spread[COUNT // 2 :]) > 1e-9) == pytest.approx(100, rel=0.4)


def test_silence_stays_silent_when_it_is_normalised() -> None:
    assert not np.any(unit(np.zeros(8)))
