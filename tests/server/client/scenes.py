"""Scenes that are nothing but noise, to serve without making them first."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import soundfile
from pydantic import TypeAdapter

from protocol.scene import Clip, Environment, Image, Scene, SceneListener, Source


def noisy_scene(folder: Path, scene_id: str, *azimuths_deg: float) -> str:
    """A scene with a noise in each direction, 2 m away."""
    clips = folder / scene_id / "clips"
    clips.mkdir(parents=True)
    sources = []
    for number, azimuth_deg in enumerate(azimuths_deg):
        path = clips / f"noise-{number}.wav"
        soundfile.write(path, np.random.default_rng(number).normal(size=48_000) * 0.05, 48_000, subtype="PCM_24")
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        clip = Clip(path=f"clips/{path.name}", sha256=sha256, sample_rate_hz=48_000, duration_s=1.0, loop=True)
        source = Source(
            id=f"noise-{number}", label="noise", prompt="noise", kind="point", evidence="given", confidence=1.0,
            azimuth_deg=azimuth_deg, elevation_deg=0.0, distance_m=2.0, distance_sigma_m=0.5, level_db_spl_1m=70.0,
            clip=clip,
        )  # fmt: skip
        sources.append(source)
    scene = Scene(
        format="sonorama.scene", version=1, id=scene_id, listener=SceneListener(camera_height_m=1.6),
        environment=Environment(), sources=tuple(sources),
        image=Image(
            path="picture.jpg", sha256="0" * 64, width_px=2, height_px=1, projection="equirectangular", hfov_deg=360.0
        ),
    )  # fmt: skip
    (folder / scene_id / "scene.json").write_bytes(TypeAdapter(Scene).dump_json(scene))
    return scene_id
