"""The package's Unity layer on the engine's stand-in: its own tests, and a whole scene from a real server."""

import math
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from protocol.coordinates import scene_from_polar
from tests.server.api.server_process import serving
from tests.server.api.wire import wired
from tests.timing import PATIENCE_S, stretched
from tests.unity_client.own_tests import fixtures, outcomes
from tests.unity_client.probe import probing
from tests.unity_client.scenes import library
from tests.unity_client.test_stream import samples_sha256
from tools.mono import PACKAGE

LAYER_TESTS = PACKAGE / "Tests" / "Runtime" / "Unity"
PLAYER = Path(__file__).parent / "player"
CLIP_S = 2.0


@pytest.fixture(scope="module")
def told(layer):
    """What became of each test, by fixture."""
    return outcomes(layer[0].parent / "Sonorama.Unity.Tests.exe", [LAYER_TESTS, PLAYER], layer)


@pytest.mark.parametrize("fixture", fixtures(LAYER_TESTS, PLAYER))
def test_all_that_the_package_tests_of_itself_holds(told, fixture):
    by_fixture, said = told
    assert by_fixture[fixture], said
    assert set(by_fixture[fixture].values()) == {"ok"}, said


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder, scene_id = library(tmp_path_factory.mktemp("stage"), sources=5, clip_s=CLIP_S)
    with serving(folder, requests_per_s=1e6, requests_at_once=1e6) as server:
        yield server, scene_id


@pytest.fixture(scope="module")
def edited(tmp_path_factory):
    """A server whose scene is changed by tests; each has sources of its own."""
    folder, scene_id = library(tmp_path_factory.mktemp("edited"), sources=4)
    with serving(folder) as server:
        yield server, scene_id


@contextmanager
def staged(program, server, scene_id, **settings):
    """A Unity scene that follows a server's scene, and complains of nothing."""
    with probing(program, server=str(server.client.base_url), scene=scene_id, **settings) as stage:
        yield stage
        assert look(stage)["complaints"] == []


def look(stage):
    stage.do("look")
    return stage.hear("seen")


def when(stage, is_so):
    """What is seen once it is so."""
    until_s = time.monotonic() + PATIENCE_S
    while not is_so(seen := look(stage)):
        assert time.monotonic() < until_s, seen
        time.sleep(0.03)
    return seen


def all_play(seen, *, count):
    return len(seen["sources"]) == count and all(
        emitter["playing"] and emitter["volume"] > 0.0
        for source in seen["sources"].values()
        for emitter in source["emitters"]
    )


def server_time_s(wire):
    wire.say("clock_ping", client_sent_s=0.0)
    return wire.hear("clock_pong")["server_sent_s"]


def unity_position(source):
    """Right, up, forward, by the design's table."""
    front, left, up = scene_from_polar(source["azimuth_deg"], source["elevation_deg"], source["distance_m"])
    return [-left, up, front]


def test_a_real_scene_sounds_where_it_is_with_its_clips_sample_for_sample(served, stage_program):
    server, scene_id = served
    scene = server.client.get(f"/v1/scenes/{scene_id}").json()
    with staged(stage_program, server, scene_id) as stage:
        seen = when(stage, lambda seen: all_play(seen, count=5))
        # Once, when all of them are there.
        assert [told["kind"] for told in stage.passed if told["kind"] != "state"] == ["added"] * 5 + ["ready"]
    for source in scene["sources"]:
        told = seen["sources"][source["id"]]
        if source["kind"] != "ambient":
            assert told["position"] == pytest.approx(unity_position(source), rel=1e-5)
            assert told["distance_m"] == pytest.approx(source["distance_m"], rel=1e-5)
        wav = server.client.get(f"/v1/scenes/{scene_id}/clips/{source['clip']['sha256']}").content
        count = len(told["emitters"])
        assert count == (4 if source["kind"] == "ambient" else 1)
        for emitter in told["emitters"]:
            assert emitter["samples_sha256"] == samples_sha256(wav)


def in_step(seen):
    """Whether every emitter is where its clip should be by the server's clock, each its share of the clip ahead."""
    for told in seen["sources"].values():
        count = len(told["emitters"])
        for index, emitter in enumerate(told["emitters"]):
            apart_s = emitter["time_s"] - told["should_be_at_s"] - index / count * CLIP_S
            # What is let pass, and a frame or two: less than an echo.
            if abs(math.remainder(apart_s, CLIP_S)) > 0.1:
                return False
    return True


def test_a_real_scene_sounds_in_step_with_the_servers_clock(served, stage_program):
    server, scene_id = served
    with staged(stage_program, server, scene_id) as stage:
        when(stage, lambda seen: all_play(seen, count=5))
        # Frames are late where other tests share the machine, but not all of them.
        when(stage, in_step)


