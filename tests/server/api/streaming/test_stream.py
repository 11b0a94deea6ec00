"""The WebSocket of a real server, spoken to in plain JSON as PROTOCOL.md has it."""

import hashlib
import json
import math
import time

import pytest
from websockets.exceptions import ConnectionClosed

from tests.server.api.server_process import serving
from tests.server.api.wire import raw_socket, wired
from tests.timing import PATIENCE_S, stretched

pytestmark = pytest.mark.usefixtures("restored")


@pytest.fixture
def scene(server, scene_id):
    return server.client.get(f"/v1/scenes/{scene_id}").json()


def placed(scene):
    return next(source for source in scene["sources"] if source["kind"] != "ambient")


def test_who_subscribes_gets_the_whole_scene(server, scene_id, scene):
    with wired(server) as wire:
        assert wire.socket.subprotocol == "sonorama.v1"
        snapshot = wire.subscribe(scene_id)
        assert snapshot["complete"] is True
        told = {source["id"]: source for source in snapshot["sources"]}
        assert told.keys() == {source["id"] for source in scene["sources"]}
        for source in scene["sources"]:
            heard = told[source["id"]]
            assert heard["azimuth_deg"] == source["azimuth_deg"]
            assert heard["distance_m"] == source["distance_m"]
            assert heard["clip"]["sha256"] == source["clip"]["sha256"]
            assert heard["playing_since_s"] <= snapshot["at_s"]
        clip = snapshot["sources"][0]["clip"]
        fetched = server.client.get(clip["url"]).content
        assert hashlib.sha256(fetched).hexdigest() == clip["sha256"]


def test_commands_reach_everybody_and_are_acknowledged(server, scene_id, scene):
    source_id = placed(scene)["id"]
    with wired(server) as one, wired(server) as other:
        one.subscribe(scene_id)
        other.subscribe(scene_id)
        seq = one.say("mute", scene_id=scene_id, source_id=source_id, muted=True)
        assert other.hear("source_updated")["source"]["muted"] is True
        assert one.hear("ack", lambda ack: ack["received_seq"] >= seq)
        one.say("mute", scene_id=scene_id, source_id=source_id, muted=False)
        other.hear("source_updated", lambda told: told["source"]["muted"] is False)
        one.say("set_source", scene_id=scene_id, source_id=source_id, azimuth_deg=12.5)
        moved = other.hear("source_moved")["moves"]
        assert [(move["source_id"], move["azimuth_deg"]) for move in moved] == [(source_id, 12.5)]
        one.say("stop", scene_id=scene_id, source_id=source_id)
        assert other.hear("source_updated")["source"]["playing_since_s"] is None
        one.say("play", scene_id=scene_id, source_id=source_id, at_s=1e9)
        assert other.hear("source_updated")["source"]["playing_since_s"] == 1e9


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        ("subscribe", {"scene_id": "nowhere"}, "not_found"),
        ("mute", {"scene_id": "SCENE", "source_id": "nobody", "muted": True}, "not_found"),
        ("clip_request", {"scene_id": "nowhere", "source_id": "nobody"}, "not_found"),
        ("clip_request", {"scene_id": "SCENE", "source_id": "nobody"}, "not_found"),
        ("mute", {"scene_id": "../etc", "source_id": "a", "muted": True}, "bad_message"),
        ("credit", {"stream_id": 0, "bytes": 1}, "bad_message"),
    ],
)
def test_what_cannot_be_done_is_told_and_the_connection_stays(server, scene_id, kind, fields, code):
    with wired(server) as wire:
        fields = {name: scene_id if value == "SCENE" else value for name, value in fields.items()}
        seq = wire.say(kind, **fields)
        error = wire.hear("error")
        assert (error["code"], error["reply_to"]) == (code, seq)
        assert wire.subscribe(scene_id)["scene_id"] == scene_id


