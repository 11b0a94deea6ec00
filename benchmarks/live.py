"""Binaural sound rendered live for many heads: ``python -m benchmarks.live``.

One scene of 16 sources; each listener turns its head 60 times a second and gets blocks of 256 samples. Server and
clients in a process each. A block is late if it comes after it is due. How soon a pose is heard: from sending it to the
first block in which the source has gone to the other ear.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect

from protocol.scene import Clip, Environment, Image, Scene, SceneListener, Source

SOURCES, SECONDS, POSES_PER_S = 16, 60.0, 60.0
SCENE = "square"
PORT = 18710
HEADER = struct.Struct("<4sBBBBIIQIHHd")


def library(folder: Path) -> None:
    """A scene of noises all around; and one of a single noise in front."""
    for name, count in ((SCENE, SOURCES), ("one", 1)):
        clips = folder / name / "clips"
        clips.mkdir(parents=True)
        sources = []
        for number in range(count):
            path = clips / f"noise-{number}.wav"
            noise = np.random.default_rng(number).standard_normal(4 * 48_000) * 0.05
            soundfile.write(path, noise, 48_000, subtype="PCM_24")
            clip = Clip(
                path=f"clips/{path.name}", sha256=hashlib.sha256(path.read_bytes()).hexdigest(), sample_rate_hz=48_000,
                duration_s=4.0, loop=True,
            )  # fmt: skip
            sources.append(
                Source(
                    id=f"source-{number}", label="noise", prompt="noise", kind="point", evidence="given",
                    azimuth_deg=number * 20.0 - 160.0 if count > 1 else 0.0, elevation_deg=0.0, distance_m=3.0,
                    distance_sigma_m=1.0, level_db_spl_1m=60.0, confidence=1.0, clip=clip,
                )
            )  # fmt: skip
        image = Image(
            path="picture.jpg", sha256="0" * 64, width_px=2, height_px=1, projection="equirectangular", hfov_deg=360.0
        )
        scene = Scene(
            format="sonorama.scene", version=1, id=name, image=image, listener=SceneListener(camera_height_m=1.6),
            environment=Environment(), sources=tuple(sources),
        )  # fmt: skip
        (folder / name / "scene.json").write_bytes(TypeAdapter(Scene).dump_json(scene))


def pose(scene: str, seq: int, yaw_deg: float) -> str:
    """A head that is turned."""
    half = math.radians(yaw_deg) / 2.0
    turned = [0, 0, math.sin(half), math.cos(half)]
    words = {"scene_id": scene, "position_m": [0, 0, 0], "orientation": turned, "client_time_s": time.monotonic()}
    return json.dumps({"type": "listener_pose", "seq": seq, **words})


async def opened(scene: str) -> ClientConnection:
    """A client that has asked for live sound."""
    for _ in range(100):
        try:
            socket = await connect(f"ws://127.0.0.1:{PORT}/v1/stream", compression=None)
            break
        except OSError:
            await asyncio.sleep(0.1)
    await socket.send('{"type":"hello","seq":1,"majors":[1],"client":"benchmark"}')
    await socket.send(f'{{"type":"subscribe","seq":2,"scene_id":"{scene}"}}')
    await socket.send(f'{{"type":"live_start","seq":3,"scene_id":"{scene}","codec":"float32"}}')
    return socket


async def listened(socket: ClientConnection, counting: asyncio.Event, hearing: asyncio.Semaphore) -> dict[str, float]:
    """How many blocks came, and how many were late or missing."""
    told = {"blocks": 0.0, "late": 0.0, "missing": 0.0, "underruns": 0.0, "at first": 0.0}
    turning = asyncio.create_task(turned(socket))
    expected, hears = None, False
    try:
        async for frame in socket:
            if isinstance(frame, str):
                if '"live_report"' in frame:
                    underruns = json.loads(frame)["underruns"]
                    if counting.is_set():
                        told["underruns"] = underruns - told["at first"]
                    else:
                        told["at first"] = underruns
                continue
            if not hears:
                hears = True
                hearing.release()
            fields = HEADER.unpack_from(frame)
            position, due_s = fields[7], fields[11]
            if counting.is_set():
                told["blocks"] += 1
                told["late"] += time.monotonic() > due_s + 256 / 48_000
                told["missing"] += 0 if expected is None else (position - expected) / 256
                expected = position + 256
    finally:
        turning.cancel()
    return told


async def turned(socket: ClientConnection) -> None:
    """Turn a head all the time."""
    seq = 10
    while True:
        seq += 1
        await socket.send(pose(SCENE, seq, 3.0 * seq))
        await asyncio.sleep(1.0 / POSES_PER_S)


async def pose_to_sound_ms(count: int) -> np.ndarray:
    """How long it takes from a pose to its sound, with a head that jumps from one side to the other."""
    socket, seq, side, found = await opened("one"), 10, 1.0, []
    said_s = math.inf
    next_s = time.monotonic() + 2.0
    async for frame in socket:
        now_s = time.monotonic()
        if isinstance(frame, str):
            continue
        sound = np.frombuffer(frame, "<f4", offset=HEADER.unpack_from(frame)[10]).reshape(-1, 2)
        left, right = (sound.astype(np.float64) ** 2).sum(axis=0)
        if math.isfinite(said_s) and side * (right - left) > 0.5 * (left + right):
            found.append(1000.0 * (now_s - said_s))
            said_s, next_s = math.inf, now_s + 0.05
        if len(found) == count:
            break
        if now_s > next_s:
            side, seq = -side, seq + 1
            said_s, next_s = time.monotonic(), math.inf
            await socket.send(pose("one", seq, side * 90.0))
    await socket.close()
    return np.array(found)


async def measured(listeners: int) -> tuple[dict[str, float], np.ndarray]:
    """What so many listeners get for a while, and how soon poses are heard meanwhile."""
    sockets = await asyncio.gather(*(opened(SCENE) for _ in range(listeners)))
    counting, hearing = asyncio.Event(), asyncio.Semaphore(0)
    tasks = [asyncio.create_task(listened(socket, counting, hearing)) for socket in sockets]
    # The first of all waits for a compiler.
    for _ in tasks:
        await hearing.acquire()
    await asyncio.sleep(2.0)
    counting.set()
    began_s = time.monotonic()
    poses_ms = await pose_to_sound_ms(100)
    await asyncio.sleep(max(0.0, SECONDS - (time.monotonic() - began_s)))
    counting.clear()
    await asyncio.gather(*(socket.close() for socket in sockets))
    told = await asyncio.gather(*tasks)
    return {name: sum(one[name] for one in told) for name in told[0]}, poses_ms


def main() -> None:
    """Print the table."""
    print("| listeners | blocks | underruns | late at the client | missing | pose to sound p50 | p99 |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for listeners in (5, 20, 25, 30, 35, 40):
        with tempfile.TemporaryDirectory() as folder:
            library(Path(folder))
            command = [str(Path(sys.executable).with_name("sonorama")), "serve", folder, "--port", str(PORT)]
            with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
                try:
                    told, poses_ms = asyncio.run(measured(listeners))
                finally:
                    server.terminate()
        print(
            f"| {listeners} | {told['blocks']:.0f} | {told['underruns']:.0f} | {told['late']:.0f} "
            f"| {told['missing']:.0f} | {np.median(poses_ms):.0f} ms | {np.quantile(poses_ms, 0.99):.0f} ms |"
        )


if __name__ == "__main__":
    main()
