"""What a render takes of memory and time by its format and length: ``python -m benchmarks.memory``.

    uv run python -m benchmarks.memory --seconds 60 --seconds 3600 --folder /tmp

Each render is the command line in a process of its own, of a street of 16 sources with clips of 10 s, with its echoes.
Peak memory is what the kernel says of the process (``ru_maxrss``).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image as Picture
from pydantic import TypeAdapter

from protocol.scene import Clip, Environment, Image, Scene, SceneListener, Source, Street

RATE_HZ, CLIP_S, SOURCES = 48_000, 10, 16
RENDERS = {
    "binaural, .wav": ("out.wav", "--format", "binaural"),
    "binaural, .flac": ("out.flac", "--format", "binaural"),
    "binaural, .opus": ("out.opus", "--format", "binaural"),
    "binaural, limited": ("out.wav", "--format", "binaural", "--lufs", "-10"),
    "binaural, turning": ("out.wav", "--format", "binaural", "--turn-deg-per-s", "36"),
    "stereo": ("out.wav", "--format", "stereo"),
    "ambisonic, order 1": ("out.wav", "--format", "ambisonic", "--order", "1"),
    "ambisonic, order 3": ("out.wav", "--format", "ambisonic", "--order", "3"),
    "ambisonic, order 1, limited": ("out.wav", "--format", "ambisonic", "--order", "1", "--lufs", "-8"),
    "adm": ("out.wav", "--format", "adm"),
    "sources": ("out", "--format", "sources"),
}


def street(folder: Path) -> None:
    """A scene with a road, ambience and points around, some of which are heard once."""
    random = np.random.default_rng(0)
    (folder / "clips").mkdir(parents=True)
    sources = []
    for number in range(SOURCES):
        name = f"source-{number}"
        path = folder / "clips" / f"{name}.wav"
        soundfile.write(path, 0.05 * random.standard_normal(CLIP_S * RATE_HZ), RATE_HZ, subtype="PCM_24")
        kind = {0: "ambient", 1: "line", 2: "area"}.get(number, "point")
        sources.append(
            Source(
                id=name, label=name, prompt=name, kind=kind, evidence="seen",
                azimuth_deg=float(random.uniform(-180, 180)), elevation_deg=float(random.uniform(-20, 30)),
                distance_m=None if kind == "ambient" else float(random.uniform(2, 30)),
                distance_sigma_m=None if kind == "ambient" else 1.0,
                width_deg=120.0 if kind in ("line", "area") else 5.0,
                level_db_spl_1m=50.0 if kind == "ambient" else 70.0, confidence=0.9,
                clip=Clip(
                    path=f"clips/{name}.wav", sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
                    sample_rate_hz=RATE_HZ, duration_s=float(CLIP_S), loop=number % 5 != 4,
                ),
            )
        )  # fmt: skip
    Picture.new("RGB", (64, 32)).save(folder / "picture.jpg")
    scene = Scene(
        format="sonorama.scene",
        version=1,
        id="street",
        image=Image(
            path="picture.jpg",
            sha256=hashlib.sha256((folder / "picture.jpg").read_bytes()).hexdigest(),
            width_px=64,
            height_px=32,
            projection="equirectangular",
            hfov_deg=360.0,
        ),
        listener=SceneListener(camera_height_m=2.5),
        environment=Environment(
            setting="outdoor", confidence=0.9, street=Street(azimuth_deg=0.0, left_m=6.0, right_m=9.0)
        ),
        sources=tuple(sources),
    )
    (folder / "scene.json").write_bytes(TypeAdapter(Scene).dump_json(scene, indent=2))


def run(arguments: list[str]) -> tuple[float, float, float, int]:
    """Seconds on the clock and on the processor, peak megabytes, and the exit code of a process."""
    began = time.perf_counter()
    command = [sys.executable, "-c", "from server.cli import main; main()", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, action="append", help="length of the renders")
    parser.add_argument("--folder", type=Path, help="where there is space for what is written")
    parser.add_argument("--only", default="", help="formats with this in their names")
    given = parser.parse_args()
    print("| format | length | peak memory | CPU | on the clock | written |\n|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        street(Path(scratch) / "street")
        for length_s in given.seconds or [60.0]:
            for name, (out, *options) in RENDERS.items():
                if given.only not in name:
                    continue
                with tempfile.TemporaryDirectory(dir=scratch) as place:
                    arguments = ["render", f"{scratch}/street", "--out", f"{place}/{out}", *options]
                    clock_s, cpu_s, peak_mb, code = run([*arguments, "--duration-s", str(length_s)])
                    written = sum(file.stat().st_size for file in Path(place).rglob("*") if file.is_file())
                failed = f" (exit {code})" if code else ""
                print(
                    f"| {name}{failed} | {length_s:g} s | {peak_mb:.0f} MB | {cpu_s:.1f} s | {clock_s:.1f} s |"
                    f" {written / 1e6:.0f} MB |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