def test_a_source_on_its_way_is_where_its_keyframes_say_and_everybody_hears_it(server, scene_id, scene):
    source_id = placed(scene)["id"]
    with wired(server) as wire:
        wire.subscribe(scene_id)
        now_s = wire.welcome["server_time_s"]
        wire.say(
            "source_path",
            scene_id=scene_id,
            source_id=source_id,
            path={
                "begins_at_s": now_s,
                "keyframes": [{"time_s": 0, "position_m": [10, 0, 0]}, {"time_s": 100, "position_m": [10, 100, 0]}],
            },
        )
        wire.hear("source_updated", lambda told: told["source"]["path"] is not None)
        for _ in range(30):
            told = wire.hear("source_moved")
            (move,) = told["moves"]
            left_m = told["at_s"] - now_s
            assert move["azimuth_deg"] == pytest.approx(math.degrees(math.atan2(left_m, 10)), abs=1e-6)
            assert move["distance_m"] == pytest.approx(math.hypot(left_m, 10), rel=1e-9)
        wire.say("source_path", scene_id=scene_id, source_id=source_id, path=None)
        held = wire.hear("source_updated")["source"]
        assert held["path"] is None
        assert held["distance_m"] > 10


@pytest.mark.parametrize("codec", ["wav", "pcm16", "flac"])
def test_clips_come_through_the_socket_to_who_wants_them_there(server, scene_id, scene, codec):
    wanted = {source["id"]: source["clip"] for source in scene["sources"]}
    with wired(server, codecs=[codec]) as wire:
        wire.subscribe(scene_id, delivery="stream")
        begun, received, ended = {}, {}, {}
        while len(ended) < len(wanted):
            message = wire.next()
            if message["type"] == "clip_begin":
                begun[message["stream_id"]] = message
                received[message["stream_id"]] = b""
            elif message["type"] == "binary":
                received[message["stream_id"]] += message["payload"]
                wire.say("credit", stream_id=message["stream_id"], bytes=len(message["payload"]))
            elif message["type"] == "clip_end":
                ended[message["stream_id"]] = message["sha256"]
        for stream_id, begin in begun.items():
            payload = received[stream_id]
            assert len(payload) == begin["size_bytes"]
            assert hashlib.sha256(payload).hexdigest() == ended[stream_id]
            assert begin["clip_sha256"] == wanted[begin["source_id"]]["sha256"]
            assert begin["codec"] == codec
            if codec == "wav":
                assert ended[stream_id] == begin["clip_sha256"]


def test_a_clip_can_be_asked_for_again_and_in_no_coding_that_nobody_knows(server, scene_id, scene):
    source_id = scene["sources"][0]["id"]
    with wired(server, codecs=["pcm16"]) as wire:
        wire.subscribe(scene_id, delivery="stream")
        wire.hear("clip_begin", lambda begin: begin["source_id"] == source_id)
        wire.say("clip_request", scene_id=scene_id, source_id=source_id, codec="flac")
        assert wire.hear("clip_begin", lambda begin: begin["codec"] == "flac")["source_id"] == source_id
    with wired(server, codecs=["braille"]) as wire:
        seq = wire.say("clip_request", scene_id=scene_id, source_id=source_id)
        error = wire.hear("error")
        assert (error["code"], error["reply_to"]) == ("unavailable", seq)


def test_the_first_source_is_heard_before_the_last_is_made(server, street):
    with wired(server) as wire:
        job = server.begun(street, top=4, duration_s=4, seed=77)
        wire.subscribe(job["scene_id"])
        first = wire.hear("source_updated", lambda told: told["source"]["clip"] is not None)
        assert server.client.get(first["source"]["clip"]["url"]).status_code == 200
        wire.hear("scene_ready")
        stages = {message["stage"] for message in wire.passed if message["type"] == "scene_progress"}
        assert "voice" in stages
    with wired(server) as late:
        assert late.subscribe(job["scene_id"])["complete"] is True


def test_a_scene_that_is_said_to_be_ready_can_be_read_at_once(server, street):
    with wired(server) as wire:
        job = server.begun(street, top=3, seed=78)
        wire.subscribe(job["scene_id"])
        wire.hear("scene_ready")
        answer = server.client.get(f"/v1/scenes/{job['scene_id']}")
        assert answer.status_code == 200, answer.text
        for source in answer.json()["sources"]:
            clip = server.client.get(f"/v1/scenes/{job['scene_id']}/clips/{source['clip']['sha256']}")
            assert hashlib.sha256(clip.content).hexdigest() == source["clip"]["sha256"]


