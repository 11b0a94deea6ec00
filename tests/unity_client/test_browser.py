"""The client in a browser, where it has neither sockets nor threads: its .jslib is run by Node, on a real server."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.server.api.server_process import serving
from tests.server.api.wire import wired
from tests.unity_client.probe import probing
from tests.unity_client.scenes import library
from tests.unity_client.test_stream import samples_sha256
from tools.mono import PACKAGE, compiled, sources

HERE = Path(__file__).parent
LIBRARY = PACKAGE / "Runtime" / "Plugins" / "Sonorama.jslib"
TOKEN = "a token of sixteen"


@pytest.fixture(scope="module")
def program(core):
    """The probe around a core that has a browser only; by its name it may look inside the core."""
    if not shutil.which("node"):
        pytest.skip("no Node here: apt-get install nodejs")
    out = core[0].parent / "browser" / "Sonorama.Core.Tests.exe"
    files = sources(HERE / "probe", HERE / "browser")
    return compiled(out, files, references=core, defines=["BROWSER"])


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder, scene_id = library(tmp_path_factory.mktemp("browser"), sources=6)
    with serving(folder, token=TOKEN, requests_per_s=1e6, requests_at_once=1e6) as server:
        yield server, scene_id


def following(program, address, **settings):
    return probing(program, server=address, host=str(HERE / "browser" / "host.mjs"), library=str(LIBRARY), **settings)


def address(server):
    return str(server.client.base_url)


def test_a_whole_scene_arrives_with_its_clips_and_its_picture(served, program):
    server, scene_id = served
    scene = server.client.get(f"/v1/scenes/{scene_id}").json()
    with following(program, address(server), token=TOKEN) as probe:
        probe.do("subscribe", scene=scene_id)
        told = probe.scene(6)
        # All at once, more than come at a time.
        for source in scene["sources"]:
            assert told[source["id"]]["azimuth_deg"] == source["azimuth_deg"]
            probe.do("load", scene=scene_id, source=source["id"])
        loaded = {one["source"]: one for one in (probe.hear("loaded") for _ in scene["sources"])}
        probe.do("image", scene=scene_id)
        image = probe.hear("image")
    for source in scene["sources"]:
        wav = server.client.get(f"/v1/scenes/{scene_id}/clips/{source['clip']['sha256']}").content
        assert loaded[source["id"]].get("samples_sha256") == samples_sha256(wav), loaded[source["id"]]
    with wired(server, token=TOKEN) as other:
        picture = server.client.get(other.subscribe(scene_id)["image_url"]).content
    assert image["sha256"] == hashlib.sha256(picture).hexdigest()


def test_commands_poses_and_the_clock_go_both_ways(served, program):
    server, scene_id = served
    with wired(server, token=TOKEN) as other, following(program, address(server), token=TOKEN) as probe:
        other.subscribe(scene_id)
        probe.do("subscribe", scene=scene_id)
        probe.scene(6)
        probe.do("mute", scene=scene_id, source="bell-1", muted=True)
        assert probe.hear("SourceUpdated")["muted"]
        probe.do("pose", scene=scene_id, yaw_deg=30.0)
        assert other.hear("listener_pose")["position_m"] == [1.0, 2.0, 3.0]
        other.say(
            "set_source", scene_id=scene_id, source_id="bell-2", azimuth_deg=90.0, elevation_deg=0.0, distance_m=4.0
        )
        probe.hear("SourceMoved", lambda told: told["source"] == "bell-2" and told["azimuth_deg"] == 90.0)
        probe.do("clock")
        assert probe.hear("clock")["known"]
        probe.do("leave")
        assert probe.hear("left")["in_time"]


def test_a_connection_that_breaks_is_made_again(served, program, relay):
    server, scene_id = served
    way = relay(server.client.base_url.port)
    with following(program, f"http://127.0.0.1:{way.port}", token=TOKEN) as probe:
        probe.do("subscribe", scene=scene_id)
        probe.scene(6)
        way.cut()
        assert probe.state("Waiting")["text"]
        way.mend()
        probe.state("Connected")
        probe.do("load", scene=scene_id, source="bell-1")
        assert probe.hear("loaded")["samples_sha256"]


def test_what_is_refused_is_told_once(served, program):
    server, _ = served
    with following(program, address(server), token="another token of more") as probe:
        assert "token" in probe.state("Refused")["text"]
    with following(program, address(server), token=TOKEN) as probe:
        probe.do("subscribe", scene="nowhere")
        assert "nowhere" in probe.hear("SceneMissing")["text"]


def test_a_server_that_says_nothing_is_given_up_in_time(program, silent_port):
    with following(program, f"http://127.0.0.1:{silent_port}", connect_timeout_s=0.3) as probe:
        assert "in time" in probe.state("Waiting")["text"]


def test_every_function_that_the_player_asks_for_is_in_the_library():
    text = LIBRARY.read_text("utf-8")
    asked = (PACKAGE / "Runtime" / "Core" / "Browser" / "Browser.cs").read_text("utf-8")
    functions = {line.split("(")[0].split()[-1] for line in asked.splitlines() if "static extern" in line}
    assert len(functions) == 13
    assert all(f"  {name}: function (" in text for name in functions)


def test_the_core_compiles_for_a_browser(core, tmp_path):
    files = sources(PACKAGE / "Runtime" / "Core")
    compiled(tmp_path / "Sonorama.Core.dll", files, references=[core[1]], defines=["UNITY_WEBGL"])
