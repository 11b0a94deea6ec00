import numpy as np
import pytest

from binaural.loudness.meter import integrated_lufs, true_peak_dbtp
from protocol.errors import InputError
from server.audio.levelling import CEILING_DBTP, CLIP_LUFS, levelled_clip

RATE_HZ = 48_000
TIME_S = np.arange(2 * RATE_HZ) / RATE_HZ


def steps(clip: np.ndarray) -> np.ndarray:
    return np.abs(np.diff(np.append(clip, clip[0]).astype(np.float64)))


def clicks(every_s: float, duration_s: float = 4.0) -> np.ndarray:
    """Sharp knocks that ring: what a loudness target makes too high."""
    clip = np.zeros(round(duration_s * RATE_HZ))
    fade = np.exp(-np.arange(7200) / 2000) + 4.0 * np.exp(-np.arange(7200) / 60)
    knock = np.random.default_rng(0).standard_normal(7200) * fade * np.hanning(14_400)[7200:]
    for start in np.arange(0.1, duration_s - 0.2, every_s):
        clip[round(start * RATE_HZ) :][:7200] += knock
    return clip


@pytest.mark.parametrize("level", [1e-6, 0.01, 1.0, 300.0])
def test_any_level_comes_out_at_the_target(level: float) -> None:
    clip = levelled_clip(level * np.sin(2 * np.pi * 440 * TIME_S))
    assert integrated_lufs(clip, RATE_HZ) == pytest.approx(CLIP_LUFS, abs=0.05)
    assert clip.dtype == np.float32


def test_an_offset_is_taken_out_and_nothing_else_changed() -> None:
    tone = 0.1 * np.sin(2 * np.pi * 440 * TIME_S)
    clip = levelled_clip(tone + 0.5)
    assert abs(clip.astype(np.float64).mean()) < 1e-7
    np.testing.assert_allclose(clip / clip.max(), tone / tone.max(), atol=1e-4)


@pytest.mark.parametrize("every_s", [0.25, 0.8])
def test_a_clip_too_peaked_for_its_loudness_is_limited_and_still_gets_there(every_s: float) -> None:
    raw = clicks(every_s)
    gain_db = CLIP_LUFS - integrated_lufs(raw, RATE_HZ)
    assert true_peak_dbtp(raw, RATE_HZ) + gain_db > CEILING_DBTP + 1, "the example must need the limiter"
    clip = levelled_clip(raw)
    assert integrated_lufs(clip, RATE_HZ) == pytest.approx(CLIP_LUFS, abs=0.3)
    assert true_peak_dbtp(clip, RATE_HZ) <= CEILING_DBTP + 0.01


def test_the_ceiling_wins_where_both_can_not_be_had() -> None:
    click = np.zeros(5 * RATE_HZ)
    click[RATE_HZ] = 1.0
    clip = levelled_clip(click)
    assert true_peak_dbtp(clip, RATE_HZ) <= CEILING_DBTP + 0.01
    assert integrated_lufs(clip, RATE_HZ) < CLIP_LUFS


def test_the_limiter_works_round_the_seam() -> None:
    raw = np.roll(clicks(0.8), -round(0.1 * RATE_HZ) - 120)
    here, elsewhere = levelled_clip(raw), levelled_clip(np.roll(raw, RATE_HZ))
    # Where on the circle the clip is cut matters only to where the loudness meter's blocks begin.
    np.testing.assert_allclose(np.roll(here, RATE_HZ), elsewhere, atol=0.03)
    bed = 0.02 * np.sin(2 * np.pi * 50 * np.arange(raw.size) / RATE_HZ)
    assert steps(levelled_clip(raw + bed))[-1] <= steps(levelled_clip(raw + bed)).max()


def test_a_limited_tone_keeps_its_loop_whole() -> None:
    tone = np.sin(2 * np.pi * 100 * TIME_S)
    swell = 0.02 + np.exp(-0.5 * ((TIME_S - 0.01) / 0.004) ** 2)
    clip = levelled_clip(tone * swell)
    assert steps(clip)[-1] <= np.percentile(steps(clip), 99.5)


@pytest.mark.parametrize("count", [1_000, 9_600, 19_199])
def test_a_clip_shorter_than_a_gating_block_is_measured_as_if_repeated(count: int) -> None:
    short = levelled_clip(np.random.default_rng(1).standard_normal(count))
    assert integrated_lufs(np.tile(short, 100), RATE_HZ) == pytest.approx(CLIP_LUFS, abs=0.3)


def test_what_lies_below_hearing_is_finished_too() -> None:
    clip = levelled_clip(np.sin(2 * np.pi * 0.5 * TIME_S))
    assert np.all(np.isfinite(clip))
    assert true_peak_dbtp(clip, RATE_HZ) <= CEILING_DBTP + 0.01


@pytest.mark.parametrize(
    ("samples", "what"),
    [
        (np.array([0.1, np.nan, 0.2]), "not numbers"),
        (np.array([0.1, np.inf, 0.2]), "not numbers"),
        (np.zeros(4800), "silent"),
        (np.full(4800, 0.3), "silent"),
        (np.zeros(0), "mono"),
        (np.ones((4800, 2)), "mono"),
    ],
)
def test_what_is_no_sound_is_refused_by_name(samples: np.ndarray, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        levelled_clip(samples, name="dog-1")
    assert caught.value.where == "dog-1"
