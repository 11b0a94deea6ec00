"""What broken and hostile clients of the WebSocket do to the server: nothing."""

from __future__ import annotations

import json
import os
import random
import socket
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State
from websockets.sync.client import connect
from websockets.uri import parse_uri

from protocol.wire import ClockPing, Hello, Subscribe
from protocol.wire.codec import encoded
from server.api.streaming.connection import SEND_S
from tests.server.api.server_process import ServerProcess
from tests.server.api.threaded import in_a_thread
from tests.server.api.wire import raw_socket, wired
from tests.timing import PATIENCE_S

pytestmark = pytest.mark.usefixtures("restored")

FRAMES = 10_000


def mangled(rng: random.Random, scene_id: str) -> str | bytes:
    """A frame that means something, nothing, or almost something."""
    templates = [
        {"type": "subscribe", "scene_id": scene_id},
        {"type": "mute", "scene_id": scene_id, "source_id": "x", "muted": True},
        {"type": "listener_pose", "scene_id": scene_id, "position_m": [0, 0, 0], "orientation": [0, 0, 0, 1],
         "client_time_s": 0},
        {"type": "live_start", "scene_id": scene_id},
        {"type": "credit", "stream_id": 1, "bytes": 1},
        {"type": "ack", "received_seq": 1},
        {"type": "hello", "majors": [1], "client": "again"},
        {"type": "something_newer"},
    ]  # fmt: skip
    message = {"seq": rng.randrange(1, 2**40), **rng.choice(templates)}
    for _ in range(rng.randrange(3)):
        key = rng.choice(list(message))
        message[key] = rng.choice([None, -1, 1e308, "", "../..", [], {}, [[[]]], "\x00", 2**70, True, message])
    try:
        text = json.dumps(message)
    except ValueError:
        text = "{"
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randbytes(rng.randrange(200))
    if kind == 1:
        return text[: rng.randrange(len(text) + 1)]
    return text


def descriptors(server: ServerProcess) -> int:
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


