"""A scene over OSC for the tests to change at will, and a plain socket that hears it."""

import asyncio
import contextlib
import socket
import time
from dataclasses import replace

from protocol.errors import WireError
from protocol.osc.packet import OscMessage, bundle_bytes, message_bytes, packet_from_bytes
from protocol.wire import SceneSnapshot, SourceMoved
from protocol.wire.sources import ClipReference, SourceMove, SourceState
from server.api.streaming.osc.server import OscServer
from server.api.streaming.osc.settings import OscSettings
from tests.timing import stretched

SCENE = "square"
PATIENCE_S = stretched(10.0)

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
        self.commands = []
        self.refuses = False

    async def messages(self):
        while True:
            yield await self.queue.get()

    def apply(self, command):
        if self.refuses:
            raise WireError("is not yours", where="it", remedy="ask", code="bad_input")
        self.commands.append(command)

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


def free_port():
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]
