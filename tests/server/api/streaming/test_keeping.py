"""What is live and what is kept: the same by WebSocket, OSC and HTTP."""

import errno
import json
import os
import socket
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.sync.client import connect

from protocol.osc.packet import OscMessage, message_bytes
from protocol.wire import Keep, Mute, SetSource
from protocol.wire.sources import source_state
from server.api.streaming.keeping import kept_by, with_level_kept, with_live_kept
from server.api.streaming.osc.settings import OscSettings
from server.library import SceneFolder
from tests.protocol.test_scene import FOUNTAIN, SCENE
from tests.server.api.server_process import serving
from tests.server.api.streaming.osc.test_scene import heard
from tests.server.api.threaded import in_a_thread
from tests.server.api.wire import Wire, wired
from tests.server.client.scenes import noisy_scene
from tests.timing import PATIENCE_S

THIS = {"scene_id": "square", "source_id": "noise-0"}
LIVE = source_state(FOUNTAIN, clip_url=None)

# ---------------------------------------------------------------------------------------------------- by itself


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (SetSource(**THIS, azimuth_deg=3.0), set()),
        (Mute(**THIS, muted=True), set()),
        (Mute(**THIS, muted=True, keep=True), {"muted"}),
        (SetSource(**THIS, label="x", keep=True), {"label"}),
        (SetSource(**THIS, azimuth_deg=3.0, keep=True), {"azimuth_deg", "elevation_deg", "distance_m"}),
        (SetSource(**THIS, gain_db=3.0, keep=True), {"level_db_spl_1m"}),
        (Keep(scene_id="square"), {"label", "azimuth_deg", "elevation_deg", "distance_m", "level_db_spl_1m", "muted"}),
    ],
)
def test_a_command_keeps_what_it_names(command, names):
    assert kept_by(command) == names


def test_nothing_is_written_but_what_is_asked_for():
    moved = replace(LIVE, azimuth_deg=90.0, label="spring", muted=True)
    kept = with_live_kept(SCENE, [moved], source_id=FOUNTAIN.id, names=frozenset({"label"}))
    assert kept.sources == (replace(FOUNTAIN, label="spring"),)
    assert with_live_kept(SCENE, [LIVE], source_id=None, names=kept_by(Keep(scene_id="square"))) == SCENE


@given(level_db=st.floats(-20, 160), gain_db=st.floats(-120, 24))
def test_what_is_kept_is_as_loud_as_it_was_live(level_db, gain_db):
    live = replace(LIVE, level_db_spl_1m=level_db, gain_db=gain_db)
    (kept,) = with_live_kept(SCENE, [live], source_id=None, names=frozenset({"level_db_spl_1m"})).sources
    after = with_level_kept(live, kept.level_db_spl_1m)
    assert after.level_db_spl_1m == kept.level_db_spl_1m
    assert after.level_db_spl_1m + after.gain_db == pytest.approx(level_db + gain_db)
    if -20 <= level_db + gain_db <= 160:
        assert after.gain_db == pytest.approx(0.0, abs=1e-9)


# ---------------------------------------------------------------------------------------------------- as it's served


@pytest.fixture
def square(tmp_path):
    noisy_scene(tmp_path / "library", "square", 30.0, -30.0)
    with serving(tmp_path / "library") as server:
        yield server


def on_disk(folder, source_id="noise-0"):
    scene = json.loads((folder / "square" / "scene.json").read_text("utf-8"))
    return next(source for source in scene["sources"] if source["id"] == source_id)


def settled(wire):
    wire.hear("ack", lambda ack: ack["received_seq"] >= wire.seq)


def test_what_is_live_can_be_read_and_is_not_kept(square):
    with wired(square) as wire:
        wire.say("set_source", **THIS, azimuth_deg=77.0, gain_db=3.0)
        wire.say("mute", **THIS, muted=True)
        settled(wire)
        first, second = square.client.get("/v1/scenes/square/live").json()["sources"]
        assert (first["azimuth_deg"], first["gain_db"], first["muted"]) == (77.0, 3.0, True)
        assert second["azimuth_deg"] == -30.0
        kept = square.client.get("/v1/scenes/square").json()["sources"][0]
        assert (kept["azimuth_deg"], kept["muted"]) == (30.0, False)
        assert on_disk(square.folder) == kept


def test_what_is_changed_live_over_http_reaches_the_socket_and_not_the_disk(square):
    before = on_disk(square.folder)
    with wired(square) as wire:
        wire.subscribe("square")
        address = "/v1/scenes/square/live/sources/noise-0"
        answer = square.client.patch(address, json={"azimuth_deg": 77.0, "gain_db": 3.0, "muted": True})
        assert (answer.status_code, answer.json()["azimuth_deg"], answer.json()["muted"]) == (200, 77.0, True)
        told = wire.hear("source_updated", lambda told: told["source"]["muted"])["source"]
        assert (told["azimuth_deg"], told["gain_db"]) == (77.0, 3.0)
    assert on_disk(square.folder) == before
    assert square.client.patch(address, json={}).json()["gain_db"] == 3.0
    for path, body, status in (
        (address, {"gain_db": 25.0}, 422),
        (address, {"kind": "line"}, 422),
        ("/v1/scenes/square/live/sources/nobody", {"muted": True}, 404),
        ("/v1/scenes/square/live/sources/nobody", {}, 404),
        ("/v1/scenes/nowhere/live/sources/noise-0", {"muted": True}, 404),
    ):
        assert square.client.patch(path, json=body).status_code == status