def test_what_others_do_to_a_scene_is_seen_and_heard(edited, stage_program):
    server, scene_id = edited
    with wired(server) as other, staged(stage_program, server, scene_id) as stage:
        when(stage, lambda seen: all_play(seen, count=4))
        other.say(
            "set_source", scene_id=scene_id, source_id="bell-1", azimuth_deg=90.0, elevation_deg=0.0, distance_m=4.0
        )
        left_m = pytest.approx([-4.0, 0.0, 0.0], abs=1e-3)
        when(stage, lambda seen: seen["sources"]["bell-1"]["position"] == left_m)
        other.say("mute", scene_id=scene_id, source_id="bell-2", muted=True)
        when(stage, lambda seen: not seen["sources"]["bell-2"]["emitters"][0]["playing"])
        stage.do("mute", source="bell-2", muted=False)
        when(stage, lambda seen: all_play(seen, count=4))
        assert server.client.delete(f"/v1/scenes/{scene_id}/sources/bell-3").status_code == 204
        assert stage.hear("removed")["source"] == "bell-3"
        seen = when(stage, lambda seen: seen["children"] == 3)
        assert set(seen["sources"]) == {"wind", "bell-1", "bell-2"}


def test_a_source_on_a_path_is_where_the_server_has_it(edited, stage_program):
    server, scene_id = edited
    with wired(server) as other, staged(stage_program, server, scene_id) as stage:
        stage.hear("ready")
        begins_at_s = other.welcome["server_time_s"]
        keyframes = [{"time_s": 0, "position_m": [10, 0, 0]}, {"time_s": 100, "position_m": [10, 200, 0]}]
        path = {"begins_at_s": begins_at_s, "keyframes": keyframes}
        other.say("source_path", scene_id=scene_id, source_id="bell-2", path=path)
        when(stage, lambda seen: seen["sources"]["bell-2"]["position"][2] == pytest.approx(10.0, rel=1e-5))
        places = [look(stage)["sources"]["bell-2"]["position"][0] for _ in range(20)]
        assert places == sorted(places, reverse=True)
        before_s = server_time_s(other)
        right_m = look(stage)["sources"]["bell-2"]["position"][0]
        after_s = server_time_s(other)
        # What is seen is a frame old.
        assert before_s - 0.3 <= begins_at_s - right_m / 2.0 <= after_s + 0.05


def test_the_head_is_told_to_others_in_the_scenes_frame(served, stage_program):
    server, scene_id = served
    with wired(server) as other, staged(stage_program, server, scene_id) as stage:
        other.subscribe(scene_id)
        stage.do("turn", right_deg=90.0)
        stage.do("walk", ahead_m=2.0)
        stage.do("listen")
        pose = other.hear("listener_pose")
    assert pose["position_m"] == pytest.approx([2.0, 0.0, 0.0], abs=1e-4)
    # To the right is against the scene's sense.
    assert pose["orientation"] == pytest.approx([0.0, 0.0, -math.sqrt(0.5), math.sqrt(0.5)], abs=1e-5)


def test_a_listener_far_from_where_the_picture_was_taken_is_told_once_and_the_scene_comes_when_told(
    served, stage_program
):
    server, scene_id = served
    with (
        wired(server) as other,
        probing(stage_program, server=str(server.client.base_url), scene=scene_id, ahead_m=-10.0) as stage,
    ):
        other.subscribe(scene_id)
        when(stage, lambda seen: all_play(seen, count=5))
        [complaint] = look(stage)["complaints"]
        assert "the listener (head) is 10.0 m from where the picture was taken (scene)" in complaint
        stage.do("scale", by=2.0)
        stage.do("listen")
        # Metres of the scene, however large it's shown.
        assert other.hear("listener_pose")["position_m"] == pytest.approx([-5.0, 0.0, 0.0], abs=1e-4)
        stage.do("come")
        at_origin = pytest.approx([0.0, 0.0, 0.0], abs=1e-4)
        other.hear("listener_pose", lambda pose: pose["position_m"] == at_origin)
        assert len(look(stage)["complaints"]) == 1


def test_live_sound_reaches_the_audio_thread_and_silences_the_sources(served, stage_program):
    server, scene_id = served
    with staged(stage_program, server, scene_id) as stage:
        when(stage, lambda seen: all_play(seen, count=5))
        stage.do("listen")
        # More than a person with a headset would want: other tests share the machine.
        stage.do("live", rate_hz=44_100, buffer_s=0.25)
        when(stage, lambda seen: seen["live"])
        time.sleep(stretched(1.5))
        seen = look(stage)
        stage.do("heard")
        heard = stage.hear("heard")
    assert not any(emitter["playing"] for source in seen["sources"].values() for emitter in source["emitters"])
    assert heard["problem"] is None
    assert np.isfinite(heard["energy"])
    assert heard["energy"] > 0.0
    assert heard["reads"] > 40
    # A gap may be, but sound it is.
    assert heard["silent_reads"] < 0.2 * heard["reads"]


