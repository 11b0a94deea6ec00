from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.loudness.levelling import GainCurve, Heard, levelling_curve, levelling_gain
from binaural.loudness.meter import integrated_lufs, true_peak_dbtp

RATE_HZ = 48_000


def knocks(duration_s=3.0):
    random = np.random.default_rng(0)
    sound = 0.001 * random.standard_normal((round(duration_s * RATE_HZ), 2))
    for start in range(2000, len(sound) - 4000, 12_000):
        sound[start : start + 4000] += 0.3 * random.standard_normal((4000, 2)) * np.exp(-np.arange(4000) / 900)[:, None]
    return sound


@settings(max_examples=30, deadline=None)
@given(length=st.integers(200, 5000), circular=st.booleans(), cuts=st.lists(st.integers(0, 5000), max_size=4))
def test_a_curve_is_the_same_in_whatever_parts_it_is_asked_for(length, circular, cuts):
    cells = np.random.default_rng(length).uniform(0.1, 1.0, -(-length // 48))
    curve = GainCurve(cells, 48, length, circular)
    borders = [0, *sorted(min(cut, length) for cut in cuts), length]
    parts = [curve.factors(begin, end - begin) for begin, end in pairwise(borders)]
    np.testing.assert_array_equal(np.concatenate(parts), curve.factors(0, length))
    # A mixture of cells is never beyond them.
    assert cells.min() - 1e-12 <= curve.factors(0, length).min()
    assert curve.factors(0, length).max() <= cells.max() + 1e-12


@pytest.mark.parametrize("length", [4800, 4801, 4847])
def test_a_circular_curve_has_no_seam_even_where_a_cell_is_cut_short(length):
    cells = 1.0 + 0.5 * np.sin(2 * np.pi * np.arange(-(-length // 48)) / (-(-length // 48)))
    gain = GainCurve(cells, 48, length, True).factors(0, length)
    steps = np.abs(np.diff(np.append(gain, gain[0])))
    assert steps[-1] <= steps[:-1].max() * 1.01


def test_a_programme_that_needs_no_limiter_is_heard_once_and_another_twice():
    heard = []

    def programme():
        heard.append(1)
        return (Heard(block, block) for block in np.array_split(knocks(), 9))

    levelling_curve(programme, sample_rate_hz=RATE_HZ, target_lufs=-60.0)
    assert len(heard) == 1
    curve = levelling_curve(programme, sample_rate_hz=RATE_HZ, target_lufs=-14.0)
    assert len(heard) == 3
    sound = knocks() * curve.factors(0, len(knocks()))[:, None]
    assert integrated_lufs(sound, RATE_HZ) == pytest.approx(-14.0, abs=0.05)
    assert true_peak_dbtp(sound, RATE_HZ) <= -1 + 1e-6


def test_a_gain_does_not_depend_on_the_blocks_of_the_programme():
    sound = knocks()
    options = {"sample_rate_hz": RATE_HZ, "target_lufs": -14.0}
    curve = levelling_curve(lambda: (Heard(block, block) for block in np.array_split(sound, 17)), **options)
    np.testing.assert_allclose(curve.factors(0, len(sound)), levelling_gain(sound, **options), rtol=1e-6)


def test_no_programme_at_all_has_a_gain():
    curve = levelling_curve(list, sample_rate_hz=RATE_HZ, target_lufs=-23.0)
    assert curve.factors(0, 3).tolist() == [1.0, 1.0, 1.0]
