import numpy as np
import pytest

from server.sound.synthesis.circular import Signal
from server.sound.synthesis.space import SPEED_OF_SOUND_M_S, distant_share, in_space, passing
from tests.server.sound.measures import RATE_HZ, rng


@pytest.mark.parametrize("speed_m_s", [8.0, 20.0, 60.0])
def test_the_doppler_ratio_of_a_pass_fits_its_speed(speed_m_s: float) -> None:
    def tone(left_s: Signal, distance_m: Signal) -> Signal:
        return np.sin(2 * np.pi * 1000.0 * left_s)

    heard = passing(tone, 12.0, speed_m_s=speed_m_s, closest_m=3.0)
    # Seconds 2 to 3 and 9 to 10 lie more than 24 m off on either side, where the angle to the path is under 8°.
    before, after = (np.abs(np.fft.rfft(heard[second * RATE_HZ : (second + 1) * RATE_HZ])) for second in (2, 9))
    ratio = float(np.argmax(before)) / float(np.argmax(after))
    c = SPEED_OF_SOUND_M_S
    assert ratio == pytest.approx((c + speed_m_s) / (c - speed_m_s), rel=0.004)


def test_a_pass_is_loudest_in_the_middle_and_falls_as_one_over_distance() -> None:
    def steady(left_s: Signal, distance_m: Signal) -> Signal:
        return np.ones_like(left_s)

    level = passing(steady, 10.0, speed_m_s=10.0, closest_m=5.0)
    middle = 5 * RATE_HZ
    assert abs(int(np.argmax(level)) - middle) < 0.03 * RATE_HZ
    assert level.max() == pytest.approx(1.0, rel=1e-3)
    assert level[0] == pytest.approx(0, abs=1e-9)
    assert level[-1] == pytest.approx(0, abs=1e-9)
    # A second later it is √125 m off, heard from some 30 ms before.
    assert level[middle + RATE_HZ] == pytest.approx(5 / np.hypot(5, 9.7), rel=0.02)


def test_a_tail_follows_the_sound_round_the_circle_and_dies_in_its_time() -> None:
    click = np.zeros(RATE_HZ)
    click[40_000] = 1.0
    heard = np.roll(in_space(click, rng(), t60_s=0.5, wet=0.5), -40_000)
    assert np.sum(heard[1:] ** 2) == pytest.approx(0.25, rel=0.01)
    early, late = np.sum(heard[960:4800] ** 2), np.sum(heard[13_440:17_280] ** 2)
    assert 10 * np.log10(late / early) == pytest.approx(-60 * 0.26 / 0.5, abs=3)
    assert np.max(np.abs(heard[24_100:])) < 1e-9


def test_a_tail_longer_than_the_clip_wraps() -> None:
    click = np.zeros(4800)
    click[0] = 1.0
    heard = in_space(click, rng(), t60_s=0.5, wet=0.5)
    assert heard.shape == (4800,)
    assert np.all(np.isfinite(heard))


def test_half_of_a_sound_is_dull_at_the_distance_that_says_so() -> None:
    np.testing.assert_allclose(distant_share(np.array([0.0, 20.0, 1e9]), half_at_m=20.0), [0, 0.5, 1], rtol=1e-6)
