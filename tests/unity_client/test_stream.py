"""The Unity client's core on a real server: scenes, clips, moves, commands, resumption."""

import hashlib
import io
import math
import time

import numpy as np
import pytest
import soundfile

from protocol.coordinates import scene_from_polar
from tests.server.api.server_process import serving
from tests.server.api.wire import wired
from tests.timing import stretched
from tests.unity_client.probe import probing
from tests.unity_client.scenes import library


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder, scene_id = library(tmp_path_factory.mktemp("unity"), sources=6)
    with serving(folder, requests_per_s=1e6, requests_at_once=1e6) as server:
        yield server, scene_id


def address(server):
    return str(server.client.base_url)


def samples_sha256(wav: bytes) -> str:
    samples, _ = soundfile.read(io.BytesIO(wav), dtype="float32", always_2d=True)
    return hashlib.sha256(np.ascontiguousarray(samples).tobytes()).hexdigest()


@pytest.mark.parametrize("way", ["http", "stream"])
def test_a_whole_scene_arrives_with_its_clips_byte_for_byte(served, probe_program, tmp_path, way):
    server, scene_id = served
    scene = server.client.get(f"/v1/scenes/{scene_id}").json()
    settings = {"stream": True} if way == "stream" else {}
    cache = tmp_path / "cache"
    with probing(probe_program, server=address(server), cache=str(cache), **settings) as probe:
        probe.do("subscribe", scene=scene_id)
        told = probe.scene(len(scene["sources"]))
        for source in scene["sources"]:
            heard = told[source["id"]]
            assert heard["azimuth_deg"] == source["azimuth_deg"]
            assert heard["distance_m"] == (source["distance_m"] or 0.0)
            probe.do("load", scene=scene_id, source=source["id"])
        loaded = {one["source"]: one for one in (probe.hear("loaded") for _ in scene["sources"])}
    for source in scene["sources"]:
        wav = server.client.get(f"/v1/scenes/{scene_id}/clips/{source['clip']['sha256']}").content
        assert loaded[source["id"]].get("samples_sha256") == samples_sha256(wav), loaded[source["id"]]
        assert loaded[source["id"]]["rate_hz"] == 48_000
        # The file on the client's disk is the server's, byte for byte.
        assert (cache / f"{source['clip']['sha256']}.wav").read_bytes() == wav
    assert not list(cache.glob("*.part"))


def test_clips_on_the_disk_need_no_server_and_broken_ones_are_fetched_again(served, probe_program, tmp_path):
    server, scene_id = served
    source = server.client.get(f"/v1/scenes/{scene_id}").json()["sources"][0]
    wav = server.client.get(f"/v1/scenes/{scene_id}/clips/{source['clip']['sha256']}").content
    kept = tmp_path / f"{source['clip']['sha256']}.wav"
    kept.write_bytes(wav[:-1] + b"x")
    with probing(probe_program, server=address(server), cache=str(tmp_path)) as probe:
        probe.do("subscribe", scene=scene_id)
        probe.scene(6)
        probe.do("load", scene=scene_id, source=source["id"])
        assert probe.hear("loaded")["samples_sha256"] == samples_sha256(wav)
    assert kept.read_bytes() == wav


def test_the_picture_comes(served, probe_program):
    server, scene_id = served
    with wired(server) as other:
        image = server.client.get(other.subscribe(scene_id)["image_url"]).content
    with probing(probe_program, server=address(server)) as probe:
        probe.do("subscribe", scene=scene_id)
        probe.hear("SceneBegun")
        probe.do("image", scene=scene_id)
        assert probe.hear("image")["sha256"] == hashlib.sha256(image).hexdigest()


def test_commands_come_back_as_changes(served, probe_program):
    server, scene_id = served
    with probing(probe_program, server=address(server)) as probe:
        probe.do("subscribe", scene=scene_id)
        source_id = next(iter(probe.scene(6)))
        for muted in (True, False):
            probe.do("mute", scene=scene_id, source=source_id, muted=muted)
            assert probe.hear("SourceUpdated", lambda told, muted=muted: told["muted"] is muted)["source"] == source_id
        probe.do("set", scene=scene_id, source=source_id, gain_db=-7.5)
        assert probe.hear("SourceUpdated")["gain_db"] == -7.5
        probe.do("mute", scene=scene_id, source="nobody", muted=True)
        assert probe.hear("Refused")["message"]["code"] == "not_found"
        probe.do("subscribe", scene="nowhere")
        assert "nowhere" in probe.hear("SceneMissing")["text"]


