"""The reference client against real servers, honest and others."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

from binaural.listener import Listener
from protocol.errors import InputError, UnavailableError
from protocol.session.events import Connected
from protocol.wire import SceneSnapshot
from server.client.address import address_from
from server.client.blocks import block_samples
from server.client.http_client import HttpClient
from server.client.link import BadMessage, Disconnected
from server.client.load import LoadTest
from server.client.scene_client import SceneClient
from tests.server.api.server_process import serving
from tests.server.api.wire import wired
from tests.server.cli.command import SONORAMA
from tests.server.client.scenes import noisy_scene
from tests.timing import PATIENCE_S, stretched


class Ears:
    """A sink that remembers."""

    def __init__(self):
        self.blocks = []

    def take(self, block):
        self.blocks.append(block_samples(block).astype(float))

    @property
    def seconds(self):
        return sum(map(len, self.blocks)) / 48_000

    def balance_db(self, seconds):
        """How much louder the left ear was, by the end."""
        last = np.concatenate(self.blocks)[-round(seconds * 48_000) :]
        left, right = np.mean(last**2, axis=0)
        return 10 * np.log10(left / right)


def listened(address, scene_id, *, until, sinks=(), yaw_deg=0.0, token=None):
    """What a client is told until something is so."""
    told = []
    client = SceneClient(
        address_from(str(address)), scene_id, token=token, sinks=sinks, head=lambda _: Listener.turned(yaw_deg)
    )

    async def run():
        task = asyncio.create_task(client.run(told.append))
        until_s = time.monotonic() + PATIENCE_S
        while not task.done() and not until(told):
            assert time.monotonic() < until_s, told
            await asyncio.sleep(0.01)
        if task.done():
            task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    return told


def has(told, kind):
    return any(isinstance(event, kind) for event in told)


@pytest.mark.parametrize(("yaw_deg", "side"), [(0.0, 1), (180.0, -1)])
def test_it_hears_a_scene_with_its_own_head(noisy_server, yaw_deg, side):
    ears = Ears()
    told = listened(
        noisy_server.client.base_url, "square", until=lambda _: ears.seconds > 1.5, sinks=[ears], yaw_deg=yaw_deg
    )
    assert has(told, SceneSnapshot)
    assert side * ears.balance_db(0.5) > 6.0


def test_without_a_sink_no_sound_is_asked_for(noisy_server):
    told = listened(noisy_server.client.base_url, "square", until=lambda told: has(told, SceneSnapshot))
    assert [type(event).__name__ for event in told] == ["Connected", "SceneSnapshot"]


def test_the_only_scene_is_found(noisy_server):
    http = HttpClient(address_from(str(noisy_server.client.base_url)), None)
    assert asyncio.run(http.fetch_scene_id(None)) == "square"


def test_a_scene_that_is_not_there_is_an_error(noisy_server):
    with pytest.raises(InputError, match="no such scene"):
        listened(noisy_server.client.base_url, "circle", until=lambda _: False)


def test_a_scene_that_is_deleted_ends_the_following_with_a_reason(tmp_path):
    noisy_scene(tmp_path / "library", "square", 0.0)
    with serving(tmp_path / "library") as server:

        def delete_once_heard(told):
            if has(told, SceneSnapshot):
                server.client.delete("/v1/scenes/square")
            return False

        with pytest.raises(InputError, match="was deleted"):
            listened(server.client.base_url, "square", until=delete_once_heard)


def test_a_missing_token_is_an_error_that_names_the_option(tmp_path):
    noisy_scene(tmp_path / "library", "square", 0.0)
    with serving(tmp_path / "library", token="0123456789abcdef") as server:
        address = server.client.base_url
        with pytest.raises(InputError, match="--token-file"):
            listened(address, "square", until=lambda _: False)
        with pytest.raises(InputError, match="--token-file"):
            asyncio.run(HttpClient(address_from(str(address)), None).fetch_scene_id(None))
        told = listened(address, "square", until=lambda told: has(told, SceneSnapshot), token="0123456789abcdef")
        assert has(told, Connected)


def test_nobody_there_is_an_error_that_tells_how_to_start_a_server():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(UnavailableError, match="sonorama serve"):
            listened(f"127.0.0.1:{taken.getsockname()[1]}", "square", until=lambda _: False)


def test_after_a_kill_it_comes_back_and_hears_on(tmp_path):
    noisy_scene(tmp_path, "square", 90.0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [SONORAMA, "serve", str(tmp_path), "--port", str(port)]
    servers = [subprocess.Popen(command, stderr=subprocess.DEVNULL)]
    ears, heard_s = Ears(), []

    def happened(told):
        if len(servers) == 1 and ears.seconds > 0.3:
            servers[0].kill()
            servers[0].wait()
            heard_s.append(ears.seconds)
            servers.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        return len(servers) == 2 and ears.seconds > heard_s[0] + 0.5

    try:
        until_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert time.monotonic() < until_s
                time.sleep(0.05)
        told = listened(f"127.0.0.1:{port}", "square", until=happened, sinks=[ears])
    finally:
        for server in servers:
            server.kill()
            server.wait()
    assert has(told, Disconnected)
    # A slow machine may lose a connection in between, and resume its session.
    assert sum(isinstance(event, Connected) and not event.welcome.resumed for event in told) == 2


@contextmanager
def liar(noisy_server, *frames):
    """A server that welcomes, and then says what it is told to."""

    with wired(noisy_server) as wire:
        honest = wire.welcome

    def talk(connection):
        connection.recv()
        connection.send(json.dumps(honest))
        for frame in frames:
            connection.send(frame)
        try:
            while True:
                connection.recv()
        except ConnectionClosed:
            pass

    with serve(talk, "127.0.0.1", 0, subprotocols=["sonorama.v1"], compression=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_frames_that_make_no_sense_are_told_of_and_passed_over(noisy_server):
    nonsense = ["{", '{"type":"scene_snapshot","seq":2}', b"SONO", b"\x00" * 40, '{"type":"later","seq":3}']
    with liar(noisy_server, *nonsense) as address:
        told = listened(address, "square", until=lambda told: sum(isinstance(e, BadMessage) for e in told) == 4)
    assert isinstance(told[0], Connected)


def test_many_clients_are_counted_with_the_age_of_what_they_hear(noisy_server):
    address = address_from(str(noisy_server.client.base_url))
    load = LoadTest(address, "square", clients=20, token=None)
    frames = [{"time_s": float(n), "position_m": [2.0, 0.1 * n, 0.0]} for n in range(20)]

    async def run():
        task = asyncio.create_task(load.run())
        until_s = time.monotonic() + PATIENCE_S
        while load.ready < 20:
            assert time.monotonic() < until_s
            await asyncio.sleep(0.01)
        load.begin_counting()
        await asyncio.sleep(stretched(1.5))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with wired(noisy_server) as wire:
        wire.subscribe("square")
        path = {"begins_at_s": 0.0, "loop": True, "keyframes": frames}
        wire.say("source_path", scene_id="square", source_id="noise-0", path=path)
        wire.hear("ack", lambda ack: ack["received_seq"] >= wire.seq)
        asyncio.run(run())
        wire.say("source_path", scene_id="square", source_id="noise-0", path=None)
        wire.hear("ack", lambda ack: ack["received_seq"] >= wire.seq)
    report = load.report()
    assert (report.clients, report.welcomed, report.lost) == (20, 20, 0)
    assert report.moves > 20 * 20
    assert -1.0 < report.p50_ms <= report.p99_ms < stretched(1000.0)
