import re
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import UnavailableError
from server.client.jitter_buffer import JitterBuffer
from server.client.speaker import Speaker
from server.extras import install_advice


def samples(begin, count):
    return np.repeat(np.arange(begin, begin + count, dtype=np.float32)[:, None], 2, axis=1)


def test_it_is_silent_until_enough_waits():
    buffer, wanted = JitterBuffer(), np.ones((64, 2), np.float32)
    buffer.put(samples(1, 256))
    buffer.fill(wanted)
    assert not wanted.any()
    assert buffer.underruns == 0


@given(st.lists(st.integers(1, 700), min_size=1, max_size=40))
def test_whatever_the_card_takes_at_a_time_it_hears_every_sample_in_order(wants):
    buffer, heard, sent = JitterBuffer(), [], 0
    for want in wants:
        while sent < sum(map(len, heard)) + want + 1440:
            buffer.put(samples(sent, 256))
            sent += 256
        wanted = np.full((want, 2), -1, np.float32)
        buffer.fill(wanted)
        heard.append(wanted)
    np.testing.assert_array_equal(np.concatenate(heard), samples(0, sum(wants)))
    assert buffer.underruns == 0


def test_running_dry_is_counted_once_and_the_buffer_fills_again():
    buffer, wanted = JitterBuffer(), np.ones((2000, 2), np.float32)
    buffer.put(samples(1, 1440))
    buffer.fill(wanted)
    assert wanted[1439, 0] == 1440
    assert not wanted[1440:].any()
    buffer.put(samples(1, 256))
    buffer.fill(wanted)
    assert not wanted.any()
    assert buffer.underruns == 1


def test_a_card_that_is_too_slow_loses_the_oldest():
    buffer, wanted = JitterBuffer(), np.ones((256, 2), np.float32)
    for number in range(100):
        buffer.put(samples(256 * number, 256))
    buffer.fill(wanted)
    assert wanted[0, 0] >= 256 * 100 - 0.15 * 48_000


def test_without_the_package_the_way_to_get_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(UnavailableError, match=re.escape(install_advice("play"))):
        Speaker()
