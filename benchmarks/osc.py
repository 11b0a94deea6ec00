"""What OSC costs and carries: ``python -m benchmarks.osc``. Prints Markdown tables, by the loopback of this machine.

The receiver is a process of its own with a plain socket, the size of whose buffer is the system's default. The floor is
the same datagrams, made before and sent by a bare socket as fast as it takes them.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import socket
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection

from protocol.osc.adm import AdmOsc
from protocol.osc.commands import OscCommand
from protocol.osc.packet import OscMessage, bundle_bytes, bundles, message_bytes, packet_from_bytes
from protocol.wire import AnyMessage, SceneSnapshot, SourceMoved
from protocol.wire.sources import SourceMove, SourceState
from server.api.streaming.osc.server import OscServer
from server.api.streaming.osc.settings import OscSettings

_SCENE = "square"
_SECONDS = 5.0


def sources(count: int) -> tuple[SourceState, ...]:
    """As many bells."""
    bell = SourceState(
        id="bell",
        label="church bell",
        kind="point",
        azimuth_deg=0.0,
        elevation_deg=0.0,
        distance_m=10.0,
        level_db_spl_1m=80.0,
    )
    return tuple(replace(bell, id=f"bell-{number}") for number in range(count))


def snapshot(count: int) -> SceneSnapshot:
    """A scene of bells."""
    return SceneSnapshot(scene_id=_SCENE, at_s=0.0, complete=True, camera_height_m=2.5, sources=sources(count))


def moves(count: int, step: int) -> SourceMoved:
    """All bells go on around the listener, and to and fro."""
    made = tuple(
        SourceMove(
            source_id=f"bell-{number}",
            azimuth_deg=(number + step) % 359 - 179.0,
            elevation_deg=0.0,
            distance_m=10.0 + step % 50 / 10.0,
        )
        for number in range(count)
    )
    return SourceMoved(scene_id=_SCENE, at_s=0.0, moves=made)


def received(pipe: Connection) -> None:
    """Count datagrams and moves on a socket until told to stop; runs in its own process."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.1)
        pipe.send(listening.getsockname()[1])
        datagrams = octets = 0
        while not pipe.poll():
            with contextlib.suppress(TimeoutError):
                octets += len(listening.recv(65536))
                datagrams += 1
        pipe.send((datagrams, octets))


@contextlib.contextmanager
def receiver() -> Iterator[tuple[int, Connection]]:
    """A receiver's port, and the pipe that ends it."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=received, args=(there,))
    process.start()
    try:
        yield here.recv(), here
    finally:
        process.join()


def encoding_row(count: int) -> str:
    """How long it takes to work out and write what all sources' moves come to."""
    adm = AdmOsc()
    adm.apply(snapshot(count))
    adm.take_changes(most_messages=100 * count)
    rounds = max(20_000 // count, 20)
    apply_s = write_s = 0.0
    octets = datagrams = 0
    for step in range(rounds):
        message = moves(count, step)
        began = time.perf_counter()
        adm.apply(message)
        between = time.perf_counter()
        made = list(bundles(adm.take_changes(most_messages=4 * count), unix_s=None))
        write_s += time.perf_counter() - between
        apply_s += between - began
        datagrams += len(made)
        octets += sum(map(len, made))
    each = count * rounds
    return (
        f"| {count} | {apply_s / each * 1e6:.1f} | {write_s / each * 1e6:.1f} | {octets / each:.0f} "
        f"| {datagrams / rounds:.1f} |"
    )


class Moving:
    """A scene whose sources all move all the time."""

    def __init__(self, count: int, rate_hz: float) -> None:
        self._count = count
        self._rate_hz = rate_hz

    async def messages(self) -> AsyncIterator[AnyMessage]:
        """A snapshot, then moves."""
        yield snapshot(self._count)
        next_s, step = time.monotonic(), 0
        while True:
            next_s, step = next_s + 1.0 / self._rate_hz, step + 1
            await asyncio.sleep(max(next_s - time.monotonic(), 0.0))
            yield moves(self._count, step)

    def apply(self, command: OscCommand) -> None:
        """Nobody commands."""

    def now_s(self) -> float:
        """The server's time."""
        return time.monotonic()


async def _serve(port: int, count: int, rate_hz: float) -> tuple[int, float]:
    server = OscServer(
        OscSettings(target_host="127.0.0.1", target_port=port, listen_port=0, rate_hz=rate_hz),
        Moving(count, rate_hz),
    )
    began = time.process_time()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SECONDS):
            await server.run()
    return server.counts.sent, time.process_time() - began


