import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from pyloudnorm import Meter

from binaural.loudness.meter import integrated_lufs
from binaural.loudness.streaming import LoudnessMeter, TruePeakMeter, cell_samples, gated_lufs

RATE_HZ = 48_000


def noise(count, channels=2, seed=0):
    """Noise that comes and goes, so that gates have something to do."""
    samples = np.random.default_rng(seed).standard_normal((count, channels))
    return samples * 0.1 * np.abs(np.sin(np.arange(count) / 20_000))[:, None] ** 4


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_loudness_is_what_another_meter_reads(rate_hz, channels):
    """pyloudnorm, whose block borders round otherwise now and then."""
    sound = noise(5 * rate_hz, channels)
    theirs = Meter(rate_hz, filter_class="DeMan").integrated_loudness(sound)
    assert integrated_lufs(sound, rate_hz) == pytest.approx(theirs, abs=1e-3)


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 60_000), max_size=6), rate_hz=st.sampled_from([44_100, 48_000]))
def test_the_blocks_that_a_signal_comes_in_change_nothing(cuts, rate_hz):
    sound = noise(60_000)
    readings = []
    for borders in ([], sorted(cuts)):
        loudness, peak = LoudnessMeter(rate_hz, 2), TruePeakMeter(rate_hz, 2)
        for block in np.split(sound, borders):
            loudness.add(block)
            peak.add(block)
        readings.append((loudness.energies(), peak.peaks()))
    (energies, peaks), (energies_in_blocks, peaks_in_blocks) = readings
    np.testing.assert_allclose(energies_in_blocks, energies, rtol=1e-9)
    np.testing.assert_array_equal(peaks_in_blocks, peaks)
    assert len(energies) == len(peaks) == -(-60_000 // cell_samples(rate_hz))


def test_each_cell_has_the_peak_of_its_own_time():
    sound = np.zeros((RATE_HZ, 2))
    sound[10_000, 1] = -0.5
    meter = TruePeakMeter(RATE_HZ, 2)
    meter.add(sound)
    peaks = meter.peaks()
    assert int(np.argmax(peaks)) == 10_000 // cell_samples(RATE_HZ)
    assert peaks.max() == pytest.approx(0.5, rel=0.02)


def test_the_true_peak_is_that_of_the_whole_resampled_at_once():
    sound = noise(20_000, 1).astype(np.float32)
    meter = TruePeakMeter(RATE_HZ, 1)
    for block in np.array_split(sound, 7):
        meter.add(block)
    between = soxr.resample(sound[:, 0], RATE_HZ, 4 * RATE_HZ, quality="HQ")
    assert meter.peaks().max() == max(np.abs(between).max(), np.abs(sound).max())


def test_silence_and_nothing_have_no_loudness():
    assert gated_lufs(np.zeros(0), RATE_HZ) == -np.inf
    assert gated_lufs(np.zeros(5000), RATE_HZ) == -np.inf
    assert len(LoudnessMeter(RATE_HZ, 1).energies()) == 0
    assert len(TruePeakMeter(RATE_HZ, 1).peaks()) == 0
