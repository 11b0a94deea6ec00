"""Binaural sound for a listener's own head, over a real server's WebSocket."""

from __future__ import annotations

import math
import shutil
import time

import numpy as np
import pytest

from tests.server.api.server_process import serving
from tests.server.api.wire import wired
from tests.timing import stretched

pytestmark = pytest.mark.usefixtures("restored")

RATE_HZ, BLOCK = 48_000, 256


@pytest.fixture
def scene(server, scene_id):
    return server.client.get(f"/v1/scenes/{scene_id}").json()


def point(scene):
    return next(source for source in scene["sources"] if source["kind"] != "ambient")


class Ears:
    """What a client hears."""

    def __init__(self, wire, scene_id, **options):
        self.wire, self.scene_id = wire, scene_id
        wire.say("live_start", scene_id=scene_id, **options)
        self.started = wire.hear("live_started")
        self.frames = []

    def turn(self, yaw_deg):
        half = math.radians(yaw_deg) / 2
        self.wire.say(
            "listener_pose", scene_id=self.scene_id, position_m=[0, 0, 0], client_time_s=0,
            orientation=[0, 0, math.sin(half), math.cos(half)],
        )  # fmt: skip

    def hear(self, seconds):
        """The next blocks, shape (N, 2)."""
        blocks = []
        while len(blocks) * BLOCK < seconds * RATE_HZ:
            frame = self.wire.hear("binary")
            assert frame["stream_id"] == self.started["stream_id"]
            self.frames.append(frame)
            kind = {1: "<i2", 2: "<f4"}[frame["codec"]]
            samples = np.frombuffer(frame["payload"], kind).reshape(-1, 2)
            blocks.append(samples / 32768.0 if kind == "<i2" else samples)
        return np.concatenate(blocks).astype(np.float64)


def balance_db(sound):
    left, right = np.mean(sound**2, axis=0)
    return 10 * math.log10(left / right)


def level_db(sound):
    return 10 * math.log10(np.mean(sound**2) + 1e-20)


@pytest.fixture
def alone(server, scene_id, scene):
    """One source in front at 2 m; the others are mute."""
    with wired(server) as wire:
        wire.subscribe(scene_id)
        chosen = point(scene)
        for source in scene["sources"]:
            wire.say("mute", scene_id=scene_id, source_id=source["id"], muted=source["id"] != chosen["id"])
        wire.say("play", scene_id=scene_id)
        place = {"azimuth_deg": 0.0, "elevation_deg": 0.0, "distance_m": 2.0}
        wire.say("set_source", scene_id=scene_id, source_id=chosen["id"], **place)
        wire.hear("ack", lambda ack: ack["received_seq"] >= wire.seq)
        yield wire, chosen["id"]


