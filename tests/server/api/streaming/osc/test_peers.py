"""OSC with what others wrote: python-osc, the adm-osc validator; and with the server's own live scene."""

import asyncio
import threading
import time

import adm_osc
import pytest
from adm_osc import stable_params
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer
from pythonosc.udp_client import SimpleUDPClient

from protocol.events import SourceLocated
from protocol.osc.packet import OscMessage, message_bytes
from protocol.scene import Source
from protocol.wire import ListenerPose, Mute, SetSource
from server.api.streaming.live_scene import LiveScene
from server.api.streaming.osc.server import OscServer
from server.api.streaming.osc.settings import OscSettings
from tests.server.api.streaming.osc.world import (
    CLIP,
    SCENE,
    Feed,
    Receiver,
    eventually,
    free_port,
    moved,
    run,
    sending,
)

# ---------------------------------------------------------------------------------------------------- python-osc


class PythonOsc:
    """python-osc's own server in its thread, and what it made of what came."""

    def __init__(self):
        self.said = {}
        dispatcher = Dispatcher()
        dispatcher.set_default_handler(lambda address, *arguments: self.said.__setitem__(address, arguments))
        self.server = BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@run
async def test_python_osc_hears_the_scene_its_moves_and_answers_and_is_heard():
    receiver = PythonOsc()
    try:
        async with sending(target_port=receiver.port, time_tags=True, http_url="http://here:1") as (server, feed):
            await eventually(lambda: "/sonorama/obj/3/kind" in receiver.said)
            assert receiver.said["/adm/obj/1/aed"] == pytest.approx((30.0, 10.0, 0.25))
            assert receiver.said["/adm/obj/1/name"] == ("Glocke für alle",)
            assert receiver.said["/sonorama/obj/2/clip"] == ("http://here:1/v1/clips/x", CLIP.sha256, 48_000, 2.5, 1)
            assert receiver.said["/sonorama/obj/1/play"][0] == pytest.approx(time.time() - time.monotonic() + 1.0)
            feed.queue.put_nowait(moved(-60.0))
            await eventually(lambda: receiver.said["/adm/obj/1/aed"][0] == -60.0)

            client = SimpleUDPClient(*server.address)
            try:
                receiver.said.clear()
                client.send_message("/adm/obj/*/xyz", [])
                await eventually(lambda: "/adm/obj/3/xyz" in receiver.said)
                # 60° to the right: x is positive.
                assert receiver.said["/adm/obj/1/xyz"][0] > 0.2
                client.send_message("/adm/lis/ypr", [90.0, 0.0, 0.0])
                client.send_message("/adm/obj/2/mute", 1)
                await eventually(lambda: len(feed.commands) == 2)
                pose, mute = feed.commands
                assert pose.orientation == pytest.approx((0.0, 0.0, 0.7071068, 0.7071068), abs=1e-6)
                assert mute == Mute(scene_id=SCENE, source_id="tram", muted=True)
            finally:
                client._sock.close()
    finally:
        receiver.close()


# ---------------------------------------------------------------------------------------------------- adm-osc


class Validator(adm_osc.TestClient):
    """The independent implementation: it prints what it finds wrong, and keeps here what it finds right."""

    def __init__(self, *, out_port, in_port):
        self.found = {}
        super().__init__(address="127.0.0.1", out_port=out_port, in_port=in_port)

    def on_received_message(self, target, objects, parameter, *arguments):
        self.found[target, objects, parameter.osc_command] = arguments

    def on_received_query(self, target, objects, parameter):
        raise AssertionError("nobody asks it")

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self._sock.close()


OBJECT_PARAMETERS = (
    *("azim", "elev", "dist", "aed", "w", "x", "y", "z", "xyz", "xy", "gain", "dref", "dmax", "mute", "name"),
)


def test_the_independent_validator_finds_nothing_wrong_and_is_understood(capsys):
    # What it says and hears is whole objects of ours by its own names: no word of the standard is left out.
    commands = {one.osc_command for one in vars(stable_params).values() if getattr(one, "object_type", None)}
    assert set(OBJECT_PARAMETERS) <= commands
    asyncio.run(_validated())
    printed = capsys.readouterr().out
    assert "ERROR" not in printed, printed
    # It knows nothing of our own words, and says so.
    assert all(line.startswith("unhandled incoming message: /sonorama/") for line in printed.splitlines()), printed


