"""Small scenes in folders, for exports."""

import hashlib

import numpy as np
import soundfile
from PIL import Image as PillowImage
from pydantic import TypeAdapter

from protocol.scene import Clip, Environment, Image, Scene, SceneListener, Source

RATE_HZ = 48_000


def noise(seed, duration_s=0.5, peak=0.2):
    samples = np.random.default_rng(seed).uniform(-peak, peak, round(duration_s * RATE_HZ))
    return (np.rint(samples * 2**23) / 2**23).astype(np.float32)


def source(folder, name, samples, *, loop=True, **changes):
    (folder / "clips").mkdir(parents=True, exist_ok=True)
    path = folder / "clips" / f"{name}.wav"
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_24")
    clip = Clip(
        path=f"clips/{name}.wav",
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        sample_rate_hz=RATE_HZ,
        duration_s=len(samples) / RATE_HZ,
        loop=loop,
    )
    values = {
        "label": name, "kind": "point", "evidence": "seen", "azimuth_deg": 0.0, "elevation_deg": 0.0, "distance_m": 5.0,
        "distance_sigma_m": 1.0, "level_db_spl_1m": 70.0, "confidence": 0.9,
    }  # fmt: skip
    return Source(id=name, prompt=name, clip=clip, **{**values, **changes})


def scene(folder, *sources, size_px=(64, 32), projection="equirectangular", hfov_deg=360.0):
    """A scene that is also written to its folder."""
    pixels = np.zeros((size_px[1], size_px[0], 3), np.uint8)
    pixels[:, size_px[0] // 2 :] = (200, 60, 30)
    PillowImage.fromarray(pixels).save(folder / "picture.jpg", quality=92)
    made = Scene(
        format="sonorama.scene",
        version=1,
        id="street",
        image=Image(
            path="picture.jpg",
            sha256=hashlib.sha256((folder / "picture.jpg").read_bytes()).hexdigest(),
            width_px=size_px[0],
            height_px=size_px[1],
            projection=projection,
            hfov_deg=hfov_deg,
        ),
        listener=SceneListener(camera_height_m=2.5),
        environment=Environment(),
        sources=sources,
    )
    (folder / "scene.json").write_bytes(TypeAdapter(Scene).dump_json(made, indent=2))
    return made


def street(folder):
    """A dog to the left behind, a sea to the right, a wind everywhere, and a bell that is muted."""
    return scene(
        folder,
        source(folder, "dog-1", noise(1, 0.4), loop=False, label="a dog & <its> tail", azimuth_deg=110.0,
               elevation_deg=-12.5, distance_m=6.25, width_deg=3.0, level_db_spl_1m=85.0),
        source(folder, "sea-1", noise(2), kind="line", azimuth_deg=-60.0, width_deg=100.0, height_deg=4.0,
               distance_m=12.5, label="море"),
        source(folder, "wind-1", noise(3), kind="ambient", distance_m=None, distance_sigma_m=None,
               level_db_spl_1m=35.0),
        source(folder, "bell-1", noise(4), azimuth_deg=20.0, elevation_deg=35.0, distance_m=0.3, muted=True),
    )  # fmt: skip
