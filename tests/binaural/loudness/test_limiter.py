import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.loudness.levelling import levelling_gain, limiting_gain
from binaural.loudness.meter import integrated_lufs, true_peak_dbtp

RATE_HZ = 48_000
BOTH = pytest.mark.parametrize("circular", [False, True])


def noise(channels=2, duration_s=2.0, level=0.02, seed=0):
    return level * np.random.default_rng(seed).standard_normal((round(duration_s * RATE_HZ), channels))


def knocks(channels=2, duration_s=4.0, every_s=0.5, first_s=0.1):
    sound = noise(channels, duration_s, level=0.001)
    fade = np.exp(-np.arange(7200) / 900)[:, None]
    for start in np.arange(first_s, duration_s - 0.2, every_s):
        sound[round(start * RATE_HZ) :][:7200] += fade * noise(channels, 0.15, level=0.3, seed=1)
    return sound


def levelled(sound, **options):
    gain = levelling_gain(sound, **{"sample_rate_hz": RATE_HZ, "target_lufs": -14.0, **options})
    return (sound.T * gain).T, gain


@BOTH
@pytest.mark.parametrize("target_lufs", [-30.0, -23.0, -16.0])
def test_where_gain_alone_does_it_is_one_gain(circular, target_lufs):
    sound, gain = levelled(noise(), target_lufs=target_lufs, circular=circular)
    assert np.ptp(gain) == 0
    assert integrated_lufs(sound, RATE_HZ) == pytest.approx(target_lufs, abs=1e-6)


@BOTH
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_what_is_too_peaked_is_limited_and_as_loud_as_asked_for(circular, channels):
    raw = knocks(channels)
    alone_dbtp = true_peak_dbtp(raw, RATE_HZ) - 14.0 - integrated_lufs(raw, RATE_HZ)
    assert alone_dbtp > 2, "the example must need the limiter"
    sound, gain = levelled(raw, circular=circular)
    assert integrated_lufs(sound, RATE_HZ) == pytest.approx(-14, abs=0.1)
    assert true_peak_dbtp(sound, RATE_HZ) <= -1 + 1e-6
    # Between knocks the gain is whole again.
    assert gain.max() == pytest.approx(np.percentile(gain, 60), rel=1e-6)


def test_all_channels_have_one_gain_so_nothing_moves():
    raw = knocks()
    raw[:, 1] *= 0.1
    sound, gain = levelled(raw)
    assert np.ptp(gain) > 0.1
    np.testing.assert_allclose(sound[:, 1] / sound[:, 0], raw[:, 1] / raw[:, 0], rtol=1e-9)


def test_a_channel_that_is_not_heard_keeps_under_the_ceiling_too():
    heard, beside = noise(1)[:, 0], knocks(1, duration_s=2.0) * 3
    together = np.column_stack([heard, beside])
    gain = levelling_gain(heard, sample_rate_hz=RATE_HZ, target_lufs=-20.0, peaking=together)
    assert integrated_lufs(heard * gain, RATE_HZ) == pytest.approx(-20, abs=0.1)
    assert true_peak_dbtp((together.T * gain).T, RATE_HZ) <= -1 + 1e-6


@BOTH
def test_the_ceiling_wins_where_both_cannot_be_had(circular):
    click = np.zeros(2 * RATE_HZ)
    click[RATE_HZ] = 1.0
    sound, _ = levelled(click, circular=circular)
    assert true_peak_dbtp(sound, RATE_HZ) <= -1 + 1e-6
    assert integrated_lufs(sound, RATE_HZ) < -14


@BOTH
@pytest.mark.parametrize("deepest_db", [0.0, 3.0])
def test_the_limiter_takes_no_more_than_it_may(circular, deepest_db):
    raw = knocks()
    sound, gain = levelled(raw, circular=circular, target_lufs=-8.0, deepest_db=deepest_db)
    assert 20 * np.log10(gain.max() / gain.min()) <= deepest_db + 1e-6
    assert integrated_lufs(sound, RATE_HZ) < -9
    assert true_peak_dbtp(sound, RATE_HZ) == pytest.approx(-1, abs=1e-4)


def test_a_peak_at_an_end_is_limited_there_and_goes_round_only_in_a_loop():
    peaks = np.full(RATE_HZ, 0.1)
    peaks[0] = 2.0
    for circular in (False, True):
        gain = limiting_gain(peaks, gain_db=6.0, sample_rate_hz=RATE_HZ, circular=circular)
        assert gain[0] * 2.0 <= 10 ** (-1 / 20)
        assert (gain[-1] < 1.0) == circular
        assert gain[RATE_HZ // 2] == pytest.approx(10**0.3)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3000), st.integers(0, 99), st.floats(-20, 60), st.booleans())
def test_no_sample_ever_passes_the_ceiling(count, seed, gain_db, circular):
    peaks = np.random.default_rng(seed).standard_exponential(count) ** 3
    gain = limiting_gain(peaks, gain_db=gain_db, sample_rate_hz=RATE_HZ, circular=circular)
    assert np.all(gain * peaks <= 10 ** (-1 / 20))
    assert np.all(gain <= 10 ** (gain_db / 20) * (1 + 1e-9))


def test_gain_moves_no_faster_than_the_look_ahead_allows():
    _, gain = levelled(knocks())
    decibels = 20 * np.log10(gain)
    assert np.abs(np.diff(decibels)).max() < 0.1


@BOTH
def test_a_loop_is_limited_alike_wherever_it_is_cut(circular):
    """Only where the gain goes round; the knock lies across the seam."""
    raw = np.roll(knocks(1)[:, 0], -round(0.1 * RATE_HZ) - 60)
    here, there = (limiting_gain(np.abs(x), gain_db=12.0, sample_rate_hz=RATE_HZ, circular=circular)
                   for x in (raw, np.roll(raw, RATE_HZ)))  # fmt: skip
    assert np.allclose(np.roll(here, RATE_HZ), there, atol=1e-9) == circular


def test_silence_stays_and_the_hardly_audible_is_finite():
    np.testing.assert_array_equal(
        levelling_gain(np.zeros(100), sample_rate_hz=RATE_HZ, target_lufs=-23.0), np.ones(100)
    )
    sound, _ = levelled(noise() * 1e-6)
    assert np.all(np.isfinite(sound))
    assert true_peak_dbtp(sound, RATE_HZ) <= -1 + 1e-6
