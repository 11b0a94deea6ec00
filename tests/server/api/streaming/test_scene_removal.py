"""A scene is deleted while clients follow it, over the WebSocket of a real server."""

import json
import time

import pytest

from tests.server.api.server_process import serving
from tests.server.api.wire import raw_socket, wired
from tests.server.client.scenes import noisy_scene
from tests.timing import PATIENCE_S, stretched

POSE = {"position_m": [0, 0, 0], "orientation": [0, 0, 0, 1], "client_time_s": 1.0}


@pytest.fixture
def two_scenes(tmp_path):
    for scene_id in ("circle", "square"):
        noisy_scene(tmp_path / "library", scene_id, 30.0)
    with serving(tmp_path / "library") as server:
        yield server


def answered(wire):
    """All that has come until the server answers a ping, which overtakes nothing that was sent before it."""
    wire.passed.clear()
    wire.say("clock_ping", client_sent_s=7.0)
    wire.hear("clock_pong", lambda pong: pong["client_sent_s"] == 7.0)
    return [message["type"] for message in wire.passed]


def test_subscribers_are_told_and_their_poses_for_it_are_passed_over(two_scenes):
    with wired(two_scenes) as wire, wired(two_scenes) as other:
        wire.subscribe("square")
        wire.subscribe("circle")
        other.subscribe("circle")
        assert two_scenes.client.delete("/v1/scenes/square").status_code == 204
        assert wire.hear("scene_removed")["scene_id"] == "square"
        for _ in range(20):
            wire.say("listener_pose", scene_id="square", **POSE)
        assert "error" not in answered(wire)
        seq = wire.say("mute", scene_id="square", source_id="noise-0", muted=True)
        assert wire.hear("error")["reply_to"] == seq
        seq = wire.say("subscribe", scene_id="square")
        error = wire.hear("error")
        assert (error["code"], error["reply_to"], error["scene_id"]) == ("not_found", seq, "square")
        wire.say("mute", scene_id="circle", source_id="noise-0", muted=True)
        assert wire.hear("source_updated")["scene_id"] == "circle"
        assert "scene_removed" not in answered(other)


def test_poses_for_a_scene_that_never_was_are_refused_once(two_scenes):
    with wired(two_scenes) as wire:
        for _ in range(20):
            wire.say("listener_pose", scene_id="nowhere", **POSE)
        error = wire.hear("error")
        assert (error["code"], error["scene_id"]) == ("not_found", "nowhere")
        assert "error" not in answered(wire)


def test_live_sound_of_it_ends(two_scenes):
    with wired(two_scenes) as wire:
        wire.subscribe("square")
        wire.say("live_start", scene_id="square")
        wire.hear("live_started")
        wire.hear("binary")
        two_scenes.client.delete("/v1/scenes/square")
        wire.hear("scene_removed")
        until_s = time.monotonic() + PATIENCE_S
        while "binary" in answered(wire):
            assert time.monotonic() < until_s
            time.sleep(stretched(0.2))


def test_who_was_away_meanwhile_is_told_when_it_comes_back(two_scenes):
    with wired(two_scenes) as wire:
        wire.subscribe("square")
        wire.socket.socket.shutdown(2)
        time.sleep(stretched(0.1))
        two_scenes.client.delete("/v1/scenes/square")
        with raw_socket(two_scenes) as socket:
            resume = {"token": wire.welcome["resume_token"], "last_seq": wire.welcome["seq"]}
            hello = {"type": "hello", "seq": wire.seq + 1, "majors": [1], "client": "test", "resume": resume}
            socket.send(json.dumps(hello))
            told = [json.loads(socket.recv(timeout=PATIENCE_S)) for _ in range(2)]
            assert told[0]["resumed"] is True
            assert [message["type"] for message in told[1:]] == ["scene_removed"]