def test_moves_at_sixty_hertz_arrive_where_the_keyframes_say(served, probe_program):
    server, scene_id = served
    with probing(probe_program, server=address(server)) as probe, wired(server) as other:
        probe.do("subscribe", scene=scene_id)
        source_id = next(one for one in probe.scene(6) if one != "wind")
        begins_at_s = other.welcome["server_time_s"]
        keyframes = [{"time_s": 0, "position_m": [10, 0, 0]}, {"time_s": 100, "position_m": [10, 100, 0]}]
        this = {"scene_id": scene_id, "source_id": source_id}
        other.say("source_path", **this, path={"begins_at_s": begins_at_s, "keyframes": keyframes})
        probe.hear("SourceUpdated", lambda told: told.get("on_path_m"))
        began_s = time.monotonic()
        moves = [probe.hear("SourceMoved") for _ in range(180)]
        took_s = time.monotonic() - began_s
        other.say("source_path", **this, path=None)
        probe.hear("SourceUpdated", lambda told: "on_path_m" not in told)
    assert 2.0 < took_s < stretched(6.0)
    left_m = []
    for move in moves:
        front, left, up = scene_from_polar(move["azimuth_deg"], move["elevation_deg"], move["distance_m"])
        assert front == pytest.approx(10.0, rel=1e-9)
        assert abs(up) < 1e-9
        left_m.append(left)
        # By the client's clock and the keyframes alone it's where the server tells, but for what was under way.
        on_path = move["on_path_m"]
        assert on_path[1] == pytest.approx(on_path[3] - begins_at_s, abs=1e-6)
        assert abs(on_path[1] - left) < 0.5
    assert left_m == sorted(left_m)


def test_the_clock_is_right_to_within_its_error(served, probe_program):
    server, _ = served
    with probing(probe_program, server=address(server)) as probe, wired(server) as other:
        probe.state("Connected")
        time.sleep(stretched(1.0))
        probe.do("clock")
        clock = probe.hear("clock")
        other.say("clock_ping", client_sent_s=0.0)
        pong = other.hear("clock_pong")
        assert clock["known"]
        assert clock["error_s"] < stretched(0.1)
        # The probe was asked before the server was.
        assert -stretched(1.0) < clock["server_time_s"] - pong["server_received_s"] < clock["error_s"]


def test_poses_are_shared_with_other_listeners(served, probe_program):
    server, scene_id = served
    with probing(probe_program, server=address(server)) as probe, wired(server) as other:
        other.subscribe(scene_id)
        probe.do("subscribe", scene=scene_id)
        probe.hear("SceneBegun")
        probe.do("pose", scene=scene_id, yaw_deg=90)
        pose = other.hear("listener_pose")
        assert pose["position_m"] == [1.0, 2.0, 3.0]
        assert pose["orientation"] == pytest.approx([0.0, 0.0, math.sqrt(0.5), math.sqrt(0.5)], rel=1e-6)
        other.say(
            "listener_pose",
            scene_id=scene_id,
            position_m=[0, 0, 0],
            orientation=[0, 0, 0, 1],
            client_time_s=1,
            share=True,
        )
        assert probe.hear("ListenerMoved")["message"]["position_m"] == [0.0, 0.0, 0.0]


def test_who_leaves_says_goodbye_and_is_gone_at_once(served, probe_program):
    server, _ = served
    with probing(probe_program, server=address(server)) as probe:
        probe.state("Connected")
        began_s = time.monotonic()
        probe.do("leave")
        assert probe.state("Stopped")
        assert probe.hear("left")["in_time"]
        assert time.monotonic() - began_s < stretched(3.0)
        assert probe.process.wait(stretched(10.0)) == 0


def test_a_stopped_process_goes_on_with_the_newest_state(served, probe_program):
    server, scene_id = served
    with probing(probe_program, server=address(server)) as probe, wired(server) as other:
        probe.do("subscribe", scene=scene_id)
        source_id = next(one for one in probe.scene(6) if one != "wind")
        probe.pause()
        try:
            other.subscribe(scene_id)
            for gain_db in range(40):
                for _ in range(5):
                    other.say("set_source", scene_id=scene_id, source_id=source_id, gain_db=-float(gain_db))
            other.hear("ack", lambda ack: ack["received_seq"] >= other.seq)
        finally:
            probe.go_on()
        assert probe.hear("SourceUpdated", lambda told: told["gain_db"] == -39.0)["source"] == source_id


