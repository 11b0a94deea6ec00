"""What the Unity client costs the main thread: many sources that all move 60 times a second, in Mono.

Run: ``python -m benchmarks.unity_client`` (needs mono-mcs, mono-runtime, libnewtonsoft-json-cil-dev).

A server of a few lines sends the moves over a real WebSocket; the client's main thread takes the changes 72 times a
second, as on a headset, sends a pose each time, and writes down how long that took and what it allocated: first the
core by itself, then a whole frame of SonoramaClient and SonoramaListener on the engine's stand-in, whose own cost is
part of it and isn't Unity's.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from protocol.wire import SourceMoved
from protocol.wire.codec import Prepared
from protocol.wire.sources import SourceMove
from tools.mono import compiled, core_library, layer_library

_RATE_HZ = 60.0
_FRAME_HZ = 72.0
_SECONDS = 10.0

_PROGRAM = """
using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;

public static class Bench
{
    public static void Main(string[] arguments)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var seconds = double.Parse(arguments[1]);
        var frameS = 1.0 / double.Parse(arguments[2]);
        Subject.Begin("http://127.0.0.1:" + arguments[0]);
        var times = new double[(int)(seconds / frameS)];
        int frames = 0, collections = 0;
        long bytes = 0;
        var watch = Stopwatch.StartNew();
        for (var due = 2.0; frames < times.Length; due += frameS)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var from = Stopwatch.GetTimestamp();
            Subject.Frame(frameS);
            var took = (Stopwatch.GetTimestamp() - from) / (double)Stopwatch.Frequency;
            // The first two seconds warm up.
            if (watch.Elapsed.TotalSeconds > 2.0)
            {
                if (frames == 0)
                {
                    Subject.Moves = 0;
                    collections = GC.CollectionCount(0);
                }
                else
                {
                    bytes += GC.GetAllocatedBytesForCurrentThread() - before;
                }
                times[frames++] = took;
            }
            else
            {
                due = watch.Elapsed.TotalSeconds;
            }
            var waitS = due + frameS - watch.Elapsed.TotalSeconds;
            if (waitS > 0.0) Thread.Sleep((int)(1000.0 * waitS));
        }
        collections = GC.CollectionCount(0) - collections;
        Array.Sort(times);
        Console.WriteLine("{0:0.0} {1:0.0} {2:0.0} {3:0.0} {4:0.0} {5}",
            1e6 * times[times.Length / 2], 1e6 * times[times.Length * 99 / 100], 1e6 * times[times.Length - 1],
            Subject.Moves / seconds, bytes / (double)frames, collections);
        Subject.End();
    }
}
"""

_CORE = """
using System;
using Sonorama.Core;

public static class Subject
{
    public static int Moves;
    private static StreamClient client;

    public static void Begin(string address)
    {
        client = new StreamClient(new ClientSettings { Server = new Uri(address) });
        client.Subscribe("square");
        client.Start();
    }

    public static void Frame(double seconds)
    {
        Change change;
        while (client.TryTake(out change))
            if (change.Kind == ChangeKind.SourceMoved) Moves++;
        client.SendPose("square", new Point3(0.0, 0.0, 0.0), Rotation.Identity);
    }

    public static void End()
    {
        client.StopAsync().Wait();
    }
}
"""

_LAYER = """
using Sonorama.Core;
using Sonorama.Unity;
using UnityEngine;

public static class Subject
{
    public static int Moves;
    private static GameObject host;

    public static void Begin(string address)
    {
        Player.Begin();
        var head = new GameObject("head");
        head.AddComponent<AudioListener>();
        host = new GameObject("scene");
        host.SetActive(false);
        var client = host.AddComponent<SonoramaClient>();
        client.ServerUrl = address;
        client.SceneId = "square";
        client.Changed += change => { if (change.Kind == ChangeKind.SourceMoved) Moves++; };
        host.SetActive(true);
        head.AddComponent<SonoramaListener>().RateHz = 120.0f;
    }

