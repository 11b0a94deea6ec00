import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.session.token_bucket import TokenBucket


@given(st.lists(st.floats(0, 0.5), min_size=1, max_size=200))
@settings(max_examples=100, deadline=None)
def test_never_more_than_the_burst_and_what_has_flowed_in_since(gaps):
    bucket = TokenBucket(per_s=10.0, burst=5.0, now_s=0.0)
    now_s, taken = 0.0, 0
    for gap in gaps:
        now_s += gap
        taken += bucket.take(now_s)
    assert taken <= 5 + 10 * now_s + 1e-6


def test_the_steady_rate_always_passes():
    bucket = TokenBucket(per_s=8.0, burst=1.0, now_s=0.0)
    assert all(bucket.take(number / 8) for number in range(1000))


def test_it_says_how_long_to_wait_and_a_clock_that_runs_backwards_gives_nothing():
    bucket = TokenBucket(per_s=4.0, burst=1.0, now_s=10.0)
    assert bucket.take(10.0)
    assert bucket.wait_s == pytest.approx(0.25)
    assert not bucket.take(5.0)
    assert not bucket.take(5.2)
    assert bucket.take(5.25)
    bucket = TokenBucket(per_s=4.0, burst=2.0, now_s=0.0)
    assert bucket.take(0.0)
    assert bucket.wait_s == 0.0
