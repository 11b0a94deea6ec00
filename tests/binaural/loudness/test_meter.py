import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.loudness.meter import integrated_lufs, normalised, normalising_gain_db, true_peak_dbtp

RATE_HZ = 48_000


def sine(level_dbfs, duration_s, *, frequency_hz=997.0, phase_deg=0.0, rate_hz=RATE_HZ):
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * frequency_hz * time_s + np.radians(phase_deg))


def both(signal):
    return np.stack([signal, signal], axis=1)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_full_scale_at_997_hz_in_one_channel_is_minus_3_01(rate_hz):
    """BS.1770-5, Annex 1: the calibration of the scale."""
    tone = sine(0, 5, rate_hz=rate_hz)
    assert integrated_lufs(tone, rate_hz) == pytest.approx(-3.01, abs=0.005)
    assert integrated_lufs(both(tone), rate_hz) == pytest.approx(0.0, abs=0.005)


def test_bass_is_weighted_as_the_standard_says():
    """The two biquads whose coefficients BS.1770-5 prints for 48 kHz, evaluated at 60 Hz."""
    z = np.exp(-2j * np.pi * 60 / RATE_HZ)
    cache = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    expected = -0.691 + 20 * np.log10(abs(cache * high_pass)) - 10 * np.log10(2)
    assert integrated_lufs(sine(0, 10, frequency_hz=60), RATE_HZ) == pytest.approx(expected, abs=0.002)


@pytest.mark.parametrize(
    "parts",
    [
        [(-23, 20)],
        [(-36, 10), (-23, 60), (-36, 10)],
        [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)],
        [(-26, 20), (-20, 20.1), (-26, 20)],
    ],
)
def test_gates_as_the_ebu_demands(parts):
    """EBU Tech 3341, minimum requirements 1, 3, 4 and 5: stereo sines at 1 kHz that must read −23.0 ± 0.1."""
    signal = np.concatenate([sine(level, duration_s, frequency_hz=1000) for level, duration_s in parts])
    assert integrated_lufs(both(signal), RATE_HZ) == pytest.approx(-23.0, abs=0.1)


def test_less_than_a_block_reads_as_if_it_went_on():
    long = sine(-20, 4, frequency_hz=1000)
    for length in (480, 4800, 19_199):
        assert integrated_lufs(long[:length], RATE_HZ) == pytest.approx(integrated_lufs(long, RATE_HZ), abs=0.02)
    assert integrated_lufs(both(long[:480]), RATE_HZ) == pytest.approx(-19.99, abs=0.02)


def test_an_incomplete_block_at_the_end_does_not_count():
    """BS.1770-5, Annex 1: a gating block that isn't whole at the end of the measurement is left out."""
    tone = sine(-20, 0.4)
    padded = np.concatenate([tone, np.zeros(round(0.09 * RATE_HZ))])
    assert integrated_lufs(padded, RATE_HZ) == integrated_lufs(tone, RATE_HZ)


def test_silence_has_no_loudness_and_no_peak():
    for silence in (np.zeros(0), np.zeros(7, np.float32), np.zeros((96_000, 2))):
        assert integrated_lufs(silence, RATE_HZ) == -np.inf
        assert true_peak_dbtp(silence, RATE_HZ) == -np.inf
    assert integrated_lufs(sine(-90, 1), RATE_HZ) == -np.inf


@pytest.mark.parametrize(
    ("frequency_hz", "phase_deg", "level_dbfs"),
    [(12_000, 0, -6), (12_000, 45, -6), (8_000, 60, -6), (6_000, 67.5, -6), (12_000, 45, 3)],
)
def test_peaks_between_samples_are_seen(frequency_hz, phase_deg, level_dbfs):
    """EBU Tech 3341, minimum requirements 15 to 19: +0.2 and −0.4 dB are allowed."""
    tone = sine(level_dbfs, 1, frequency_hz=frequency_hz, phase_deg=phase_deg) * np.hanning(RATE_HZ)
    assert -0.4 <= true_peak_dbtp(tone, RATE_HZ) - level_dbfs <= 0.2
    assert true_peak_dbtp(both(tone), RATE_HZ) == true_peak_dbtp(tone, RATE_HZ)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 999), level_db=st.floats(-40, 10), target_lufs=st.floats(-40, -20))
def test_what_is_normalised_measures_the_target(seed, level_db, target_lufs):
    noise = np.random.default_rng(seed).standard_normal((RATE_HZ, 2)).astype(np.float32) * 10 ** (level_db / 20)
    result = normalised(noise, sample_rate_hz=RATE_HZ, target_lufs=target_lufs)
    assert result.dtype == np.float32
    assert integrated_lufs(result, RATE_HZ) == pytest.approx(target_lufs, abs=0.01)


@pytest.mark.parametrize("target_lufs", [-23.0, -5.0])
def test_the_gain_gives_way_where_peaks_would_pass_the_ceiling(target_lufs):
    click = sine(-60, 1)
    click[1000] = 1.0
    result = normalised(click, sample_rate_hz=RATE_HZ, target_lufs=target_lufs)
    assert true_peak_dbtp(result, RATE_HZ) == pytest.approx(-1.0, abs=0.01)
    np.testing.assert_allclose(result / result[1000], click, rtol=1e-9)


def test_what_lies_below_the_gate_is_not_blown_up():
    faint = sine(-90, 1)
    assert normalising_gain_db(faint, sample_rate_hz=RATE_HZ, target_lufs=-23) == 0
    assert not np.any(normalised(np.zeros(RATE_HZ), sample_rate_hz=RATE_HZ, target_lufs=-23))


def test_a_click_without_loudness_stays_below_the_ceiling_all_the_same():
    click = np.zeros(RATE_HZ)
    click[1000] = 1.5
    assert true_peak_dbtp(normalised(click, sample_rate_hz=RATE_HZ, target_lufs=-23), RATE_HZ) <= -0.99
