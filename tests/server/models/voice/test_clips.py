from itertools import product

import numpy as np
import pytest
from scipy import signal

from server.audio.downmix import mixed_down
from server.models.voice.clips import clip_from, generation_length_s

RATE_HZ = 44_100


def stereo(kind: str, duration_s: float = 3.0) -> np.ndarray:
    """What models put on two channels; shape (2, n)."""
    count = round(duration_s * RATE_HZ)
    one, other = 0.1 * np.random.default_rng(0).standard_normal((2, count))
    pairs = {
        "in phase": (one, one),
        "out of phase": (one, -one),
        "on one side": (one, 0.0 * one),
        "panned": (one, 0.4 * one),
        "apart": (one, 1.2 * other),
        "late": (one, np.roll(one, 20)),
    }
    return np.stack(pairs[kind])


KINDS = ("in phase", "out of phase", "on one side", "panned", "apart", "late")
RULES = {
    "average": lambda channels: channels.mean(axis=1),
    "louder": lambda channels: channels[:, np.argmax(np.sum(channels**2, axis=0))],
    "component": lambda channels: channels @ np.linalg.eigh(channels.T @ channels)[1][:, -1],
    "ours": mixed_down,
}


def lost_db(channels: np.ndarray, mono: np.ndarray) -> float:
    """How much the spectrum of one channel differs from that of both together: the worst of level and comb, in dB."""

    def spectrum(samples: np.ndarray) -> np.ndarray:
        return signal.welch(samples, RATE_HZ, nperseg=1024)[1][4:-4]

    whole = spectrum(channels[:, 0]) + spectrum(channels[:, 1])
    ratio_db = 10 * np.log10(np.maximum(spectrum(mono), 1e-12 * whole) / whole)
    return float(np.sqrt(np.mean((ratio_db - np.median(ratio_db)) ** 2)) + max(0.0, -np.median(ratio_db) - 3.0))


def test_our_rule_loses_least_of_all_wherever_sound_is_on_the_channels() -> None:
    lost = {
        (rule, kind): lost_db(stereo(kind).T, mono_of(stereo(kind).T))
        for (rule, mono_of), kind in product(RULES.items(), KINDS)
    }
    worst = {rule: max(lost[rule, kind] for kind in KINDS) for rule in RULES}
    assert worst["ours"] < 2.0
    assert worst["average"] > 20.0
    assert worst["component"] > 3.0, "it combs where one channel is late"
    for kind in KINDS:
        assert lost["ours", kind] <= lost["average", kind] + 0.3


def test_the_louder_channel_alone_loses_half_of_what_both_hold() -> None:
    channels = stereo("panned").T + 0.02 * np.random.default_rng(1).standard_normal((3 * RATE_HZ, 2))
    clean = stereo("panned")[0]

    def noise_db(mono: np.ndarray) -> float:
        scale = (mono @ clean) / (clean @ clean)
        return 10 * np.log10(np.mean((mono / scale - clean) ** 2))

    assert noise_db(RULES["ours"](channels)) < noise_db(RULES["louder"](channels)) - 0.5


def test_a_waveform_comes_to_48_khz_at_its_pitch() -> None:
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    tone = np.sin(2 * np.pi * 1000 * time_s)
    clip = clip_from(np.stack([tone, tone]), RATE_HZ, duration_s=1.5, is_continuous=False)
    assert clip.dtype == np.float32
    assert clip.size == 72_000
    assert np.argmax(np.abs(np.fft.rfft(clip))) * 48_000 / clip.size == pytest.approx(1000, abs=1)


def test_what_goes_on_closes_and_what_happens_fades() -> None:
    waveform = stereo("in phase")
    loop = clip_from(waveform, RATE_HZ, duration_s=2.0, is_continuous=True)
    assert loop.size == pytest.approx(96_000, abs=480)
    assert np.std(loop[-480:]) == pytest.approx(np.std(loop), rel=0.2)
    event = clip_from(waveform, RATE_HZ, duration_s=2.0, is_continuous=False)
    assert event.size == 96_000
    assert abs(event[0]) < 1e-6
    assert np.abs(event[-48:]).max() < 1e-3
    assert np.std(event[48_000:50_000]) == pytest.approx(np.std(loop), rel=0.2)


def test_an_event_shorter_than_asked_is_followed_by_silence() -> None:
    event = clip_from(stereo("in phase"), RATE_HZ, duration_s=5.0, is_continuous=False)
    assert event.size == 240_000
    assert not np.any(event[3 * 48_000 + 1 :])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_waveform_that_is_not_finite_is_told_from_silence(value: float) -> None:
    waveform = stereo("apart")
    waveform[1, 1000] = value
    clip = clip_from(waveform, RATE_HZ, duration_s=1.0, is_continuous=True)
    assert clip.shape == (48_000,)
    assert np.isnan(clip).all()


def test_a_model_is_asked_for_what_closing_the_loop_takes() -> None:
    assert generation_length_s(10.0, 29.95) == pytest.approx(10.52)
    assert generation_length_s(60.0, 29.95) == 29.95
