"""What an honest listener notices of one attacker: ``python -m benchmarks.attack``.

A listener follows 32 sources, each told 60 times a second, alone and while another process does its worst, for some
seconds each: the ages of moves beside those of the quiet seconds, how many came, and how long ``/healthz`` takes.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from benchmarks.broadcast import PER_S, SECONDS, ages_ms, library

PORT = 18710
_HOST = b"Host: 127.0.0.1\r\n"
_MASK = b"\0\0\0\0"
_CONNECTIONS = 600


def _dialled() -> socket.socket:
    return socket.create_connection(("127.0.0.1", PORT), timeout=5.0)


def _upgraded() -> socket.socket:
    """A WebSocket that has not said hello."""
    line = _dialled()
    line.sendall(
        b"GET /v1/stream HTTP/1.1\r\n" + _HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sonorama.v1\r\nSec-WebSocket-Key: "
        b"AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    line.recv(4096)
    return line


def _flood(opened: Callable[[], socket.socket], first: bytes, again: bytes) -> None:
    """Send the same over and over, on a new connection whenever one ends."""
    while True:
        with suppress(OSError), opened() as line:
            line.sendall(first)
            line.settimeout(1.0)
            while True:
                with suppress(TimeoutError):
                    line.send(again)


def silence() -> None:
    """As many connections as one can have, which say nothing."""
    lines = []
    while True:
        with suppress(OSError):
            lines.append(_dialled())
        del lines[:-_CONNECTIONS]


def dripping_heads() -> None:
    """Heads that come by a byte."""
    lines: list[socket.socket] = []
    while True:
        with suppress(OSError):
            line = _dialled()
            line.sendall(b"GET /healthz HTTP/1.1\r\n" + _HOST + b"X: ")
            lines.append(line)
        del lines[:-_CONNECTIONS]
        for line in lines:
            with suppress(OSError):
                line.send(b"a")


def pings() -> None:
    """Empty pings of a stranger."""
    _flood(_upgraded, b"", (b"\x89\x80" + _MASK) * 2000)


def fragments() -> None:
    """A message of empty fragments that never ends."""
    _flood(_upgraded, b"\x01\x80" + _MASK, (b"\x00\x80" + _MASK) * 2000)


def chunks() -> None:
    """A body in chunks of one byte."""
    head = b"POST /v1/scenes HTTP/1.1\r\n" + _HOST + b"Content-Type: multipart/form-data; boundary=x\r\n"
    _flood(_dialled, head + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 10_000)


def wide_json() -> None:
    """Bodies with as many keys as they may have."""
    body = b'{"label":"x"' + b"".join(b',"k%d":[]' % number for number in range(1500)) + b"}"
    head = b"PATCH /v1/scenes/square/sources/source-1 HTTP/1.1\r\n" + _HOST + b"Content-Type: application/json\r\n"
    _flood(_dialled, b"", head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


ATTACKS = (silence, dripping_heads, pings, fragments, chunks, wide_json)


@contextmanager
def _attacked(attack: Callable[[], None] | None) -> Iterator[None]:
    if attack is None:
        yield
        return
    attacker = multiprocessing.get_context("spawn").Process(target=attack, daemon=True)
    attacker.start()
    try:
        yield
    finally:
        attacker.kill()
        attacker.join()


def _health_ms() -> float:
    began_s = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=30.0) as answer:
        answer.read()
    return 1000.0 * (time.monotonic() - began_s)


def main() -> None:
    """Print the table."""
    print("| attack | moves that came | p50 | p99 | of the quiet p99 | slowest /healthz |")
    print("|---|---:|---:|---:|---:|---:|")
    quiet_ms = float("nan")
    for attack in (None, *ATTACKS):
        with tempfile.TemporaryDirectory() as folder:
            library(Path(folder))
            command = [str(Path(sys.executable).with_name("sonorama")), "serve", folder, "--port", str(PORT)]
            state = {**os.environ, "SONORAMA_STATE_DIR": str(Path(folder) / ".state")}
            with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=state) as server:
                try:
                    asyncio.run(ages_ms(f"ws://127.0.0.1:{PORT}/v1/stream", 1, is_bare=False, seconds=1.0))
                    with _attacked(attack):
                        time.sleep(1.0)
                        health_ms = max(_health_ms() for _ in range(20))
                        ages = asyncio.run(ages_ms(f"ws://127.0.0.1:{PORT}/v1/stream", 1, is_bare=False))
                finally:
                    server.terminate()
        p50, p99 = np.median(ages), np.quantile(ages, 0.99)
        if attack is None:
            quiet_ms = float(p99)
        name = "none" if attack is None else attack.__name__.replace("_", " ")
        print(
            f"| {name} | {len(ages) / (PER_S * SECONDS):.0%} | {p50:.1f} ms | {p99:.1f} ms | {p99 / quiet_ms:.1f} "
            f"| {health_ms:.0f} ms |",
            flush=True,
        )


if __name__ == "__main__":
    main()