def test_poses_are_shared_with_those_who_listen_too(server, scene_id):
    with wired(server) as one, wired(server) as other:
        one.subscribe(scene_id)
        other.subscribe(scene_id)
        pose = {"position_m": [1, 2, 0], "orientation": [0, 0, 0, 1], "client_time_s": 5.0}
        one.say("listener_pose", scene_id=scene_id, share=True, **pose)
        told = other.hear("listener_pose")
        # By the clock of the listener that it's about, as it said.
        assert (told["position_m"], told["client_time_s"]) == ([1, 2, 0], 5.0)
        listener = told["listener_id"]
        one.socket.close()
        assert other.hear("listener_left")["listener_id"] == listener


def test_clocks_agree_to_two_milliseconds(server):
    with wired(server) as wire:
        best = (math.inf, 0.0)
        for _ in range(20):
            sent_s = time.monotonic()
            wire.say("clock_ping", client_sent_s=sent_s)
            pong = wire.hear("clock_pong")
            back_s = time.monotonic()
            delay_s = back_s - sent_s - (pong["server_sent_s"] - pong["server_received_s"])
            offset_s = (pong["server_received_s"] - sent_s + pong["server_sent_s"] - back_s) / 2
            best = min(best, (delay_s, offset_s))
        # Both processes read the same clock, so the true offset is nothing.
        assert abs(best[1]) < stretched(0.002)


def test_who_comes_back_gets_what_they_missed_and_nothing_twice(server, scene_id, scene):
    source_id = placed(scene)["id"]
    with wired(server) as first, wired(server) as other:
        first.subscribe(scene_id)
        snapshot_seq = first.passed[-1]["seq"] if first.passed else first.welcome["seq"]
        heard = first.say("clock_ping", client_sent_s=1.0)
        last_seq = first.hear("clock_pong")["seq"]
        assert last_seq > snapshot_seq
        first.socket.socket.shutdown(2)
        time.sleep(stretched(0.1))
        for gain_db in (-3.0, -6.0):
            other.say("set_source", scene_id=scene_id, source_id=source_id, gain_db=gain_db)
        other.hear("ack", lambda ack: ack["received_seq"] >= other.seq)
        with raw_socket(server) as socket:
            resume = {"token": first.welcome["resume_token"], "last_seq": last_seq}
            hello = {"type": "hello", "seq": heard + 1, "majors": [1], "client": "test", "resume": resume}
            socket.send(json.dumps(hello))
            told = [json.loads(socket.recv(timeout=PATIENCE_S)) for _ in range(2)]
            assert told[0]["resumed"] is True
            assert told[1]["type"] == "source_updated"
            assert told[1]["source"]["gain_db"] == -6.0
            with pytest.raises(TimeoutError):
                socket.recv(timeout=stretched(0.3))


def test_a_server_with_a_token_wants_it_in_the_header_or_in_hello(tmp_path):
    with serving(tmp_path / "library", token="a secret of sixteen") as guarded:
        with wired(guarded, headers={"Authorization": "Bearer a secret of sixteen"}) as wire:
            assert wire.welcome["major"] == 1
        with wired(guarded, token="a secret of sixteen") as wire:
            assert wire.welcome["major"] == 1
        for token in ("another secret here", None):
            with raw_socket(guarded) as socket:
                socket.send(json.dumps({"type": "hello", "seq": 1, "majors": [1], "client": "x", "token": token}))
                with pytest.raises(ConnectionClosed) as closed:
                    socket.recv(timeout=PATIENCE_S)
            assert closed.value.rcvd.code == 4401
            assert "token" in closed.value.rcvd.reason
        assert "a secret" not in guarded.log()


def test_a_server_that_stops_says_so(tmp_path):
    with serving(tmp_path / "library") as stopping, wired(stopping) as wire:
        stopping.process.terminate()
        assert wire.hear("bye")["retry_after_s"] > 0
        with pytest.raises(ConnectionClosed) as closed:
            wire.next()
        assert closed.value.rcvd.code == 1001
