"""OSC of a served scene, on real sockets, beside the WebSocket."""

from __future__ import annotations

import json
import shutil
import socket
import time

import httpx
import numpy as np
import pytest
from websockets.sync.client import connect

from protocol.coordinates import polar_from_scene
from protocol.osc.packet import OscMessage, message_bytes, packet_from_bytes
from server.api.streaming.osc.settings import OscSettings
from tests.server.api.threaded import in_a_thread
from tests.server.client.scenes import noisy_scene
from tests.timing import PATIENCE_S


@pytest.fixture
def receiver():
    """A program that takes OSC."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        found.settimeout(PATIENCE_S)
        yield found


@pytest.fixture
def served(tmp_path, server, scene_id, receiver):
    """A scene that goes to the receiver: the snapshot that a client of the WebSocket has of it, that client, and where
    OSC is heard.
    """
    shutil.copytree(server.folder / scene_id, tmp_path / "library" / scene_id)
    settings = OscSettings(target_host="127.0.0.1", target_port=receiver.getsockname()[1], listen_port=0)
    with (
        in_a_thread(tmp_path / "library", osc=settings, osc_scene=scene_id) as (port, services),
        connect(f"ws://127.0.0.1:{port}/v1/stream", proxy=None) as wire,
    ):
        wire.send(json.dumps({"type": "hello", "seq": 1, "majors": [1], "client": "test"}))
        wire.send(json.dumps({"type": "subscribe", "seq": 2, "scene_id": scene_id}))
        yield told(wire, "scene_snapshot"), wire, services.osc.address


def told(wire, kind, is_wanted=lambda _: True):
    while True:
        message = json.loads(wire.recv(timeout=PATIENCE_S))
        if message["type"] == kind and is_wanted(message):
            return message


def heard(receiver, address, is_wanted=lambda _: True):
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        for message in packet_from_bytes(receiver.recv(65536)).messages:
            if message.address == address and is_wanted(message.arguments):
                return message.arguments
    raise TimeoutError(address)


def test_a_moving_source_is_in_the_same_place_over_osc_and_the_socket(served, receiver):
    snapshot, wire, _ = served
    number, source = next(
        (number, one) for number, one in enumerate(snapshot["sources"], 1) if one["kind"] != "ambient"
    )
    aed = heard(receiver, f"/adm/obj/{number}/aed")
    np.testing.assert_allclose(aed[:2], [source["azimuth_deg"], source["elevation_deg"]], atol=1e-3)

    keyframes = [{"time_s": 0, "position_m": [0, 9, 0]}, {"time_s": 1e-3, "position_m": [0, 9, 0]}]
    wish = {"type": "source_path", "seq": 3, "scene_id": snapshot["scene_id"], "source_id": source["id"]}
    wire.send(json.dumps(wish | {"path": {"begins_at_s": 0, "keyframes": keyframes}}))
    azimuth_deg, elevation_deg, distance_m = polar_from_scene([0.0, 9.0, 0.0])
    (move,) = told(wire, "source_moved")["moves"]
    assert (move["azimuth_deg"], move["distance_m"]) == (azimuth_deg, distance_m)
    aed = heard(receiver, f"/adm/obj/{number}/aed", lambda now: abs(now[0] - azimuth_deg) < 0.01)
    np.testing.assert_allclose(aed[1:], [elevation_deg, distance_m / OscSettings(target_host="").dmax_m], atol=1e-3)


def test_what_is_wished_by_osc_reaches_the_socket_whatever_else_comes(served, receiver):
    _, wire, address = served
    heard(receiver, "/adm/obj/1/aed")
    mute, turn = OscMessage("/adm/obj/1/mute", (1,), "i"), OscMessage("/adm/lis/ypr", (90.0, 0.0, 0.0), "fff")
    for datagram in (message_bytes(mute), b"garbage", message_bytes(turn)):
        receiver.sendto(datagram, address)
    told(wire, "source_updated", lambda message: message["source"]["muted"])
    pose = told(wire, "listener_pose")
    assert pose["listener_id"] == "osc"
    np.testing.assert_allclose(pose["orientation"], [0, 0, 0.5**0.5, 0.5**0.5], atol=1e-6)


def test_a_scene_that_is_deleted_goes_and_the_next_of_its_name_comes(tmp_path, receiver):
    noisy_scene(tmp_path / "library", "square", 30.0)
    settings = OscSettings(target_host="127.0.0.1", target_port=receiver.getsockname()[1], listen_port=0)
    with in_a_thread(tmp_path / "library", osc=settings, osc_scene="square") as (port, _):
        assert heard(receiver, "/adm/obj/1/aed")[0] == pytest.approx(30.0)
        assert httpx.delete(f"http://127.0.0.1:{port}/v1/scenes/square").status_code == 204
        assert heard(receiver, "/sonorama/obj/1/gone") == (1,)
        noisy_scene(tmp_path / "library", "square", -60.0)
        assert heard(receiver, "/adm/obj/1/aed", lambda aed: aed[0] < 0.0)[0] == pytest.approx(-60.0)


def test_a_head_over_osc_is_seen_by_who_subscribes_later(served, receiver):
    snapshot, wire, address = served
    heard(receiver, "/adm/obj/1/aed")
    receiver.sendto(message_bytes(OscMessage("/adm/lis/ypr", (90.0, 0.0, 0.0), "fff")), address)
    told(wire, "listener_pose")
    wire.send(json.dumps({"type": "subscribe", "seq": 3, "scene_id": snapshot["scene_id"]}))
    told(wire, "scene_snapshot")
    assert told(wire, "listener_pose")["listener_id"] == "osc"
