"""A whole run of learned models, stage by stage: ``python -m benchmarks.models.full``.

A drawn street, 8 views and 12 clips of 10 s, by the preset ``full`` on the models of ``--model-dir``: published ones,
as ``sonorama models pull --preset full`` leaves them, or with ``--tiny`` tiny random ones that run anywhere. Peaks are
of what torch holds on a CUDA device, elsewhere of the whole process so far.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch

from protocol.events import SceneFinished, StageFinished, StageStarted
from server import presets
from server.library import SceneFolder
from server.models import licences
from server.models.catalogue import MODELS
from server.models.choices import Learned
from server.pipeline.flow import generate
from server.pipeline.given import GivenSource
from server.pipeline.settings import Settings
from server.pipeline.views import Picture, View
from server.synthetic.demo import demo_picture
from tests.server.models.tiny.model_dir import make_model_dir

PANORAMA_PX = 4096


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model-dir", type=Path, help="of fetched models")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--views", type=int, default=8)
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--tiny", action="store_true", help="tiny models, made now")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        learned = Learned(device=options.device, model_dir=options.model_dir)
        if options.tiny:
            made = make_model_dir(Path(scratch) / "models")
            licences.require(MODELS, made, accept=True)
            learned = replace(learned, model_dir=made, models=("internvl-2b",))
        run(learned, Path(scratch) / "scene", views=options.views, clips=options.clips)


def run(learned: Learned, out: Path, *, views: int, clips: int) -> None:
    """Go through the whole journey; clips are of sources by hand, so that there are as many whatever is found."""
    pixels = demo_picture(width_px=PANORAMA_PX)
    view = View(name="picture", projection="equirectangular", width_px=PANORAMA_PX, height_px=PANORAMA_PX // 2)
    by_hand = [
        GivenSource(label=f"dog {number + 1}", azimuth_deg=30.0 * number - 165.0, elevation_deg=-10.0, distance_m=6.0)
        for number in range(clips)
    ]
    folder = SceneFolder(out)
    folder.prepare()
    stages = presets.stages("full", learned=learned)
    print(f"on {learned.runtime().device_words()}: {views} views, {clips} clips\n")
    print("| stage | by | s | peak GiB |\n|---|---|---:|---:|")
    began_s = since_s = time.perf_counter()
    settings = Settings(views=views, top=0)
    picture = Picture(pixels=pixels, view=view, sha256="0" * 64)
    names: dict[str, str] = {}
    for event in generate(picture, settings=settings, stages=stages, cache=folder, given=by_hand):
        match event:
            case StageStarted(stage=stage, identity=identity):
                names[stage], since_s = identity or "", time.perf_counter()
                forget_peak()
            case StageFinished(stage=stage):
                print(f"| {stage} | {names[stage][:48]} | {time.perf_counter() - since_s:.1f} | {peak_gib():.2f} |")
            case SceneFinished(scene=scene):
                print(f"| all, {len(scene.sources)} sources | | {time.perf_counter() - began_s:.1f} | |")


def forget_peak() -> None:
    """Measure the next stage by itself, where that can be done."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def peak_gib() -> float:
    """The most memory since then, or of the process."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**30
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