def test_another_audio_device_plays_everything_that_the_last_one_played(served, stage_program):
    server, scene_id = served
    scene = server.client.get(f"/v1/scenes/{scene_id}").json()
    with staged(stage_program, server, scene_id) as stage:
        when(stage, lambda seen: all_play(seen, count=5))
        stage.do("device", rate_hz=44_100)
        seen = when(stage, lambda seen: all_play(seen, count=5))
        for source in scene["sources"]:
            wav = server.client.get(f"/v1/scenes/{scene_id}/clips/{source['clip']['sha256']}").content
            for emitter in seen["sources"][source["id"]]["emitters"]:
                assert emitter["samples_sha256"] == samples_sha256(wav)
        when(stage, in_step)
        stage.do("listen")
        stage.do("live", rate_hz=44_100, buffer_s=0.25)
        when(stage, lambda seen: seen["live"])
        stage.do("device", rate_hz=48_000)
        assert look(stage)["fed"]
        stage.do("heard")
        stage.hear("heard")


def missing(stage):
    """What is seen once the client says that its scene isn't there, and some time after."""
    when(stage, lambda seen: seen["state"] == "SceneMissing")
    time.sleep(stretched(0.5))
    return look(stage)


def test_a_scene_that_is_not_there_is_one_problem_one_line_and_one_state(served, stage_program):
    server, _ = served
    with probing(stage_program, server=str(server.client.base_url), scene="skware") as stage:
        stage.do("listen")
        seen = missing(stage)
        assert seen["state"] == "SceneMissing"
        [complaint] = seen["complaints"]
    assert "no such scene" in complaint
    # What to type instead.
    assert "square" in complaint


def test_a_scene_that_is_deleted_is_gone_with_one_line(tmp_path, stage_program):
    folder, scene_id = library(tmp_path, sources=3)
    with (
        serving(folder) as server,
        probing(stage_program, server=str(server.client.base_url), scene=scene_id) as stage,
    ):
        stage.do("listen")
        when(stage, lambda seen: all_play(seen, count=3))
        assert server.client.delete(f"/v1/scenes/{scene_id}").is_success
        seen = missing(stage)
    assert (seen["state"], seen["sources"], seen["children"]) == ("SceneMissing", {}, 0)
    assert len(seen["complaints"]) == 1
    assert "was deleted" in seen["complaints"][0]


def test_a_server_that_stays_away_is_one_line(stage_program):
    with probing(stage_program, server="http://127.0.0.1:1", scene="square") as stage:
        for _ in range(2):
            stage.hear("state", lambda told: told["state"] == "Waiting")
        assert len(look(stage)["complaints"]) == 1


def test_the_picture_is_shown(served, stage_program):
    server, scene_id = served
    with staged(stage_program, server, scene_id) as stage:
        stage.do("picture")
        assert when(stage, lambda seen: seen["picture"])["picture"] == [128, 64]


def test_disabling_takes_everything_away_and_enabling_brings_it_back(served, stage_program):
    server, scene_id = served
    with staged(stage_program, server, scene_id) as stage:
        when(stage, lambda seen: all_play(seen, count=5))
        stage.do("disable")
        seen = when(stage, lambda seen: seen["children"] == 0)
        assert (seen["state"], seen["sources"]) == ("Idle", {})
        stage.do("enable")
        when(stage, lambda seen: all_play(seen, count=5))


def test_play_mode_is_left_and_entered_again_with_the_domain_as_it_was(served, stage_program):
    server, scene_id = served
    settings = {"server": str(server.client.base_url), "scene": scene_id}
    with staged(stage_program, server, scene_id) as stage:
        for _ in range(2):
            when(stage, lambda seen: all_play(seen, count=5))
            stage.do("leave")
            stage.do("start", **settings)
        when(stage, lambda seen: all_play(seen, count=5))


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"server": "not an address", "scene": "square"}, "is no server address"),
        ({"server": "ftp://127.0.0.1", "scene": "square"}, "is no server address"),
        ({"server": "http://127.0.0.1:1", "scene": ""}, "no scene is named"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(stage_program, settings, complaint):
    with probing(stage_program, **settings) as stage:
        complaints = look(stage)["complaints"]
    assert len(complaints) == 1
    assert complaint in complaints[0]
    assert "\n" not in complaints[0]


def test_a_server_that_goes_is_told_and_found_again(served, stage_program, relay):
    server, scene_id = served
    way = relay(server.client.base_url.port)
    with probing(stage_program, server=f"http://127.0.0.1:{way.port}", scene=scene_id) as stage:
        when(stage, lambda seen: all_play(seen, count=5))
        way.cut()
        assert stage.hear("state", lambda told: told["state"] == "Waiting")["text"]
        # What sounds goes on meanwhile.
        assert all_play(look(stage), count=5)
        way.mend()
        stage.hear("state", lambda told: told["state"] == "Connected")
        assert all_play(look(stage), count=5)
