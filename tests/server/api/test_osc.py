import asyncio
import contextlib
import random
import socket
import threading
import time
from dataclasses import replace

import adm_osc
import pytest
from adm_osc import stable_params
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_server import BlockingOSCUDPServer
from pythonosc.udp_client import SimpleUDPClient

from protocol.errors import InputError, WireError
from protocol.messages import SourceLocated
from protocol.osc_packet import OscMessage, bundle_bytes, message_bytes, packet_from_bytes
from protocol.scene import Source
from protocol.wire import ListenerPose, Mute, Play, SceneSnapshot, SetSource, SourceMoved
from protocol.wire.sources import ClipReference, SourceMove, SourceState
from server.api.osc import OscServer, OscSettings
from server.api.stage.live_scene import LiveScene
from tests.protocol.vectors import vectors

SCENE = "square"
PATIENCE_S = 10.0

CLIP = ClipReference(url="/v1/clips/x", sha256="ab" * 32, sample_rate_hz=48_000, duration_s=2.5, loop=True)
BELL = SourceState(
    id="bell",
    label="Glocke für alle",
    kind="point",
    azimuth_deg=30.0,
    elevation_deg=10.0,
    distance_m=25.0,
    width_deg=20.0,
    level_db_spl_1m=90.0,
    clip=CLIP,
    playing_since_s=1.0,
)
TRAM = replace(BELL, id="tram", label="tram", kind="line", azimuth_deg=-120.0, distance_m=4.0, level_db_spl_1m=70.0)
WIND = replace(BELL, id="wind", label="wind", kind="ambient", distance_m=None, level_db_spl_1m=40.0, clip=None)


def snapshot(*sources):
    return SceneSnapshot(scene_id=SCENE, at_s=0.0, complete=True, camera_height_m=2.5, sources=sources)


def moved(azimuth_deg):
    move = SourceMove(source_id="bell", azimuth_deg=azimuth_deg, elevation_deg=0.0, distance_m=25.0)
    return SourceMoved(scene_id=SCENE, at_s=1.0, moves=(move,))


class Feed:
    """A scene that the tests change by hand."""

    def __init__(self, *sources):
        self.queue = asyncio.Queue()
        self.queue.put_nowait(snapshot(*sources))
        self.wishes = []
        self.refuses = False

    async def messages(self):
        while True:
            yield await self.queue.get()

    def wish(self, wish):
        if self.refuses:
            raise WireError("is not yours", where="it", remedy="ask", code="bad_input")
        self.wishes.append(wish)

    def now_s(self):
        return time.monotonic()


