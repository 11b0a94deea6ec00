from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.delay import DelayLines

RATE_HZ = 48_000


def late(signal: np.ndarray, delay_samples: np.ndarray | float, *, block: int = 128) -> np.ndarray:
    blocks = len(signal) // block
    delays = np.broadcast_to(delay_samples, blocks)
    lines = DelayLines(1, longest_samples=2000.0, block_samples=block)
    parts = [
        lines.process(signal[None, number * block : (number + 1) * block], delays[number : number + 1])[0]
        for number in range(blocks)
    ]
    return np.concatenate(parts)


@settings(max_examples=20, deadline=None)
@given(delay_samples=st.floats(0.0, 1500.0), frequency_hz=st.floats(50.0, 16_000.0))
def test_a_tone_comes_as_late_as_asked_and_as_loud(delay_samples: float, frequency_hz: float) -> None:
    time = np.arange(4096)
    tone = np.sin(2 * np.pi * frequency_hz / RATE_HZ * time).astype(np.float32)
    found = late(tone, delay_samples)
    # Half of the sinc's points come on top.
    wanted = np.sin(2 * np.pi * frequency_hz / RATE_HZ * (time - delay_samples - 8))
    np.testing.assert_allclose(found[2000:], wanted[2000:], atol=0.02)


def test_whole_delays_change_no_sample() -> None:
    signal = np.random.default_rng(0).standard_normal(2048).astype(np.float32)
    np.testing.assert_allclose(late(signal, 100.0)[108:], signal[:-108], atol=1e-6)


def test_a_gliding_delay_leaves_no_step_between_blocks() -> None:
    time = np.arange(9600)
    tone = np.sin(2 * np.pi * 440.0 / RATE_HZ * time).astype(np.float32)
    found = late(tone, np.linspace(500.0, 400.0, 75))[1000:]
    steepest = 2 * np.pi * 440.0 / RATE_HZ * 1.02
    assert np.abs(np.diff(found)).max() < steepest


def test_nothing_is_later_than_the_longest() -> None:
    signal = np.zeros(4096, dtype=np.float32)
    signal[0] = 1.0
    assert np.argmax(late(signal, 1e9)) == pytest.approx(2008, abs=1)
