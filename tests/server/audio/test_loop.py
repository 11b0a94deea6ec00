import numpy as np
import pytest

from server.audio.loop import RATE_HZ, SURPLUS_S, loop_from
from tests.server.sound.measures import seam_flux, seam_step


def tone(hz: float, duration_s: float = 4.0) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * hz * np.arange(round(duration_s * RATE_HZ)) / RATE_HZ)


def noise(duration_s: float) -> np.ndarray:
    return 0.1 * np.random.default_rng(0).standard_normal(round(duration_s * RATE_HZ))


@pytest.mark.parametrize("make", [lambda: noise(3.0), lambda: tone(313.7, 3.0)])
def test_a_loop_closes_without_a_click_or_a_dip(make: object) -> None:
    loop = loop_from(make(), 2.0)  # type: ignore[operator]
    assert loop.size == pytest.approx(2 * RATE_HZ, abs=480)
    assert seam_step(loop)[1] <= 1.01
    assert seam_flux(loop)[1] < 1.2
    levels = np.sqrt([np.mean(part**2) for part in np.array_split(loop, 20)])
    assert levels.min() > 0.85 * np.median(levels)
    assert levels.max() < 1.15 * np.median(levels)


def test_a_shorter_recording_loops_at_its_own_length() -> None:
    loop = loop_from(noise(1.5), 10.0)
    assert loop.size == pytest.approx(RATE_HZ, abs=960)
    assert seam_step(loop)[1] <= 1.01


def test_a_single_bark_is_followed_by_silence() -> None:
    bark = tone(600.0, 0.4) * np.hanning(round(0.4 * RATE_HZ)) ** 2
    loop = loop_from(bark, 3.0)
    assert loop.size == 3 * RATE_HZ
    np.testing.assert_array_equal(loop[: bark.size], bark)
    assert not np.any(loop[bark.size :])


def decaying(seconds: float, *, by_db: float) -> np.ndarray:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.random.default_rng(0).normal(size=time_s.size) * 10.0 ** (-by_db / 20.0 * time_s / seconds)


@pytest.mark.parametrize("seconds", [0.35, 1.0, 3.0])
def test_an_event_that_begins_at_once_and_dies_away_is_placed_in_quiet(seconds: float) -> None:
    event = decaying(seconds, by_db=55.0)
    loop = loop_from(event, 4.0)
    np.testing.assert_array_equal(loop[: event.size], event)
    assert loop.size == 4 * RATE_HZ
    assert not loop[event.size :].any()


def test_what_goes_on_and_is_faded_out_goes_on() -> None:
    steady = np.random.default_rng(0).normal(size=3 * RATE_HZ)
    steady[-RATE_HZ // 4 :] *= np.linspace(1.0, 0.0, RATE_HZ // 4)
    assert loop_from(steady, 4.0).size < 3 * RATE_HZ


@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_a_recording_of_a_few_samples_is_survived(count: int) -> None:
    loop = loop_from(0.1 + np.arange(count, dtype=np.float64), 1.0)
    assert loop.size > 0
    assert np.all(np.isfinite(loop))


def test_a_recording_with_the_surplus_gives_a_loop_of_the_length_asked() -> None:
    assert loop_from(noise(3.0 + SURPLUS_S), 3.0).size == pytest.approx(3 * RATE_HZ, abs=480)
    assert loop_from(noise(3.0), 3.0).size < 2.7 * RATE_HZ
