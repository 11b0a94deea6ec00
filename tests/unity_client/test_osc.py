"""OSC in the Unity client's core: both directions with python-osc, and with a real server."""

import contextlib
import socket
import threading
import time

import pytest
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_server import BlockingOSCUDPServer
from pythonosc.udp_client import SimpleUDPClient

from server.api.streaming.osc.settings import OscSettings
from tests.server.api.threaded import in_a_thread
from tests.timing import PATIENCE_S
from tests.unity_client.probe import probing
from tests.unity_client.scenes import library


def message(address, *arguments):
    built = OscMessageBuilder(address)
    for argument in arguments:
        built.add_arg(argument)
    return built.build()


def test_what_python_osc_sends_is_heard_and_bad_packets_end_nothing(probe_program):
    with (
        probing(probe_program) as probe,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as raw,
        contextlib.ExitStack() as closing,
    ):
        probe.do("osc")
        port = probe.hear("osc")["port"]
        sender = SimpleUDPClient("127.0.0.1", port)
        closing.enter_context(contextlib.closing(sender._sock))
        sender.send_message("/adm/obj/1/aed", [30.0, 10.0, 0.25])
        bad = [b"", b"x", b"#bundle\0", b"/a\0\0,f\0\0", b"\xff" * 9000, b"/\0\0\0" * 300]
        for packet in bad:
            raw.sendto(packet, ("127.0.0.1", port))
        bundle = OscBundleBuilder(IMMEDIATELY)
        bundle.add_content(message("/adm/obj/2/xyz", -0.5, 0.0, 0.0))
        bundle.add_content(message("/adm/obj/2/name", "Brünnchen"))
        bundle.add_content(message("/adm/obj/2/mute", 1))
        sender.send(bundle.build())
        probe.hear("osc_message", lambda told: told["address"] == "/adm/obj/2/mute")
        probe.do("osc_scene")
        told = probe.hear("osc_scene")
    one, two = sorted(told["objects"], key=lambda found: found["Number"])
    assert (one["AzimuthDeg"], one["ElevationDeg"], one["DistanceM"]) == (30.0, 10.0, 25.0)
    assert (two["AzimuthDeg"], two["DistanceM"]) == (pytest.approx(90.0), pytest.approx(50.0))
    assert (two["Label"], two["Muted"]) == ("Brünnchen", True)
    assert told["refused"] == len(bad)


def test_poses_that_it_sends_are_heard_by_python_osc(probe_program):
    heard, done = {}, threading.Event()
    dispatcher = Dispatcher()

    def hear(address, *arguments):
        heard[address] = arguments
        if len(heard) == 2:
            done.set()

    dispatcher.set_default_handler(hear)
    with BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher) as receiver, probing(probe_program) as probe:
        thread = threading.Thread(target=receiver.serve_forever, daemon=True)
        thread.start()
        probe.do("osc", to=receiver.server_address[1])
        probe.do("osc_pose", yaw_deg=60.0, pitch_deg=-20.0)
        assert done.wait(PATIENCE_S)
        receiver.shutdown()
        thread.join(PATIENCE_S)
    assert heard["/adm/lis/ypr"] == pytest.approx((60.0, -20.0, 0.0), abs=1e-5)
    # 10 m to the left and 5 m up, of 100 m.
    assert heard["/adm/lis/xyz"] == pytest.approx((-0.1, 0.0, 0.05), abs=1e-7)


def test_a_served_scene_is_followed_by_osc_alone(tmp_path, probe_program):
    folder, scene_id = library(tmp_path, sources=3)
    with probing(probe_program) as probe:
        probe.do("osc")
        target_port = probe.hear("osc")["port"]
        settings = OscSettings(target_host="127.0.0.1", target_port=target_port, listen_port=0, repeat_s=0.2)
        with in_a_thread(folder, osc=settings, osc_scene=scene_id):
            until_s = time.monotonic() + PATIENCE_S
            while True:
                probe.do("osc_scene")
                told = probe.hear("osc_scene")
                if len(told["objects"]) == 3 and all(one["ClipSha256"] for one in told["objects"]):
                    break
                assert time.monotonic() < until_s, told
                time.sleep(0.05)
    assert told["scene"] == scene_id
    assert told["refused"] == 0
    wind, bell, other = sorted(told["objects"], key=lambda found: found["Number"])
    assert (wind["Id"], wind["Kind"], bell["Id"], other["Id"]) == ("wind", "ambient", "bell-1", "bell-2")
    assert bell["DistanceM"] == pytest.approx(4.0)
    assert bell["AzimuthDeg"] == pytest.approx(37.0 - 179.0)
    assert bell["LevelDbSpl1M"] == 70.0
    assert bell["Loop"] is True