def sending_row(count: int, rate_hz: float = 60.0) -> str:
    """A server in front of a receiver: what is sent, what arrives, and what it costs."""
    with receiver() as (port, pipe):
        sent, cpu_s = asyncio.run(_serve(port, count, rate_hz))
        time.sleep(0.2)
        pipe.send("stop")
        datagrams, octets = pipe.recv()
    lost = 1.0 - datagrams / sent
    return f"| {count} | {sent / _SECONDS:.0f} | {octets / _SECONDS / 1e6:.2f} | {lost:.2%} | {cpu_s / _SECONDS:.0%} |"


def floor_row() -> str:
    """A bare socket that sends one full bundle again and again."""
    adm = AdmOsc()
    adm.apply(snapshot(64))
    datagram = next(bundles(adm.take_changes(most_messages=1000), unix_s=None))
    with receiver() as (port, pipe), contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as out:
        began, sent = time.perf_counter(), 0
        while time.perf_counter() - began < _SECONDS:
            out.sendto(datagram, ("127.0.0.1", port))
            sent += 1
        time.sleep(0.2)
        pipe.send("stop")
        datagrams, octets = pipe.recv()
    return (
        f"| bare socket, no pause | {sent / _SECONDS:.0f} | {octets / _SECONDS / 1e6:.2f} "
        f"| {1.0 - datagrams / sent:.2%} | 100% |"
    )


def receiving_row(name: str, data: bytes, count: int) -> str:
    """How many packets a second are understood."""
    adm = AdmOsc()
    adm.apply(snapshot(count))
    rounds, began = 0, time.perf_counter()
    while time.perf_counter() - began < 1.0:
        adm.receive(packet_from_bytes(data), now_s=0.0)
        rounds += 1
    return f"| {name} | {count} | {1e6 * (time.perf_counter() - began) / rounds:.0f} |"


def main() -> None:
    """Print all tables."""
    print("| sources that move | take in, µs a source | write, µs a source | bytes a source | datagrams a round |")
    print("|---|---|---|---|---|")
    for count in (1, 8, 32, 128):
        print(encoding_row(count))
    print()
    print("| sources that move at 60 Hz | datagrams a second | MB a second | lost | of a core |")
    print("|---|---|---|---|---|")
    for count in (8, 32, 128):
        print(sending_row(count))
    print(floor_row())
    print()
    pose = bundle_bytes(
        [message_bytes(OscMessage(f"/adm/lis/{word}", (0.1, 0.2, 0.3), "fff")) for word in ("ypr", "xyz")], unix_s=None
    )
    query = message_bytes(OscMessage("/adm/obj/*/aed", (), ""))
    garbage = b"#bundle\0" + bytes(8) + b"\xff\xff\xff\xfc"
    print("| what comes in | sources | µs a packet |")
    print("|---|---|---|")
    for name, data, count in (
        ("pose", pose, 32),
        ("pose", pose, 1000),
        ("query of all places", query, 32),
        ("query of all places", query, 1000),
    ):
        print(receiving_row(name, data, count))
    began = time.perf_counter()
    for _ in range(10_000):
        with contextlib.suppress(Exception):
            packet_from_bytes(garbage)
    print(f"| garbage | | {(time.perf_counter() - began) * 100:.0f} |")


if __name__ == "__main__":
    main()
