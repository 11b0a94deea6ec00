"""The thread that renders, by a clock that a test can set."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

import numpy as np
import pytest

from binaural.hrtf.interpolated_head import live_head
from binaural.live.renderer import BinauralRenderer
from protocol.errors import UnavailableError
from protocol.wire.frames import frame_from_bytes
from server.api.rendering.engine import LATE_S, LiveEngine
from server.api.rendering.host import LiveHost
from server.api.rendering.live_stream import LiveStream
from server.api.rendering.scene_player import ScenePlayer
from tests.timing import PATIENCE_S, STRETCH

BLOCK_S = 256 / 48_000


@pytest.fixture(autouse=True, scope="module")
def compiled():
    BinauralRenderer(live_head(), ["point"])


class Heard:
    """What an engine delivers to one listener, by a clock that is as much slower as the machine is said to be."""

    def __init__(self):
        self.jump_s = 0.0
        self.due_s = []
        self.positions = []

    def now_s(self):
        return time.monotonic() / STRETCH + self.jump_s

    def deliver(self, frame, due_s):
        self.due_s.append(due_s)
        self.positions.append(frame_from_bytes(frame).position)

    async def until(self, count):
        async with asyncio.timeout(PATIENCE_S):
            while len(self.due_s) < count:
                await asyncio.sleep(0.005)


def rendered(scenario):
    heard, stream = Heard(), LiveStream(1, codec="pcm16", block_samples=256)

    async def run():
        engine = LiveEngine(asyncio.get_running_loop(), now_s=heard.now_s)
        engine.add("square", stream, heard.deliver, lambda: ScenePlayer(tuple, lambda _: None, block_samples=256))
        try:
            await scenario(heard)
        finally:
            engine.stop()

    asyncio.run(run())
    return heard, stream


def test_blocks_follow_each_other_on_the_servers_clock():
    heard, _ = rendered(lambda heard: heard.until(20))
    steps_s = np.diff(heard.due_s)
    np.testing.assert_allclose(np.diff(heard.positions) / 48_000, steps_s, rtol=1e-6)
    # A machine that stalls leaves out what nobody can hear any more, at most once in so short a time.
    assert np.isclose(steps_s, BLOCK_S, rtol=1e-3).sum() >= 18


def test_when_the_clock_jumps_ahead_what_nobody_can_hear_any_more_is_left_out_and_counted():
    async def jump(heard):
        await heard.until(5)
        heard.jump_s = 1000.0
        await heard.until(20)

    heard, stream = rendered(jump)
    gaps_s = np.diff(heard.due_s)
    gap = int(np.argmax(gaps_s))
    assert gaps_s[gap] > 1000.0 - LATE_S - 0.1
    np.testing.assert_allclose(np.delete(gaps_s, gap), BLOCK_S, rtol=1e-3)
    # Positions tell the gap, so that a client leaves silence and what follows is on time.
    np.testing.assert_allclose(np.diff(heard.positions) / 48_000, gaps_s, rtol=1e-6)
    assert stream.underruns > 900.0 / BLOCK_S
    assert heard.due_s[-1] > heard.now_s() - 1.0


def test_the_load_is_the_part_of_its_time_that_the_thread_renders():
    class Slow(ScenePlayer):
        def play_block(self, begin_s):
            time.sleep(BLOCK_S / 4.0)
            return super().play_block(begin_s)

    heard = Heard()

    async def run():
        engine = LiveEngine(asyncio.get_running_loop(), now_s=heard.now_s)
        at_first = engine.load, engine.load_of_one
        for number in (1, 2):
            stream = LiveStream(number, codec="pcm16", block_samples=256)
            engine.add("square", stream, heard.deliver, lambda: Slow(tuple, lambda _: None, block_samples=256))
        try:
            await heard.until(400)
            return at_first, engine.load, engine.load_of_one
        finally:
            engine.stop()

    (none, guess), load, of_one = asyncio.run(run())
    assert none == 0.0 < guess
    assert load > 0.2
    assert of_one == pytest.approx(load / 2, rel=0.2)


@pytest.mark.parametrize(
    ("load", "others", "fits"), [(0.5, 0, True), (0.58, 0, False), (0.3, 1, True), (0.38, 1, False)]
)
def test_who_would_make_all_late_is_refused_and_told_how_many_fit(load, others, fits):
    host = LiveHost(lambda scene_id, sha256: None, memory_bytes=2**20)
    host._engine = SimpleNamespace(load=load, load_of_one=0.05, stop=lambda: None)
    try:
        if fits:
            host._check_room(others=others)
            return
        with pytest.raises(UnavailableError, match=r"no more than \d+ fit"):
            host._check_room(others=others)
    finally:
        host.stop()