async def _validated():
    listen_port = free_port()
    validator = Validator(out_port=listen_port, in_port=free_port())
    try:
        target_port = validator.server.server_address[1]
        async with sending(target_port=target_port, listen_port=listen_port) as (server, feed):
            found = validator.found
            await eventually(lambda: ("obj", 3, "gain") in found and ("env", None, "change") in found)
            assert found["obj", 1, "aed"] == pytest.approx((30.0, 10.0, 0.25))
            assert found["env", None, "change"] == (SCENE,)
            found.clear()
            for name in OBJECT_PARAMETERS:
                validator.query_object_value(
                    2,
                    next(
                        one
                        for one in vars(stable_params).values()
                        if getattr(one, "osc_command", None) == name and one.object_type.msg_name == "obj"
                    ),
                )
            await eventually(lambda: {name for _, _, name in found} == set(OBJECT_PARAMETERS))
            assert found["obj", 2, "mute"] == (0,)
            validator.query_all_polar_positions()
            await eventually(lambda: {("obj", number, "aed") for number in (1, 2, 3)} <= found.keys())

            validator.send_object_polar_position(1, [-90.0, 0.0, 0.5])
            validator.send_listener_orientation([90.0, 0.0, 0.0])
            validator.send_listener_cartesian_position([0.0, 0.5, 0.0])
            validator.send_object_mute(2, 1)
            await eventually(lambda: len(feed.commands) == 4)
            place, _, pose, mute = feed.commands
            assert place == SetSource(
                scene_id=SCENE, source_id="bell", azimuth_deg=-90.0, elevation_deg=0.0, distance_m=50.0
            )
            assert isinstance(pose, ListenerPose)
            assert pose.position_m == pytest.approx((50.0, 0.0, 0.0))
            assert pose.orientation == pytest.approx((0.0, 0.0, 0.7071068, 0.7071068), abs=1e-6)
            assert mute == Mute(scene_id=SCENE, source_id="tram", muted=True)
            validator.query_listener_orientation()
            await eventually(lambda: ("lis", None, "ypr") in found)

            count = server.counts.heard
            for value_type in adm_osc.protocol.ValueType:
                validator.set_object_stable_parameters_predefined_value(1, value_type)
            validator.set_all_objects_polar_position_predefined_value(adm_osc.protocol.ValueType.Random)
            await eventually(lambda: server.counts.heard > count + 40)
            await eventually(lambda: any(isinstance(wish, SetSource) and wish.gain_db for wish in feed.commands))
            assert server.counts.refused == 0
    finally:
        validator.close()


# ---------------------------------------------------------------------------------------------------- a live scene


class LiveFeed(Feed):
    """The server's own live scene."""

    def __init__(self):
        super().__init__()
        self.live = LiveScene(SCENE, None, now_s=self.now_s())
        for name, azimuth_deg in (("bell", 30.0), ("tram", -90.0)):
            self.live.receive(SourceLocated(source=located(name, azimuth_deg)), self.now_s())
        self.queue = asyncio.Queue()
        for message in self.live.initial_state(self.now_s()):
            self.queue.put_nowait(message)

    def apply(self, command):
        for message in self.live.apply(command, self.now_s()):
            self.queue.put_nowait(message)


def located(name, azimuth_deg):
    return Source(
        id=name,
        label=name,
        prompt=name,
        kind="point",
        evidence="given",
        azimuth_deg=azimuth_deg,
        elevation_deg=0.0,
        distance_m=10.0,
        distance_sigma_m=0.0,
        level_db_spl_1m=80.0,
        confidence=1.0,
    )


@run
async def test_what_a_receiver_wishes_of_a_live_scene_comes_back_to_it():
    receiver = Receiver()
    feed = LiveFeed()
    server = OscServer(OscSettings(target_host="127.0.0.1", target_port=receiver.port, listen_port=0), feed)
    running = asyncio.create_task(server.run())
    try:
        await receiver.until(lambda said: "/sonorama/obj/2/stop" in said)
        assert receiver.said["/adm/obj/1/aed"] == pytest.approx((30.0, 0.0, 0.1))
        before = receiver.said["/adm/obj/2/gain"][0]
        for address, arguments, tags in (
            ("/adm/obj/1/xyz", (0.5, 0.0, 0.0), "fff"),
            ("/adm/obj/2/gain", (2.0 * before,), "f"),
            ("/adm/obj/2/mute", (1,), "i"),
            # It has no clip yet: refused, and nothing else.
            ("/sonorama/obj/1/play", (1,), "i"),
        ):
            receiver.send(message_bytes(OscMessage(address, arguments, tags)), server)
        await receiver.until(lambda said: said["/adm/obj/2/mute"] == (1,) and said["/adm/obj/1/aed"][0] < 0)
        await receiver.until(lambda said: said["/adm/obj/2/gain"][0] > before)
        assert receiver.said["/adm/obj/1/aed"] == pytest.approx((-90.0, 0.0, 0.5), abs=1e-4)
        assert receiver.said["/adm/obj/2/gain"][0] == pytest.approx(2.0 * before, rel=1e-5)
        await eventually(lambda: server.counts.refused == 1)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        receiver.socket.close()
