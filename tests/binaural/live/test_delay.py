from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.live.delay import LEAD_SAMPLES, DelayLines, delaying_filters

RATE_HZ = 48_000


def late(signal: np.ndarray, delay_samples: np.ndarray | float, *, hop: int = 128) -> np.ndarray:
    """A signal with delays by the ends of hops."""
    hops = len(signal) // hop
    delays = np.broadcast_to(delay_samples, hops).astype(np.float64)
    lines = DelayLines(1, longest_samples=2000, hop_samples=hop)
    parts = [
        lines.process(
            signal[None, number * hop : (number + 1) * hop], delays[[max(number - 1, 0), number]].reshape(2, 1)
        )[0].copy()
        for number in range(hops)
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


def test_a_delay_that_jumps_fades_from_one_to_the_other() -> None:
    signal = np.ones(2048, dtype=np.float32)
    signal[:1024] = 0.0
    delays = np.where(np.arange(16) < 12, 100.0, 1000.0)
    found = late(signal, delays)
    # Until the jump what was sent 100 samples ago is heard, then, over a hop, silence of 1000 samples ago fades in.
    np.testing.assert_allclose(found[1160:1536], 1.0, atol=1e-3)
    assert np.all(np.diff(found[1536:1664]) < 0.0)
    assert np.abs(np.diff(found[1540:1660])).max() < 0.02
    np.testing.assert_allclose(found[1664:2000], 0.0, atol=1e-3)


@settings(max_examples=20, deadline=None)
@given(delays=st.lists(st.floats(0.0, 500.0), min_size=1, max_size=5))
def test_filters_delay_by_what_they_are_asked_for(delays: list[float]) -> None:
    filters = delaying_filters(np.array(delays))
    phase = np.unwrap(np.angle(np.fft.rfft(filters, 2048)), axis=1)[:, 300]

    np.testing.assert_allclose(filters.sum(axis=1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(-phase / (2 * np.pi * 300 / 2048), np.array(delays) + LEAD_SAMPLES, atol=1e-3)
