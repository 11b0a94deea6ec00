import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.session.clock_sync import DRIFT, REMEMBERED, Clock, Exchange


def exchange(at_s, *, offset_s, there_s, back_s, held_s=0.0):
    arrived_s = at_s + there_s + offset_s
    return Exchange(
        client_sent_s=at_s,
        server_received_s=arrived_s,
        server_sent_s=arrived_s + held_s,
        client_received_s=at_s + there_s + held_s + back_s,
    )


def test_equal_ways_tell_the_offset_exactly_and_the_servers_own_time_is_no_delay():
    heard = exchange(100.0, offset_s=-40.0, there_s=0.02, back_s=0.02, held_s=0.5)
    assert heard.offset_s == pytest.approx(-40.0)
    assert heard.delay_s == pytest.approx(0.04)


@given(
    st.floats(-1e5, 1e5),
    st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 0.5)), min_size=1, max_size=20),
)
@settings(max_examples=150, deadline=None)
def test_the_truth_is_never_outside_the_error_that_is_told(offset_s, ways):
    clock = Clock()
    for second, (there_s, back_s) in enumerate(ways):
        clock.add(exchange(float(second), offset_s=offset_s, there_s=there_s, back_s=back_s))
    estimate = clock.estimate(float(len(ways)))
    assert abs(estimate.offset_s - offset_s) <= estimate.error_s


def test_a_quick_exchange_counts_until_it_is_forgotten():
    clock = Clock()
    clock.add(exchange(0.0, offset_s=5.0, there_s=0.001, back_s=0.001))
    for second in range(1, REMEMBERED):
        clock.add(exchange(float(second), offset_s=5.0, there_s=0.3, back_s=0.1))
    estimate = clock.estimate(float(REMEMBERED))
    assert estimate.offset_s == pytest.approx(5.0)
    assert estimate.delay_s == pytest.approx(0.002)
    assert estimate.jitter_s == pytest.approx(0.1, rel=0.05)
    clock.add(exchange(REMEMBERED + 0.5, offset_s=5.0, there_s=0.3, back_s=0.1))
    assert clock.estimate(REMEMBERED + 1.0).offset_s == pytest.approx(5.1)


def test_one_way_that_was_quick_bounds_one_side_and_another_the_other():
    clock = Clock()
    clock.add(exchange(0.0, offset_s=5.0, there_s=0.001, back_s=0.2))
    assert clock.estimate(0.3).error_s == pytest.approx(0.1, abs=0.001)
    clock.add(exchange(1.0, offset_s=5.0, there_s=0.2, back_s=0.001))
    estimate = clock.estimate(1.3)
    assert estimate.offset_s == pytest.approx(5.0, abs=2e-4)
    assert estimate.error_s < 0.0015


def test_an_old_exchange_grows_less_sure_until_a_slower_newer_one_is_better():
    clock = Clock()
    clock.add(exchange(0.0, offset_s=0.0, there_s=0.001, back_s=0.001))
    clock.add(exchange(1000.0, offset_s=0.01, there_s=0.004, back_s=0.004))
    assert clock.estimate(1000.1).offset_s == pytest.approx(0.01, abs=1e-5)
    assert clock.estimate(2000.0).error_s == pytest.approx(0.004 + DRIFT * 1000, rel=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_on_a_network_of_phones_a_clock_is_known_far_better_than_by_any_one_exchange(seed):
    clock, network = Clock(), random.Random(seed)
    for second in range(60):
        there_s, back_s = network.uniform(0.04, 0.12), network.uniform(0.04, 0.12)
        clock.add(exchange(float(second), offset_s=1e-4 * second, there_s=there_s, back_s=back_s))
    assert abs(clock.estimate(60.0).offset_s - 1e-4 * 60.0) < 0.008


@pytest.mark.parametrize(
    "times",
    [
        (1.0, 5.0, 5.0, 0.5),
        (1.0, 5.0, 4.0, 2.0),
        (1.0, 5.0, 9.0, 2.0),
        (math.nan, 5.0, 5.0, 2.0),
        (1.0, math.inf, math.inf, 2.0),
    ],
)
def test_an_exchange_that_can_not_have_happened_is_ignored(times):
    clock = Clock()
    names = ("client_sent_s", "server_received_s", "server_sent_s", "client_received_s")
    clock.add(Exchange(**dict(zip(names, times, strict=True))))
    assert clock.estimate(3.0) is None
    assert clock.server_time_s(3.0) is None


def test_a_lone_exchange_has_no_jitter_and_forgetting_starts_anew():
    clock = Clock()
    clock.add(exchange(0.0, offset_s=3.0, there_s=0.01, back_s=0.01))
    assert clock.estimate(1.0).jitter_s == pytest.approx(0.0, abs=1e-9)
    assert clock.server_time_s(1.0) == pytest.approx(4.0)
    clock.clear()
    assert clock.estimate(1.0) is None


def test_queues_of_random_length_leave_the_error_far_below_their_own():
    generator = random.Random(4)
    clock = Clock()
    for second in range(60):
        there_s, back_s = 0.0005 + generator.expovariate(100), 0.0005 + generator.expovariate(100)
        clock.add(exchange(float(second), offset_s=77.0, there_s=there_s, back_s=back_s))
    assert abs(clock.estimate(60.0).offset_s - 77.0) < 0.004


@given(
    jump_s=st.floats(0.02, 1e5),
    sign=st.sampled_from([-1, 1]),
    who=st.sampled_from(["client", "server"]),
    delays=st.lists(st.floats(0.0, 0.005), min_size=1, max_size=12),
)
def test_after_a_jump_of_either_clock_the_next_exchange_tells_the_truth(jump_s, sign, who, delays):
    clock, ahead_s, now_s = Clock(), 2e5, 1e5
    for number, delay_s in enumerate([*delays, 0.005]):
        if number == len(delays):
            ahead_s += sign * jump_s
            now_s -= sign * jump_s if who == "client" else 0.0
        served_s = now_s + delay_s + ahead_s
        clock.add(
            Exchange(
                client_sent_s=now_s, server_received_s=served_s, server_sent_s=served_s,
                client_received_s=now_s + 2 * delay_s,
            )
        )  # fmt: skip
        now_s += 1.0
    assert clock.estimate(now_s).offset_s == pytest.approx(ahead_s, abs=1e-6)


def test_a_clock_that_drifts_as_the_worst_of_quartz_does_is_not_taken_for_one_that_jumped():
    clock = Clock()
    for second in range(0, 100, 5):
        there_s = second * (1 + 100e-6) + 10.0 + 0.01
        clock.add(
            Exchange(
                client_sent_s=second, server_received_s=there_s, server_sent_s=there_s, client_received_s=second + 0.02
            )
        )
    assert clock.estimate(100.0).jitter_s > 0.0


@pytest.mark.parametrize("drift", [100e-6, -100e-6])
def test_for_ten_minutes_a_clock_that_drifts_is_known_to_five_milliseconds(drift):
    clock, network = Clock(), random.Random(3)
    # As seldom as a client may ping, each way through a house.
    for at_s in range(0, 600, 5):
        there_s, back_s = network.uniform(0.0005, 0.003), network.uniform(0.0005, 0.003)
        clock.add(exchange(float(at_s), offset_s=drift * at_s, there_s=there_s, back_s=back_s))
        for later_s in (at_s + 0.01, at_s + 4.99):
            assert abs(clock.estimate(later_s).offset_s - drift * later_s) < 0.005