def memory_bytes(server: ServerProcess) -> int:
    return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_ten_thousand_senseless_frames_leave_the_server_as_it_was(server, scene_id):
    """Each connection ends with a question that the server still answers, or with a close that says why."""
    rng, codes, before = random.Random(1), Counter(), (0, 0)
    with wired(server) as wire:
        # Renderers keep what they need for each length of a block.
        for block_samples in (128, 256, 512, 1024):
            wire.say("live_start", scene_id=scene_id, block_samples=block_samples)
            stream_id = wire.hear("live_started")["stream_id"]
            wire.hear("binary", lambda frame, stream_id=stream_id: frame["stream_id"] == stream_id)
    for number in range(FRAMES // 20):
        with raw_socket(server) as wire:
            wire.send(encoded(Hello(majors=(1,), client="fuzz"), seq=1))
            try:
                for _ in range(rng.choice((10, 30))):
                    wire.send(mangled(rng, scene_id))
                wire.send(encoded(ClockPing(client_sent_s=1.0), seq=2**50))
                while '"clock_pong"' not in str(wire.recv(timeout=PATIENCE_S)):
                    pass
            except ConnectionClosed as closed:
                codes[closed.rcvd and closed.rcvd.code] += 1
            else:
                codes["answered"] += 1
        if number == FRAMES // 80:
            before = descriptors(server), memory_bytes(server)
    assert set(codes) <= {"answered", 1007, 4400, 4429}
    assert codes["answered"] > 100
    assert codes[4400] > 10
    with wired(server) as wire:
        assert wire.subscribe(scene_id)["complete"] is True
    assert descriptors(server) <= before[0] + 8
    assert memory_bytes(server) < before[1] + 40 * 2**20
    assert "Traceback" not in server.log()


def test_a_thousand_come_and_go_and_leave_nothing_behind(server, scene_id):
    def visit() -> None:
        with wired(server) as wire:
            wire.subscribe(scene_id)
            wire.say("bye")

    for _ in range(200):
        visit()
    before = descriptors(server), memory_bytes(server)
    for _ in range(800):
        visit()
    until_s = time.monotonic() + PATIENCE_S
    while descriptors(server) > before[0] + 2:
        assert time.monotonic() < until_s
        time.sleep(0.05)
    assert memory_bytes(server) < before[1] + 8 * 2**20


@pytest.mark.parametrize("policy", [{"heartbeat_s": 0.3}, {"hello_deadline_s": 0.2}])
def test_a_client_whose_cable_was_pulled_is_let_go(tmp_path, policy):
    """Nothing comes any more, not even the end."""
    with in_a_thread(tmp_path / "library", **policy) as (port, services):
        client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        client.sendall(
            b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert b"101" in client.recv(4096)
        until_s = time.monotonic() + PATIENCE_S
        for wanted in (1, 0):
            while services.live_scenes.listeners != wanted:
                assert time.monotonic() < until_s
                time.sleep(0.01)
        client.close()


def test_who_says_nothing_for_three_heartbeats_is_told_why_it_ends(tmp_path):
    with in_a_thread(tmp_path / "library", heartbeat_s=0.3) as (port, _):
        with connect(f"ws://127.0.0.1:{port}/v1/stream", proxy=None) as client:
            client.send(encoded(Hello(majors=(1,), client="silent"), seq=1))
            assert '"welcome"' in client.recv(timeout=PATIENCE_S)
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(timeout=PATIENCE_S)
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4408, "silent for 3 heartbeats")


def deaf_socket(server: ServerProcess, scene_id: str) -> socket.socket:
    """A client that subscribes, and never reads again."""
    address = server.client.base_url
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((address.host, address.port))
    protocol = ClientProtocol(parse_uri(f"ws://{address.host}:{address.port}/v1/stream"))
    protocol.send_request(protocol.connect())
    client.sendall(b"".join(protocol.data_to_send()))
    while protocol.state is State.CONNECTING:
        protocol.receive_data(client.recv(4096))
    for seq, message in enumerate((Hello(majors=(1,), client="deaf"), Subscribe(scene_id=scene_id)), 1):
        protocol.send_text(encoded(message, seq=seq).encode())
    client.sendall(b"".join(protocol.data_to_send()))
    return client


def test_who_never_reads_is_let_go_and_others_hear_everything_in_time(server, scene_id):
    with closing(deaf_socket(server, scene_id)), wired(server) as mover:
        source = next(one for one in mover.subscribe(scene_id)["sources"] if one["kind"] != "ambient")
        # Some kilobytes each time, for the deaf one to choke on; what only the newest counts of would be left out.
        frames = [{"time_s": float(number), "position_m": [5, number % 7, 0]} for number in range(250)]
        path = {"begins_at_s": 0.0, "loop": True, "keyframes": frames}
        until_s, slowest_s = time.monotonic() + PATIENCE_S, 0.0
        while '"stopped reading"' not in server.log():
            assert time.monotonic() < until_s
            said_s = time.monotonic()
            seq = mover.say("source_path", scene_id=scene_id, source_id=source["id"], path=path)
            mover.hear("ack", lambda ack, seq=seq: ack["received_seq"] >= seq)
            slowest_s = max(slowest_s, time.monotonic() - said_s)
            # As fast as one client may speak.
            time.sleep(1 / 150)
        # A server that waited for the deaf one would keep others waiting until it lets that one go.
        assert slowest_s < SEND_S
        seq = mover.say("source_path", scene_id=scene_id, source_id=source["id"], path=None)
        mover.hear("ack", lambda ack: ack["received_seq"] >= seq)


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_pages_from_elsewhere_may_not_connect(server, origin):
    with pytest.raises(Exception, match=r"403|rejected"), raw_socket(server, headers={"Origin": origin}):
        pass