def test_a_program_that_takes_nothing_for_a_while_gets_few_moves_and_the_newest(served, probe_program):
    server, scene_id = served
    with probing(probe_program, server=address(server)) as probe, wired(server) as other:
        probe.do("subscribe", scene=scene_id)
        source_id = next(one for one in probe.scene(6) if one != "wind")
        now_s = other.welcome["server_time_s"]
        keyframes = [{"time_s": 0, "position_m": [10, 0, 0]}, {"time_s": 1.0, "position_m": [10, 50, 0]}]
        probe.do("sleep", ms=1500)
        other.say(
            "source_path", scene_id=scene_id, source_id=source_id, path={"begins_at_s": now_s, "keyframes": keyframes}
        )
        azimuth_deg = math.degrees(math.atan2(50, 10))
        probe.hear("SourceMoved", lambda told: told["azimuth_deg"] == pytest.approx(azimuth_deg, abs=0.01))
        assert sum(one["kind"] == "SourceMoved" for one in probe.passed) < 30
        other.say("source_path", scene_id=scene_id, source_id=source_id, path=None)


def test_a_killed_server_is_found_again_and_the_scene_goes_on(tmp_path, probe_program, relay):
    folder, scene_id = library(tmp_path, sources=3)
    with serving(folder) as server:
        way = relay(server.client.base_url.port)
        with probing(probe_program, server=f"http://127.0.0.1:{way.port}") as probe:
            probe.do("subscribe", scene=scene_id)
            before = probe.scene(3)
            server.kill()
            assert probe.state("Waiting")["text"]
            probe.do("set", scene=scene_id, source="bell-1", gain_db=-7.0)
            server.start()
            way.target = server.client.base_url.port
            probe.state("Connected")
            probe.hear("SceneBegun")
            after = {told["source"]: told for told in (probe.hear("SourceUpdated") for _ in before)}
            assert {name: told["sha256"] for name, told in after.items()} == {
                name: told["sha256"] for name, told in before.items()
            }
            assert not any(one["kind"] == "SourceRemoved" for one in probe.passed)
            # What was wished while nobody heard was done as soon as somebody did.
            assert after["bell-1"]["gain_db"] == -7.0


def test_a_broken_connection_is_resumed_and_nothing_is_missed(served, probe_program, relay):
    server, scene_id = served
    way = relay(server.client.base_url.port)
    with probing(probe_program, server=f"http://127.0.0.1:{way.port}") as probe, wired(server) as other:
        probe.do("subscribe", scene=scene_id)
        source_id = next(iter(probe.scene(6)))
        for muted in (True, False):
            way.cut()
            probe.state("Waiting")
            other.say("mute", scene_id=scene_id, source_id=source_id, muted=muted)
            other.hear("ack")
            way.mend()
            probe.state("Connected")
            assert probe.hear("SourceUpdated", lambda told, muted=muted: told["muted"] is muted)["source"] == source_id
        assert not any(one["kind"] in ("SceneBegun", "SourceRemoved") for one in probe.passed)


def test_a_token_is_needed_where_the_server_wants_one(tmp_path, probe_program):
    folder, scene_id = library(tmp_path, sources=2)
    with serving(folder, token="correct horse") as server:
        with probing(probe_program, server=address(server), token="correct horse") as probe:
            probe.do("subscribe", scene=scene_id)
            probe.scene(2)
            probe.do("load", scene=scene_id, source="bell-1")
            assert probe.hear("loaded")["rate_hz"] == 48_000
        for token in (None, "wrong"):
            with probing(probe_program, server=address(server), token=token) as probe:
                refused = probe.state("Refused")
                assert "4401" in refused["text"]
                time.sleep(stretched(0.5))
                probe.do("clock")
                probe.hear("clock")
                states = [one["state"] for one in probe.passed if one["kind"] == "StateChanged"]
                assert states == ["Connecting"], "a refused client must not try again"


def test_a_server_that_is_not_there_is_waited_for_and_one_that_says_nothing_is_left(probe_program, silent_port):
    with probing(probe_program, server=f"http://127.0.0.1:{silent_port}", connect_timeout_s=0.5) as probe:
        began_s = time.monotonic()
        probe.state("Waiting")
        assert time.monotonic() - began_s < stretched(10.0)
        probe.state("Connecting")
        probe.state("Waiting")
        probe.do("leave")
        assert probe.hear("left")["in_time"]
