import threading
import time

import pytest

from server.api.byte_cache import IN_USE_S, ByteCache
from tests.timing import PATIENCE_S


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def cache(clock):
    cache = ByteCache("test", most_bytes=100, threads=4, now_s=lambda: clock[0])
    yield cache
    cache.close()


def value(cache, key, made=None, *, size_bytes=40):
    future = cache.wanted(key, lambda: made if made is not None else key, size_bytes=size_bytes)
    return None if future is None else future.result(PATIENCE_S)


def test_what_many_want_at_once_is_made_once(cache):
    counted, go = [], threading.Event()

    def make():
        go.wait(PATIENCE_S)
        counted.append(1)
        return "made"

    futures = [cache.wanted("clip", make, size_bytes=40) for _ in range(20)]
    go.set()
    assert {future.result(PATIENCE_S) for future in futures} == {"made"}
    assert counted == [1]
    assert cache.kept_bytes == 40


def test_who_was_used_longest_ago_makes_room(cache, clock):
    for key in ("a", "b"):
        value(cache, key)
    clock[0] += IN_USE_S
    value(cache, "a")
    assert value(cache, "c") == "c"
    assert value(cache, "a", "anew") == "a"
    assert cache.kept_bytes <= 100


def test_what_is_in_use_is_not_given_up(cache, clock):
    for key in ("a", "b"):
        value(cache, key)
    assert value(cache, "c") is None
    clock[0] += IN_USE_S
    assert value(cache, "c") == "c"


def test_what_is_larger_than_all_of_the_room_is_not_made(cache):
    assert value(cache, "large", size_bytes=101) is None
    assert cache.kept_bytes == 0


def test_what_is_forgotten_is_made_again(cache):
    value(cache, "a", "first")
    cache.forget("a")
    assert value(cache, "a", "second") == "second"


def test_what_is_not_used_any_more_can_be_given_up(cache, clock):
    value(cache, "a")
    clock[0] += IN_USE_S
    value(cache, "b")
    cache.forget_unused()
    assert cache.kept_bytes == 40
    assert value(cache, "b", "anew") == "b"
    assert value(cache, "a", "anew") == "anew"


def test_a_closed_cache_makes_nothing_that_waits():
    cache = ByteCache("test", most_bytes=100)
    begun, go = threading.Event(), threading.Event()

    def slow():
        begun.set()
        go.wait(PATIENCE_S)

    cache.wanted("slow", slow, size_bytes=1)
    waiting = cache.wanted("waiting", time.time, size_bytes=1)
    begun.wait(PATIENCE_S)
    cache.close()
    go.set()
    assert waiting.cancelled()
