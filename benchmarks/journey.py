"""The whole embedded run, cold: seconds by stage, and peak memory.

    uv run --group bench python -m benchmarks.journey [PICTURE]

Without a picture it draws a street of 4096 × 2048 pixels. It is perceived as ever; eight sources of
10 s each, given by hand, are voiced.
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


def stage_seconds(image: Path, out: Path) -> tuple[list[tuple[str, float]], float]:
    """Seconds of each stage in order, and peak memory in MB of this process."""
    began = time.perf_counter()
    rows: list[tuple[str, float]] = []

    def lap(name: str) -> None:
        nonlocal began
        now = time.perf_counter()
        rows.append((name, now - began))
        began = now

    from protocol.events import SceneFinished, StageFinished, StageStarted
    from server import presets
    from server.export.binaural import render
    from server.export.options import ExportOptions
    from server.export.pictures import annotated_picture, depth_picture, radar_picture
    from server.library import SceneFolder
    from server.pipeline.flow import generate
    from server.pipeline.given import GivenSource
    from server.pipeline.picture.image import read_picture
    from server.pipeline.settings import Settings

    lap("start, imports")
    picture = read_picture(image)
    lap("read the picture")
    folder = SceneFolder(out)
    folder.prepare()
    given = [
        GivenSource(label=label, azimuth_deg=157.5 - 45.0 * index, distance_m=10.0)
        for index, label in enumerate(VOICED)
    ]
    # What is found is not voiced, so that every picture gives as many clips.
    settings = Settings(top=0, duration_s=10.0)
    stages = presets.stages("embedded")
    for event in generate(picture, settings=settings, stages=stages, cache=folder, given=given):
        match event:
            case StageStarted(stage="voice"):
                lap("merge, select")
            case StageFinished(stage=stage):
                lap(stage)
            case SceneFinished(scene=scene):
                lap("scene")
    for image_made, name in (
        (annotated_picture(scene, picture), "annotated.jpg"),
        (radar_picture(scene), "radar.png"),
        (depth_picture(picture, folder.distance_maps()), "depth.png"),
    ):
        image_made.save(out / name)
    lap("pictures")
    render(scene, out, out / "binaural.wav", ExportOptions())
    lap("binaural")
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
    total = sum(seconds for _, seconds in rows)
    print(f"{image.name}: {len(VOICED)} sources of 10 s\n\n| stage | seconds | share |\n|---|---:|---:|")
    for name, seconds in rows:
        print(f"| {name} | {seconds:.2f} | {seconds / total:.0%} |")
    print(f"| all | {total:.2f} | peak {peak_mb:.0f} MB |")


if __name__ == "__main__":
    sys.exit(main())
