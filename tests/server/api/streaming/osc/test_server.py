import asyncio
import random
import time
from dataclasses import replace

import pytest
from pythonosc.osc_bundle import OscBundle

from protocol.errors import InputError
from protocol.osc.packet import OscMessage, message_bytes
from protocol.wire import Mute, Play
from server.api.streaming.osc.server import OscServer
from server.api.streaming.osc.settings import OscSettings
from tests.protocol.vectors import vectors
from tests.server.api.streaming.osc.world import (
    BELL,
    PATIENCE_S,
    SCENE,
    Feed,
    Receiver,
    eventually,
    free_port,
    heard_by_a_socket,
    moved,
    run,
    sending,
)
from tests.timing import stretched

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
            await asyncio.sleep(stretched(0.02))
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


@run
async def test_without_a_reply_port_whoever_asks_is_answered_and_so_is_the_target():
    other = Receiver()
    try:
        async with heard_by_a_socket() as (server, _, receiver):
            await receiver.until(lambda said: "/sonorama/obj/3/kind" in said)
            receiver.said.clear()
            other.ask(server, "/adm/obj/1/xyz")
            await other.until(lambda said: "/adm/obj/1/xyz" in said)
            receiver.ask(server, "/adm/obj/2/dist")
            await receiver.until(lambda said: {"/adm/obj/1/xyz", "/adm/obj/2/dist"} <= said.keys())
            assert "/adm/obj/2/dist" not in other.said
    finally:
        other.socket.close()


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
        await asyncio.sleep(stretched(0.1))
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
            await eventually(lambda: feed.commands == [Play(scene_id=SCENE)])
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
        await eventually(lambda: feed.commands == [Mute(scene_id=SCENE, source_id="tram", muted=True)])


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
        await asyncio.sleep(stretched(0.8))
        assert server.address is None
        thief.socket.close()
        await eventually(lambda: server.address is not None)


def test_a_port_that_another_program_has_is_told_once_and_waited_for(caplog):
    async def waits():
        thief, receiver = Receiver(), Receiver()
        settings = OscSettings(target_host="127.0.0.1", target_port=receiver.port, listen_port=thief.port)
        server = OscServer(settings, Feed(BELL))
        await server.start(or_wait=True)
        running = asyncio.create_task(server.run())
        await asyncio.sleep(stretched(1.3))
        assert not running.done()
        thief.socket.close()
        await receiver.until(lambda said: "/adm/obj/1/aed" in said)
        assert server.address == ("127.0.0.1", thief.port)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        receiver.socket.close()

    asyncio.run(waits())
    (line,) = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert "waits until the port is free: 127.0.0.1 port" in line


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
