"""Scenes on the disk for a server to serve, made without looking at a picture."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from protocol.scene import Environment, Image, Scene, SceneListener, Source
from server.audio.clip_file import SAMPLE_RATE_HZ
from server.library.folder import SceneFolder

SCENE_ID = "square"


def library(folder: Path, *, sources: int, clip_s: float = 2.0) -> tuple[Path, str]:
    """A library with one scene, of wind all around and ``bell-1``, ``bell-2`` …

    Returns:
        The library's folder, and the scene's id.
    """
    scene_folder = SceneFolder(folder / "library" / SCENE_ID)
    scene_folder.prepare()
    picture = scene_folder.path / "picture.jpg"
    PillowImage.fromarray(np.full((64, 128, 3), 127, np.uint8)).save(picture)
    image = Image(
        path=picture.name,
        sha256=hashlib.sha256(picture.read_bytes()).hexdigest(),
        width_px=128,
        height_px=64,
        projection="equirectangular",
        hfov_deg=360.0,
    )
    (scene_folder.path / "clips").mkdir(exist_ok=True)
    scene = Scene(
        format="sonorama.scene",
        version=1,
        id=SCENE_ID,
        image=image,
        listener=SceneListener(camera_height_m=1.6),
        environment=Environment(),
        sources=tuple(_source(scene_folder, index, clip_s) for index in range(sources)),
    )
    scene_folder.save(scene)
    return scene_folder.path.parent, SCENE_ID


def _source(folder: SceneFolder, index: int, clip_s: float) -> Source:
    name = f"bell-{index}" if index else "wind"
    # Noise, so that no two clips are alike and none is silent.
    samples = np.random.default_rng(index).normal(0.0, 0.1, int(clip_s * SAMPLE_RATE_HZ)).astype(np.float32)
    clip = folder.keep_clip(name, hashlib.sha256(name.encode()).hexdigest(), samples, loop=True)
    return Source(
        id=name,
        label=name,
        prompt=name,
        kind="point" if index else "ambient",
        evidence="given",
        azimuth_deg=(37.0 * index) % 360.0 - 179.0,
        elevation_deg=5.0,
        distance_m=3.0 + index if index else None,
        distance_sigma_m=0.5 if index else None,
        level_db_spl_1m=70.0,
        confidence=1.0,
        clip=clip,
    )
