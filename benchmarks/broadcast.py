"""Places of moving sources to many WebSocket clients: ``python -m benchmarks.broadcast``.

One scene, 32 sources, each told 60 times a second; server and clients in a process each. The age of a message is the
time from the moment that it tells of to its arrival, both by this machine's clock. Beside it, in turns, the floor:
``websockets.broadcast`` of the same bytes at the same pace, to the same clients.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import broadcast, serve

from protocol.scene import Environment, Image, Scene, SceneListener, Source

SOURCES, PER_S, SECONDS = 32, 60.0, 6.0
# Places this old are no longer live: more clients aren't tried.
ENOUGH_MS = 50.0
SCENE = "square"


def library(folder: Path) -> None:
    """A scene that is nothing but sources."""
    sources = tuple(
        Source(
            id=f"source-{number}", label="source", prompt="a source", kind="point", evidence="given", azimuth_deg=0.0,
            elevation_deg=0.0, distance_m=5.0, distance_sigma_m=1.0, level_db_spl_1m=60.0, confidence=1.0,
        )
        for number in range(SOURCES)
    )  # fmt: skip
    image = Image(
        path="picture.jpg", sha256="0" * 64, width_px=2, height_px=1, projection="equirectangular", hfov_deg=360.0
    )
    scene = Scene(
        format="sonorama.scene", version=1, id=SCENE, image=image, listener=SceneListener(camera_height_m=1.6),
        environment=Environment(), sources=sources,
    )  # fmt: skip
    (folder / SCENE / "clips").mkdir(parents=True)
    (folder / SCENE / "scene.json").write_bytes(TypeAdapter(Scene).dump_json(scene))


def bare_server(port: int) -> None:
    """Sends the same bytes to everybody, and nothing else."""

    async def run() -> None:
        clients: set = set()

        async def handle(client) -> None:  # type: ignore[no-untyped-def]
            clients.add(client)
            await client.wait_closed()
            clients.discard(client)

        moves = ",".join(
            f'{{"source_id":"source-{number}","azimuth_deg":12.345678901234567,"elevation_deg":0.123456789012345,'
            f'"distance_m":5.123456789012345}}'
            for number in range(SOURCES)
        )
        async with serve(handle, "127.0.0.1", port, compression=None, max_queue=None):
            next_s = time.monotonic()
            while True:
                head = f'{{"type":"source_moved","seq":1234,"scene_id":"{SCENE}","at_s":{time.monotonic()}'
                broadcast(clients, f'{head},"moves":[{moves}]}}')
                next_s += 1.0 / PER_S
                await asyncio.sleep(next_s - time.monotonic())

    asyncio.run(run())


async def ages_ms(url: str, clients: int, *, is_bare: bool, seconds: float = SECONDS) -> np.ndarray:
    """The ages of all moves that all clients get in so many seconds."""
    found: list[float] = []
    listening = asyncio.Event()

    async def client() -> ClientConnection:
        for _ in range(100):
            try:
                return await connect(url, compression=None, subprotocols=None if is_bare else ["sonorama.v1"])
            except OSError:
                await asyncio.sleep(0.1)
        raise TimeoutError(url)

    async def listen(socket: ClientConnection) -> None:
        if not is_bare:
            await socket.send('{"type":"hello","seq":1,"majors":[1],"client":"benchmark"}')
            await socket.send(f'{{"type":"subscribe","seq":2,"scene_id":"{SCENE}"}}')
        async for text in socket:
            now_s = time.monotonic()
            at = text.find('"at_s":', 0, 120)
            if listening.is_set() and at > 0 and "source_moved" in text[:40]:
                found.append(now_s - float(text[at + 7 : text.index(",", at)]))

    sockets = await asyncio.gather(*(client() for _ in range(clients)))
    tasks = [asyncio.create_task(listen(socket)) for socket in sockets]
    await asyncio.sleep(1.0)
    if not is_bare:
        frames = [
            {"time_s": float(second), "position_m": [5.0 * np.cos(second), 5.0 * np.sin(second), 0.5]}
            for second in range(20)
        ]
        for number in range(SOURCES):
            path = {"begins_at_s": 0.0, "loop": True, "keyframes": frames}
            wish = {"type": "source_path", "seq": 10 + number, "scene_id": SCENE, "source_id": f"source-{number}"}
            await sockets[0].send(json.dumps(wish | {"path": path}))
    await asyncio.sleep(1.5)
    listening.set()
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*(socket.close() for socket in sockets), return_exceptions=True)
    expected = clients * PER_S * seconds
    print(f"  ({len(found) / expected:.0%} of all moves came)", file=sys.stderr)
    return 1000.0 * np.array(found)


def main() -> None:
    """Print the table."""
    print("| clients | Sonorama p50 | p99 | bare broadcast p50 | p99 | ratio of p99 |\n|---:|---:|---:|---:|---:|---:|")
    for clients in (50, 200, 300, 400, 500, 600, 800):
        cells = []
        with tempfile.TemporaryDirectory() as folder:
            library(Path(folder))
            port = 18700
            command = [str(Path(sys.executable).with_name("sonorama")), "serve", folder, "--port", str(port)]
            with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
                try:
                    cells.append(asyncio.run(ages_ms(f"ws://127.0.0.1:{port}/v1/stream", clients, is_bare=False)))
                finally:
                    server.terminate()
        bare = multiprocessing.get_context("spawn").Process(target=bare_server, args=(18701,), daemon=True)
        bare.start()
        try:
            cells.append(asyncio.run(ages_ms("ws://127.0.0.1:18701", clients, is_bare=True)))
        finally:
            bare.kill()
            bare.join()
        (ours, ours_p99), (floor, floor_p99) = ((np.median(cell), np.quantile(cell, 0.99)) for cell in cells)
        print(
            f"| {clients} | {ours:.1f} ms | {ours_p99:.1f} ms | {floor:.1f} ms | {floor_p99:.1f} ms "
            f"| {ours_p99 / floor_p99:.1f} |"
        )
        if ours_p99 > ENOUGH_MS:
            break


if __name__ == "__main__":
    main()
