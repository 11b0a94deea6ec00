import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.sound.synthesis.circular import (
    RATE_HZ,
    chance_times_s,
    lay,
    sample_count,
    spaced_times_s,
    steady_times_s,
    whole_rate_hz,
)
from tests.server.sound.measures import rng


@settings(max_examples=60)
@given(st.integers(1, 50), st.integers(0, 200), st.integers(-100, 300))
def test_an_event_laid_on_a_circle_loses_nothing_wherever_it_starts(size: int, length: int, start: int) -> None:
    loop, event = np.zeros(size), np.arange(1.0, length + 1)
    lay(loop, event, at_s=start / RATE_HZ, gain=2.0)
    expected = np.zeros(size)
    np.add.at(expected, (start + np.arange(length)) % size, 2.0 * event)
    np.testing.assert_allclose(loop, expected)


@settings(max_examples=40)
@given(st.floats(0.5, 60), st.floats(0.05, 20), st.integers(0, 99))
def test_a_steady_beat_closes_round_the_clip(duration_s: float, rate_hz: float, seed: int) -> None:
    rate_hz = whole_rate_hz(rate_hz, duration_s)
    times_s = steady_times_s(duration_s, rate_hz, rng(seed))
    around = np.append(times_s, times_s[0] + duration_s)
    np.testing.assert_allclose(np.diff(around), 1 / rate_hz, rtol=1e-6)
    assert times_s.size == round(rate_hz * duration_s)


def test_spaced_events_have_the_gap_asked_for_and_close_round_the_clip() -> None:
    times_s = spaced_times_s(100.0, 2.0, rng(), evenness=4.0)
    gaps_s = np.diff(np.append(times_s, times_s[0] + 100.0))
    assert times_s.size == 50
    assert gaps_s.sum() == pytest.approx(100.0)
    assert gaps_s.min() > 0
    # A gamma law of shape 4 spreads by half its mean.
    assert gaps_s.std() / gaps_s.mean() == pytest.approx(0.5, abs=0.15)


def test_chance_events_come_at_their_rate_and_there_is_always_one() -> None:
    assert chance_times_s(1000.0, 3.0, rng()).size == pytest.approx(3000, rel=0.1)
    assert chance_times_s(0.1, 1e-6, rng()).size == 1


def test_a_clip_has_at_least_one_sample() -> None:
    assert sample_count(0.0) == 1
    assert sample_count(1.5) == 72_000
