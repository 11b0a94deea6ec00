"""A folder of tiny models, as ``sonorama models pull`` leaves one."""

from __future__ import annotations

from pathlib import Path

from server.files.digest import sha256_of
from server.models import manifest
from server.models.catalogue import model_named
from tests.server.models.tiny.clap import make_clap
from tests.server.models.tiny.depth_anything import make_depth_anything
from tests.server.models.tiny.depthfm import make_depthfm
from tests.server.models.tiny.grounding_dino import make_grounding_dino
from tests.server.models.tiny.internvl import make_internvl
from tests.server.models.tiny.tangoflux import make_tangoflux


def make_model_dir(folder: Path) -> Path:
    """All that the presets take, with a describer that answers in JSON."""
    make_internvl(folder / "internvl-2b")
    make_grounding_dino(folder / "grounding-dino-tiny")
    make_depth_anything(folder / "depth-anything-v2-outdoor-small")
    make_depthfm(folder / "depthfm")
    (folder / "stable-diffusion-vae").mkdir()
    (folder / "depthfm" / "vae").rename(folder / "stable-diffusion-vae" / "vae")
    make_tangoflux(folder / "tangoflux")
    (folder / "tangoflux" / "flan-t5-large").rename(folder / "flan-t5-large")
    make_clap(folder / "clap")
    for path in folder.iterdir():
        record(path, path.name)
    return folder


def record(folder: Path, name: str) -> None:
    """Write what a fetched model has beside its files."""
    files = tuple(
        manifest.File(path=path.relative_to(folder).as_posix(), size_bytes=path.stat().st_size, sha256=sha256_of(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )
    model = model_named(name)
    manifest.write(folder, manifest.Manifest(name=name, source=model.source, revision="0" * 40, files=files))