    public static void Frame(double seconds)
    {
        Player.Frame((float)seconds);
    }

    public static void End()
    {
        host.SetActive(false);
    }
}
"""


def _welcome() -> str:
    limits = {"message_bytes": 65536, "chunk_bytes": 65536, "window_bytes": 262144, "messages_per_s": 240.0}
    limits |= {"burst_messages": 480, "subscriptions": 16, "streams": 8, "resume_s": 60.0}
    fields = {"type": "welcome", "seq": 1, "major": 1, "server": "benchmark", "capabilities": [], "codecs": []}
    fields |= {"limits": limits, "heartbeat_s": 10.0, "server_time_s": 0.0, "resume_token": "t", "resumed": False}
    return json.dumps(fields)


def _snapshot(sources: int) -> str:
    states = [
        {"id": f"source-{index}", "label": "source", "kind": "point", "azimuth_deg": 0.0, "elevation_deg": 0.0,
         "distance_m": 5.0, "level_db_spl_1m": 70.0}
        for index in range(sources)
    ]  # fmt: skip
    fields = {"type": "scene_snapshot", "seq": 2, "scene_id": "square", "at_s": 0.0, "complete": True}
    return json.dumps(fields | {"camera_height_m": 1.6, "sources": states})


def _circle(sources: int) -> list[Prepared]:
    """A second and a half of moves, written once."""
    return [
        Prepared(
            SourceMoved(
                scene_id="square",
                at_s=count / _RATE_HZ,
                moves=tuple(
                    SourceMove(
                        source_id=f"source-{index}",
                        azimuth_deg=(index * 7.123456789 + count * 4.0) % 359.0 - 179.0,
                        elevation_deg=1.23456789,
                        distance_m=5.0 + 0.001 * count,
                    )
                    for index in range(sources)
                ),
            )
        )
        for count in range(90)
    ]


async def _measured(program: Path, sources: int) -> list[str]:
    circle = _circle(sources)

    async def talk(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send(_welcome())
        await socket.send(_snapshot(sources))
        reading = asyncio.create_task(_drain(socket))
        loop = asyncio.get_running_loop()
        begin_s = loop.time()
        for count in range(1_000_000):
            try:
                await socket.send(circle[count % len(circle)].text(count + 3))
            except ConnectionClosed:
                break
            await asyncio.sleep(max(begin_s + count / _RATE_HZ - loop.time(), 0.0))
        await reading

    async with serve(talk, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        arguments = [str(program), str(port), str(_SECONDS), str(_FRAME_HZ)]
        ran = await asyncio.create_subprocess_exec("mono", *arguments, stdout=subprocess.PIPE)
        said, _ = await ran.communicate()
    return said.decode().split()


async def _drain(socket: ServerConnection) -> None:
    with suppress(ConnectionClosed):
        async for _ in socket:
            pass


def _program(folder: Path, subject: str, references: Sequence[Path]) -> Path:
    folder.mkdir(exist_ok=True)
    parts = {"Bench.cs": _PROGRAM, "Subject.cs": subject}
    for name, text in parts.items():
        (folder / name).write_text(text, "utf-8")
    return compiled(folder / "Bench.exe", [folder / name for name in parts], references=references)


def main() -> int:
    """Print a table of the costs."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        programs = {
            "core": _program(home / "core", _CORE, core_library(home)),
            "layer": _program(home / "layer", _LAYER, layer_library(home)),
        }
        print(f"moves at {_RATE_HZ:g} Hz, frames at {_FRAME_HZ:g} Hz, {_SECONDS:g} s, Mono; main thread, per frame")
        print("what   sources  median µs  99 % µs   max µs  moves/s  bytes  collections in all")
        for what, program in programs.items():
            for sources in (1, 32, 128, 512):
                median, most, longest, moves, size, collections = asyncio.run(_measured(program, sources))
                numbers = f"{median:>9}  {most:>7}  {longest:>7}  {moves:>7}  {size:>5}  {collections:>11}"
                print(f"{what:5}  {sources:7}  {numbers}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