class Receiver:
    """The target: a plain socket that keeps what comes, message by message."""

    def __init__(self, host="127.0.0.1", port=0):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((host, port))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.packets, self.said = [], {}

    def send(self, data, server):
        self.socket.sendto(data, server.address)

    def ask(self, server, *addresses):
        self.send(bundle_bytes([message_bytes(OscMessage(one, (), "")) for one in addresses], unix_s=None), server)

    async def until(self, holds):
        """Receive until something holds; what was said last is in ``said``."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds(self.said):
                data = await asyncio.get_running_loop().sock_recv(self.socket, 65536)
                self.packets.append(data)
                for message in packet_from_bytes(data).messages:
                    self.said[message.address] = message.arguments


async def eventually(holds):
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def sending(*sources, target_port, **options):
    """A server that sends a scene, and its feed."""
    feed = Feed(*(sources or (BELL, TRAM, WIND)))
    settings = {"target_host": "127.0.0.1", "listen_port": 0, "rate_hz": 200.0, **options}
    server = OscServer(OscSettings(target_port=target_port, **settings), feed)
    await server.start()
    running = asyncio.create_task(server.run())
    try:
        yield server, feed
    finally:
        assert not running.done(), running
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        assert server.address is None


@contextlib.asynccontextmanager
async def heard_by_a_socket(*sources, **options):
    """A server and a plain socket that it sends to."""
    receiver = Receiver(options.get("target_host", "127.0.0.1"))
    try:
        async with sending(*sources, target_port=receiver.port, **options) as (server, feed):
            # Whatever is asked before there is a scene has no answer.
            await receiver.until(lambda said: "/adm/env/change" in said)
            yield server, feed, receiver
    finally:
        receiver.socket.close()


def run(test):
    """The test runs in an event loop."""

    def running():
        asyncio.run(test())

    running.__name__ = test.__name__
    return running


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
                await eventually(lambda: len(feed.wishes) == 2)
                pose, mute = feed.wishes
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


def free_port():
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


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
            await eventually(lambda: len(feed.wishes) == 4)
            place, _, pose, mute = feed.wishes
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
            await eventually(lambda: any(isinstance(wish, SetSource) and wish.gain_db for wish in feed.wishes))
            assert server.counts.refused == 0
    finally:
        validator.close()


# ---------------------------------------------------------------------------------------------------- going out


@run
async def test_a_thousand_moves_are_few_packets_and_the_last_arrives():
    async with heard_by_a_socket(BELL, rate_hz=50.0) as (_, feed, receiver):
        await receiver.until(lambda said: "/sonorama/obj/1/play" in said)
        before = len(receiver.packets)
        for number in range(1000):
            feed.queue.put_nowait(moved(number / 10))
            if number % 100 == 0:
                await asyncio.sleep(0)
        await receiver.until(lambda said: said["/adm/obj/1/aed"][0] == pytest.approx(99.9))
        assert len(receiver.packets) - before <= 10


@run
async def test_bundles_are_for_at_once_unless_clocks_are_known_to_agree():
    for time_tags in (False, True):
        async with heard_by_a_socket(time_tags=time_tags) as (_, _, receiver):
            await receiver.until(lambda said: "/sonorama/obj/3/kind" in said)
            assert all(packet.startswith(b"#bundle\0") and len(packet) <= 1400 for packet in receiver.packets)
            times_s = [OscBundle(packet).timestamp for packet in receiver.packets]
            if time_tags:
                assert all(abs(time.time() - one) < PATIENCE_S for one in times_s)
            else:
                assert set(times_s) == {0}


@run
async def test_a_receiver_that_comes_late_hears_everything_and_its_absence_ends_nothing():
    port = free_port()
    async with sending(target_port=port, repeat_s=0.1) as (server, feed):
        await eventually(lambda: server.counts.sent > 3)
        feed.queue.put_nowait(moved(77.0))
        receiver = Receiver(port=port)
        try:
            await receiver.until(lambda said: {"/adm/obj/1/name", "/adm/env/change", "/adm/obj/3/gain"} <= said.keys())
            await receiver.until(lambda said: said["/adm/obj/1/aed"][0] == 77.0)
        finally:
            receiver.socket.close()


@run
async def test_a_scene_of_a_thousand_sources_arrives_whole():
    many = [replace(BELL, id=f"bell-{number}", label=f"bell {number}") for number in range(1000)]
    async with heard_by_a_socket(*many, rate_hz=60.0) as (_, _, receiver):
        await receiver.until(lambda said: sum(address.endswith("/aed") for address in said) == 1000)
        assert receiver.said["/adm/obj/1000/name"] == ("bell 999",)


@run
async def test_what_the_system_cannot_take_waits_and_the_newest_goes():
    async with heard_by_a_socket(BELL) as (server, feed, receiver):
        await receiver.until(lambda said: "/sonorama/obj/1/play" in said)
        server.is_full = True
        sent = server.counts.sent
        for azimuth_deg in (1.0, 2.0, 3.0):
            feed.queue.put_nowait(moved(azimuth_deg))
            await asyncio.sleep(0.02)
        assert server.counts.sent == sent
        server.is_full = False
        await receiver.until(lambda said: said["/adm/obj/1/aed"][0] != 30.0)
        assert receiver.said["/adm/obj/1/aed"][0] == 3.0


@run
async def test_answers_go_to_the_reply_port():
    replies = Receiver()
    try:
        async with heard_by_a_socket(reply_port=replies.port) as (server, _, receiver):
            await receiver.until(lambda said: "/sonorama/obj/3/kind" in said)
            receiver.ask(server, "/adm/obj/1/xyz", "/adm/obj/2/dist")
            await replies.until(lambda said: len(said) == 2)
            assert replies.said["/adm/obj/2/dist"] == pytest.approx((0.04,))
            assert "/adm/obj/1/xyz" not in receiver.said
    finally:
        replies.socket.close()


# ---------------------------------------------------------------------------------------------------- coming in


@run
async def test_ten_thousand_fuzzed_packets_leave_the_server_answering():
    rng = random.Random(5)
    rows = vectors("osc")
    seeds = [bytes.fromhex(row["hex"]) for kind in ("valid", "read_only", "invalid", "poses") for row in rows[kind]]
    async with heard_by_a_socket() as (server, _, receiver):
        for _ in range(10_000):
            data = bytearray(rng.choice(seeds) if rng.random() < 0.9 else rng.randbytes(rng.randrange(300)))
            for _ in range(rng.randrange(5)):
                if data:
                    data[rng.randrange(len(data))] = rng.choice((0, 1, 42, 44, 47, 127, 255, rng.randrange(256)))
            receiver.send(bytes(data), server)
            await asyncio.sleep(0)
        await eventually(lambda: server.counts.heard + server.counts.too_many == 10_000)
        assert server.counts.heard >= 4000
        assert server.counts.refused > 1000
        assert server.counts.strangers == 0
        await asyncio.sleep(0.1)
        receiver.said.clear()
        receiver.ask(server, "/adm/obj/2/aed")
        await receiver.until(lambda said: "/adm/obj/2/aed" in said)


@run
async def test_the_largest_datagram_is_refused_and_nothing_else_happens():
    async with heard_by_a_socket() as (server, _, receiver):
        receiver.send(b"/" + bytes(65_000), server)
        receiver.send(b"", server)
        await eventually(lambda: server.counts.refused == 2)
        receiver.ask(server, "/adm/lis/ypr")
        await receiver.until(lambda said: said.get("/adm/lis/ypr") == (0.0, 0.0, 0.0))


@run
async def test_strangers_are_passed_over():
    stranger = Receiver("127.0.0.2")
    try:
        async with heard_by_a_socket(listen_host="0.0.0.0") as (server, feed, receiver):  # noqa: S104
            port = server.address[1]
            stranger.socket.sendto(message_bytes(OscMessage("/sonorama/stop", (1,), "i")), ("127.0.0.1", port))
            await eventually(lambda: server.counts.strangers == 1)
            receiver.socket.sendto(message_bytes(OscMessage("/sonorama/play", (1,), "i")), ("127.0.0.1", port))
            await eventually(lambda: feed.wishes == [Play(scene_id=SCENE)])
    finally:
        stranger.socket.close()


@run
async def test_a_wish_that_is_not_granted_ends_nothing():
    async with heard_by_a_socket() as (server, feed, receiver):
        await receiver.until(lambda said: "/sonorama/obj/3/kind" in said)
        feed.refuses = True
        receiver.send(message_bytes(OscMessage("/adm/obj/1/mute", (1,), "i")), server)
        await eventually(lambda: server.counts.refused == 1)
        feed.refuses = False
        receiver.send(message_bytes(OscMessage("/adm/obj/2/mute", (1,), "i")), server)
        await eventually(lambda: feed.wishes == [Mute(scene_id=SCENE, source_id="tram", muted=True)])


def test_of_a_hundred_refusals_one_is_logged(caplog):
    async def garbage():
        async with heard_by_a_socket() as (server, _, receiver):
            for _ in range(100):
                receiver.send(b"garbage!", server)
            await eventually(lambda: server.counts.refused == 100)

    asyncio.run(garbage())
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "refused: OSC packet: is neither a message nor a bundle; send OSC 1.0, see protocol/OSC.md"
    ]


# ---------------------------------------------------------------------------------------------------- a live scene


class LiveFeed(Feed):
    """The server's own live scene."""

    def __init__(self):
        super().__init__()
        self.live = LiveScene(SCENE, None, now_s=self.now_s())
        for name, azimuth_deg in (("bell", 30.0), ("tram", -90.0)):
            self.live.heard(SourceLocated(source=located(name, azimuth_deg)), self.now_s())
        self.queue = asyncio.Queue()
        for message in self.live.introduction(self.now_s()):
            self.queue.put_nowait(message)

    def wish(self, wish):
        for message in self.live.obeyed(wish, self.now_s()):
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


