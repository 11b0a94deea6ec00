from __future__ import annotations

import numpy as np
import pytest

from binaural.propagation import SPEED_OF_SOUND_M_S
from binaural.travel import TravelTimes

RATE_HZ, HOP = 48_000, 256


def times(longest_m: float = 300.0) -> TravelTimes:
    longest = round(longest_m * RATE_HZ / SPEED_OF_SOUND_M_S)
    return TravelTimes(1, rate_hz=RATE_HZ, hop_samples=HOP, longest_samples=longest)


def test_what_stands_still_is_as_late_as_it_is_far() -> None:
    travel = times()
    travel.begin(np.array([[34.32, 0.0, 0.0]]), np.zeros(3))
    for _ in range(5):
        seen = travel.advance(np.array([[34.32, 0.0, 0.0]]), np.zeros(3))

    np.testing.assert_allclose(seen, [[34.32, 0.0, 0.0]])
    np.testing.assert_allclose(travel.delays_samples, 4800.0)


@pytest.mark.parametrize("speed_m_s", [-40.0, 40.0])
def test_the_delay_is_that_of_where_the_source_was(speed_m_s: float) -> None:
    travel = times()
    travel.begin(np.array([[100.0, 0.0, 0.0]]), np.zeros(3))
    for number in range(1, 400):
        place_m = 100.0 + speed_m_s * number * HOP / RATE_HZ
        seen = travel.advance(np.array([[place_m, 0.0, 0.0]]), np.zeros(3))

    # c·d = x(t − d) and x(t) = x0 + v·t.
    delay_s = place_m / (SPEED_OF_SOUND_M_S + speed_m_s)
    assert travel.delays_samples[1, 0] == pytest.approx(delay_s * RATE_HZ, rel=1e-4)
    assert seen[0, 0] == pytest.approx(place_m - speed_m_s * delay_s, rel=1e-4)


def test_a_listener_who_walks_hears_it_from_where_it_stands() -> None:
    travel = times()
    travel.begin(np.array([[50.0, 0.0, 0.0]]), np.zeros(3))
    seen = travel.advance(np.array([[50.0, 0.0, 0.0]]), np.array([10.0, 0.0, 0.0]))

    np.testing.assert_allclose(seen, [[50.0, 0.0, 0.0]])
    assert travel.delays_samples[1, 0] == pytest.approx(40.0 * RATE_HZ / SPEED_OF_SOUND_M_S)
    assert travel.delays_samples[0, 0] == pytest.approx(50.0 * RATE_HZ / SPEED_OF_SOUND_M_S)


def test_nothing_is_later_than_the_longest() -> None:
    travel = times(longest_m=30.0)
    travel.begin(np.array([[1e6, 0.0, 0.0]]), np.zeros(3))
    travel.advance(np.array([[1e6, 0.0, 0.0]]), np.zeros(3))

    assert travel.delays_samples.max() == round(30.0 * RATE_HZ / SPEED_OF_SOUND_M_S)
