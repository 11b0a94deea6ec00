from __future__ import annotations

import numpy as np
import pytest

from binaural.propagation.air import SPEED_OF_SOUND_M_S
from binaural.propagation.doppler import RetardedTimes

RATE_HZ, HOP = 48_000, 256


def times(longest_m: float = 300.0) -> RetardedTimes:
    longest = round(longest_m * RATE_HZ / SPEED_OF_SOUND_M_S)
    return RetardedTimes(1, rate_hz=RATE_HZ, hop_samples=HOP, longest_samples=longest)


def test_what_stands_still_is_as_late_as_it_is_far() -> None:
    retarded = times()
    retarded.begin(np.array([[34.32, 0.0, 0.0]]), np.zeros(3))
    for _ in range(5):
        apparent = retarded.advance(np.array([[34.32, 0.0, 0.0]]), np.zeros(3))

    np.testing.assert_allclose(apparent, [[34.32, 0.0, 0.0]])
    np.testing.assert_allclose(retarded.delays_samples, 4800.0)


@pytest.mark.parametrize("speed_m_s", [-40.0, 40.0])
def test_the_delay_is_that_of_where_the_source_was(speed_m_s: float) -> None:
    retarded = times()
    retarded.begin(np.array([[100.0, 0.0, 0.0]]), np.zeros(3))
    for number in range(1, 400):
        place_m = 100.0 + speed_m_s * number * HOP / RATE_HZ
        apparent = retarded.advance(np.array([[place_m, 0.0, 0.0]]), np.zeros(3))

    # c·d = x(t − d) and x(t) = x0 + v·t.
    delay_s = place_m / (SPEED_OF_SOUND_M_S + speed_m_s)
    assert retarded.delays_samples[1, 0] == pytest.approx(delay_s * RATE_HZ, rel=1e-4)
    assert apparent[0, 0] == pytest.approx(place_m - speed_m_s * delay_s, rel=1e-4)


def test_a_listener_who_walks_hears_it_from_where_it_stands() -> None:
    retarded = times()
    retarded.begin(np.array([[50.0, 0.0, 0.0]]), np.zeros(3))
    apparent = retarded.advance(np.array([[50.0, 0.0, 0.0]]), np.array([10.0, 0.0, 0.0]))

    np.testing.assert_allclose(apparent, [[50.0, 0.0, 0.0]])
    assert retarded.delays_samples[1, 0] == pytest.approx(40.0 * RATE_HZ / SPEED_OF_SOUND_M_S)
    assert retarded.delays_samples[0, 0] == pytest.approx(50.0 * RATE_HZ / SPEED_OF_SOUND_M_S)


def test_nothing_is_later_than_the_longest() -> None:
    retarded = times(longest_m=30.0)
    retarded.begin(np.array([[1e6, 0.0, 0.0]]), np.zeros(3))
    retarded.advance(np.array([[1e6, 0.0, 0.0]]), np.zeros(3))

    assert retarded.delays_samples.max() == round(30.0 * RATE_HZ / SPEED_OF_SOUND_M_S)