def keep_over_http(server, _):
    assert server.client.post("/v1/scenes/square/sources/noise-0/keep").status_code == 200


def keep_over_the_socket(_, wire):
    wire.say("keep", **THIS)
    settled(wire)


@pytest.mark.parametrize("keep", [keep_over_http, keep_over_the_socket])
def test_what_is_live_is_kept_when_that_is_asked_for(square, keep):
    with wired(square) as wire:
        wire.subscribe("square")
        wire.say("set_source", **THIS, azimuth_deg=77.0, distance_m=4.0, gain_db=3.0)
        wire.say("mute", **THIS, muted=True)
        wire.say("mute", scene_id="square", source_id="noise-1", muted=True)
        settled(wire)
        keep(square, wire)
        kept = on_disk(square.folder)
        assert (kept["azimuth_deg"], kept["distance_m"], kept["muted"]) == (77.0, 4.0, True)
        assert kept["level_db_spl_1m"] == 73.0
        assert on_disk(square.folder, "noise-1")["muted"] is False
        first, second = square.client.get("/v1/scenes/square/live").json()["sources"]
        assert (first["level_db_spl_1m"], first["gain_db"], first["azimuth_deg"]) == (73.0, 0.0, 77.0)
        assert second["muted"] is True
        assert square.client.post("/v1/scenes/square/keep").json()["sources"][1]["muted"] is True
    assert square.client.get("/v1/scenes/square").headers["etag"]


def test_a_command_that_says_so_is_kept_and_nothing_else_of_the_source(square):
    with wired(square) as wire:
        wire.say("mute", **THIS, muted=True)
        wire.say("set_source", **THIS, azimuth_deg=-180, keep=True)
        settled(wire)
        kept = on_disk(square.folder)
        assert (kept["azimuth_deg"], kept["muted"]) == (180.0, False)
        live = square.client.get("/v1/scenes/square/live").json()["sources"][0]
        assert (live["azimuth_deg"], live["muted"]) == (180.0, True)


def test_what_was_kept_is_live_after_a_restart(square):
    with wired(square) as wire:
        wire.say("set_source", **THIS, azimuth_deg=77.0)
        wire.say("keep", scene_id="square")
        wire.say("set_source", **THIS, azimuth_deg=12.0)
        settled(wire)
    square.kill()
    square.start()
    assert square.client.get("/v1/scenes/square/live").json()["sources"][0]["azimuth_deg"] == 77.0


def test_a_source_on_its_way_is_kept_where_it_is_and_goes_on(square):
    path = {
        "begins_at_s": 0.0,
        "keyframes": [{"time_s": 0, "position_m": [0, 9, 0]}, {"time_s": 0.01, "position_m": [0, 8, 0]}],
    }
    with wired(square) as wire:
        wire.say("source_path", **THIS, path=path)
        wire.say("keep", **THIS)
        settled(wire)
        assert on_disk(square.folder)["distance_m"] == pytest.approx(8.0)
        assert square.client.get("/v1/scenes/square/live").json()["sources"][0]["path"]["begins_at_s"] == 0.0


def test_what_is_not_there_cannot_be_kept(square):
    with wired(square) as wire:
        for fields in ({"scene_id": "nowhere"}, {"scene_id": "square", "source_id": "nobody"}):
            seq = wire.say("keep", **fields)
            error = wire.hear("error")
            assert (error["code"], error["reply_to"]) == ("not_found", seq)
    assert square.client.post("/v1/scenes/square/sources/nobody/keep").status_code == 404
    assert square.client.get("/v1/scenes/nowhere/live").status_code == 404


def test_a_full_disk_is_told_without_its_folders_and_the_change_is_live(tmp_path, monkeypatch, caplog):
    noisy_scene(tmp_path / "library", "square", 30.0)

    def no_room(folder, _):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder.path))

    monkeypatch.setattr(SceneFolder, "rewrite", no_room)
    with in_a_thread(tmp_path / "library") as (port, _), connect(f"ws://127.0.0.1:{port}/v1/stream") as socket:
        wire = Wire(socket)
        seq = wire.say("set_source", **THIS, label="spring", keep=True)
        error = wire.hear("error")
        assert (error["code"], error["reply_to"]) == ("unavailable", seq)
        assert str(tmp_path) not in error["message"]
        assert wire.subscribe("square")["sources"][0]["label"] == "spring"
    assert on_disk(tmp_path / "library")["label"] == "noise"
    assert str(tmp_path) in caplog.text


@pytest.mark.parametrize("address", ["/sonorama/obj/1/keep", "/sonorama/keep"])
def test_over_osc_it_is_kept_too(tmp_path, address):
    noisy_scene(tmp_path / "library", "square", 30.0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(PATIENCE_S)
        settings = OscSettings(target_host="127.0.0.1", target_port=receiver.getsockname()[1], listen_port=0)
        with in_a_thread(tmp_path / "library", osc=settings, osc_scene="square") as (_, services):
            heard(receiver, "/adm/obj/1/aed")
            for message in (
                OscMessage("/adm/obj/1/aed", (-90.0, 0.0, 0.05), "fff"),
                OscMessage(address, (1,), "i"),
            ):
                receiver.sendto(message_bytes(message), services.osc.address)
            until_s = time.monotonic() + PATIENCE_S
            while on_disk(tmp_path / "library")["azimuth_deg"] != -90.0:
                assert time.monotonic() < until_s
                time.sleep(0.02)
            assert on_disk(tmp_path / "library")["distance_m"] == pytest.approx(5.0)