# ---------------------------------------------------------------------------------------------------- the socket


@run
async def test_a_socket_that_breaks_is_opened_again():
    async with heard_by_a_socket(listen_port=free_port()) as (server, feed, receiver):
        await receiver.until(lambda said: "/sonorama/obj/3/kind" in said)
        address = server.address
        server._transport.abort()
        await eventually(lambda: server.address is None)
        feed.queue.put_nowait(moved(12.0))
        await receiver.until(lambda said: said["/adm/obj/1/aed"][0] == 12.0)
        assert server.address == address


@run
async def test_a_socket_whose_port_is_taken_meanwhile_is_opened_once_it_is_free():
    port = free_port()
    async with heard_by_a_socket(listen_port=port) as (server, _, receiver):
        await receiver.until(lambda said: "/sonorama/obj/3/kind" in said)
        server._transport.abort()
        await eventually(lambda: server.address is None)
        thief = Receiver(port=port)
        await asyncio.sleep(0.8)
        assert server.address is None
        thief.socket.close()
        await eventually(lambda: server.address is not None)


@run
async def test_errors_of_the_system_are_counted():
    async with heard_by_a_socket() as (server, _, receiver):
        server.failed(ConnectionRefusedError("nobody there"))
        assert server.counts.errors == 1
        receiver.ask(server, "/adm/lis/xyz")
        await receiver.until(lambda said: "/adm/lis/xyz" in said)


@run
async def test_ipv6_is_as_good():
    try:
        Receiver("::1").socket.close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    async with heard_by_a_socket(target_host="::1", listen_host="::1") as (server, _, receiver):
        receiver.ask(server, "/adm/lis/xyz")
        await receiver.until(lambda said: {"/adm/lis/xyz", "/adm/obj/3/gain"} <= said.keys())


@run
async def test_addresses_that_cannot_be_used_are_told_in_one_line():
    taken = Receiver()
    try:
        for options in (
            {"listen_port": taken.port},
            {"listen_host": "203.0.113.7"},
            {"listen_host": "no host"},
            {"target_host": "no host"},
        ):
            settings = OscSettings(**{"target_host": "127.0.0.1", "target_port": 9, "listen_port": 0, **options})
            with pytest.raises(InputError, match="can't be used for OSC"):
                await OscServer(settings, Feed(BELL)).run()
    finally:
        taken.socket.close()