@pytest.mark.parametrize("codec", ["pcm16", "float32"])
def test_blocks_come_in_order_without_a_gap_and_before_they_are_due(server, scene_id, codec):
    with wired(server) as wire:
        wire.subscribe(scene_id)
        ears = Ears(wire, scene_id, codec=codec, block_samples=BLOCK)
        assert (ears.started["sample_rate_hz"], ears.started["channels"]) == (RATE_HZ, 2)
        sound = ears.hear(1.5)
        assert [frame["sequence"] for frame in ears.frames] == list(range(len(ears.frames)))
        steps = np.diff([frame["position"] for frame in ears.frames])
        assert set(steps) == {BLOCK}
        due_s = [frame["time_s"] for frame in ears.frames]
        np.testing.assert_allclose(np.diff(due_s), BLOCK / RATE_HZ, atol=1e-6)
        assert np.isfinite(sound).all()
        assert level_db(sound[-RATE_HZ // 4 :]) > -60
        assert np.abs(sound).max() <= 10 ** (-1 / 20) + 1e-3
        report = wire.hear("live_report")
        assert report["blocks"] > 100
        wire.say("live_stop", stream_id=ears.started["stream_id"])
        time.sleep(stretched(0.2))
        wire.say("clock_ping", client_sent_s=0)
        wire.hear("clock_pong")
        wire.passed.clear()
        time.sleep(stretched(0.2))
        wire.say("clock_ping", client_sent_s=0)
        wire.hear("clock_pong")
        assert not [passed for passed in wire.passed if passed["type"] == "binary"]


def test_turning_the_head_brings_a_source_from_one_ear_to_the_other(server, scene_id, alone):
    with wired(server) as wire:
        wire.subscribe(scene_id)
        ears = Ears(wire, scene_id)
        ears.hear(0.5)
        balances = []
        for yaw_deg in (-90, 0, 90):
            ears.turn(yaw_deg)
            ears.hear(0.3)
            balances.append(balance_db(ears.hear(0.5)))
    assert balances[0] > 3.5
    assert abs(balances[1]) < 3
    assert balances[2] < -3.5


def test_a_source_that_is_moved_or_muted_is_heard_so(server, scene_id, alone):
    mover, source_id = alone
    with wired(server) as wire:
        wire.subscribe(scene_id)
        ears = Ears(wire, scene_id)
        ears.hear(0.6)
        before = ears.hear(0.4)
        mover.say("set_source", scene_id=scene_id, source_id=source_id, azimuth_deg=90.0, distance_m=2.0)
        ears.hear(0.4)
        assert balance_db(ears.hear(0.4)) > 3.5
        mover.say("mute", scene_id=scene_id, source_id=source_id, muted=True)
        ears.hear(0.4)
        assert level_db(ears.hear(0.3)) < level_db(before) - 60
        mover.say("mute", scene_id=scene_id, source_id=source_id, muted=False)
        ears.hear(0.4)
        assert level_db(ears.hear(0.4)) > level_db(before) - 10


def test_two_listeners_have_heads_of_their_own(server, scene_id, alone):
    with wired(server) as one, wired(server) as other:
        one.subscribe(scene_id)
        other.subscribe(scene_id)
        left, right = Ears(one, scene_id), Ears(other, scene_id)
        left.turn(-90)
        right.turn(90)
        left.hear(0.6)
        right.hear(0.6)
        assert balance_db(left.hear(0.4)) > 3.5
        assert balance_db(right.hear(0.4)) < -3.5


def test_a_pose_changes_what_is_heard_soon(server, scene_id, alone):
    with wired(server) as wire:
        wire.subscribe(scene_id)
        ears = Ears(wire, scene_id)
        ears.hear(0.8)
        ears.turn(-90)
        said_s = time.monotonic()
        while balance_db(ears.hear(BLOCK / RATE_HZ)) < 4:
            assert time.monotonic() < said_s + stretched(5.0)
        assert time.monotonic() - said_s < stretched(1.0)


def test_what_cannot_be_heard_is_refused(server, scene_id):
    with wired(server) as wire:
        wire.say("live_start", scene_id="nowhere")
        assert wire.hear("error")["code"] == "not_found"
        wire.say("live_stop", stream_id=77)
        wire.subscribe(scene_id)


def test_a_source_on_its_way_is_heard_where_everybody_is_told_it_is(alone, scene_id):
    wire, source_id = alone
    corners = [[2.0, 0.0], [0.0, 2.0], [-2.0, 0.0], [0.0, -2.0], [2.0, 0.0]]
    keyframes = [{"time_s": 0.5 * n, "position_m": [*corner, 0.0]} for n, corner in enumerate(corners)]
    ears = Ears(wire, scene_id, block_samples=BLOCK)
    path = {"begins_at_s": 0.0, "loop": True, "keyframes": keyframes}
    wire.say("source_path", scene_id=scene_id, source_id=source_id, path=path)
    ears.hear(0.5)
    ears.frames.clear()
    sound = ears.hear(2.5)
    heard = sound[: len(sound) // (8 * BLOCK) * 8 * BLOCK].reshape(-1, 8 * BLOCK, 2)
    told = [
        (message["at_s"], move["azimuth_deg"])
        for message in wire.passed
        if message["type"] == "source_moved"
        for move in message["moves"]
        if move["source_id"] == source_id
    ]
    times_s = np.array([at_s for at_s, _ in told])
    agree = []
    for number, part in enumerate(heard):
        middle_s = ears.frames[8 * number + 4]["time_s"]
        azimuth_deg = told[int(np.argmin(np.abs(times_s - middle_s)))][1]
        if 40 < abs(azimuth_deg) < 140:
            agree.append(math.copysign(1.0, azimuth_deg) == math.copysign(1.0, balance_db(part)))
    assert len(agree) > 20
    assert sum(agree) >= len(agree) - 2


def test_while_a_stream_is_made_ready_other_messages_are_answered(tmp_path, scene_id, server):
    # In a server of its own, whose first stream waits for kernels and clips.
    shutil.copytree(server.folder / scene_id, tmp_path / "library" / "square")
    with serving(tmp_path / "library") as fresh, wired(fresh) as wire:
        wire.say("live_start", scene_id="square")
        wire.say("clock_ping", client_sent_s=7.0)
        wire.hear("clock_pong")
        assert not [message for message in wire.passed if message["type"] == "live_started"]
        wire.hear("live_started")


def test_a_scene_that_is_not_there_is_told_later_but_to_whom_it_concerns(server, scene_id):
    with wired(server) as wire:
        seq = wire.say("live_start", scene_id="nowhere")
        error = wire.hear("error")
        assert (error["code"], error["reply_to"]) == ("not_found", seq)
