"""The whole embedded run, cold: seconds by stage, by the clock and of the cores, and peak memory.

    uv run --group bench python -m benchmarks.journey [PICTURE]

Without a picture it draws a street of 4096 × 2048 pixels. It is perceived as ever; eight sources of
10 s each, given by hand, are voiced. The mixer is made ready aside, while the picture is looked at.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

VOICED = ("songbirds", "dog", "church bell", "fountain", "car", "footsteps", "tram", "crickets")


def drawn_street(folder: Path) -> Path:
    """A street to listen to, as a PNG file."""
    from PIL import Image

    from server.synthetic.demo import demo_picture

    path = folder / "street.png"
    Image.fromarray(demo_picture(width_px=4096)).save(path)
    return path


def cpu_seconds() -> float:
    """Of this process, all of its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def stage_seconds(image: Path, out: Path) -> tuple[list[tuple[str, float, float]], float]:
    """Seconds of each stage in order, by the clock and of the cores, and peak memory in MB of this process."""
    began, used = time.perf_counter(), cpu_seconds()
    rows: list[tuple[str, float, float]] = []

    def lap(name: str) -> None:
        nonlocal began, used
        now, now_used = time.perf_counter(), cpu_seconds()
        rows.append((name, now - began, now_used - used))
        began, used = now, now_used

    from protocol.events import SceneFinished, StageFinished, StageStarted
    from server.library import SceneFolder
    from server.operations.make_scene import make_scene
    from server.pipeline.given import GivenSource
    from server.pipeline.picture.image import read_picture
    from server.pipeline.settings import Settings

    lap("start, imports")
    picture = read_picture(image)
    lap("read the picture")
    given = [
        GivenSource(label=label, azimuth_deg=157.5 - 45.0 * index, distance_m=10.0)
        for index, label in enumerate(VOICED)
    ]
    # What is found is not voiced, so that every picture gives as many clips.
    settings = Settings(top=0, duration_s=10.0)
    for event in make_scene(
        picture, SceneFolder(out), preset="embedded", settings=settings, given=given, with_mix=True
    ):
        match event:
            case StageStarted(stage="propose"):
                lap("import the stages")
            case StageStarted(stage="voice"):
                lap("merge, select")
            case StageFinished(stage=stage):
                lap(stage)
            case SceneFinished():
                lap("pictures, mix")
    return rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", nargs="?", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        # Each in a process of its own, so that drawing the street is not counted in the run's memory.
        context = get_context("spawn")
        with context.Pool(1) as pool:
            image = asked.picture or pool.apply(drawn_street, [Path(scratch)])
        with context.Pool(1) as pool:
            rows, peak_mb = pool.apply(stage_seconds, [image, Path(scratch) / "scene"])
    total, total_used = (sum(row[column] for row in rows) for column in (1, 2))
    print(f"{image.name}: {len(VOICED)} sources of 10 s\n\n| stage | seconds | of the cores |\n|---|---:|---:|")
    for name, seconds, used in rows:
        print(f"| {name} | {seconds:.2f} | {used:.2f} |")
    print(f"| all | {total:.2f} | {total_used:.2f} |\n\nPeak: {peak_mb:.0f} MB.")


if __name__ == "__main__":
    sys.exit(main())
