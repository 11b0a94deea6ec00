"""``sonorama doctor``."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from server.extras import install_advice, program
from server.presets import PRESETS


def doctor(
    model_dir: Annotated[
        Path | None, typer.Option(help="Folder of all models; else SONORAMA_MODEL_DIR.", show_default=False)
    ] = None,
) -> None:
    """Say what this machine can run, and why not, and what to do about it."""
    for name, value in (*_program(), *_models(model_dir)):
        typer.echo(f"{name + ':':<22}{value}")


def _program() -> Iterator[tuple[str, str]]:
    """What runs without learned models."""
    import soundfile

    from binaural.hrtf.hrir import default_hrtf

    hrtf = default_hrtf()
    formats = [name for name in ("WAV", "FLAC", "OGG", "MP3") if name in soundfile.available_formats()]
    temporary = Path(tempfile.gettempdir())
    yield "sonorama", version("sonorama")
    yield "Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    yield "pictures", f"Pillow {version('pillow')}, OpenCV {version('opencv-python-headless')}"
    yield "HEIC", "pillow-heif" if find_spec("pillow_heif") else _extra("heic", "for pictures of iPhones")
    yield "M4A, WMA", "PyAV" if find_spec("av") else _extra("m4a", "for recordings in them")
    yield "JPEG XL", "pillow-jxl-plugin" if find_spec("pillow_jxl") else _extra("jxl", "for pictures in .jxl")
    yield "recordings (--clips)", f"{', '.join(formats)} by libsndfile {soundfile.__libsndfile_version__}"
    yield "HRTF", f"{hrtf.name}, {len(hrtf.azimuth_deg)} directions"
    yield "live renderer", f"compiled by numba {_version('numba')}" if find_spec("numba") else _extra("fast", "faster")
    yield "sound card", "sounddevice" if find_spec("sounddevice") else _extra("play", "for sonorama listen --play")
    yield "scratch space", "yes" if os.access(temporary, os.W_OK) else f"no: {temporary} can't be written to"
    for preset in PRESETS.values():
        if not preset.needs_download:
            yield f"preset {preset.name}", "ready; no download needed"


def _models(model_dir: Path | None) -> Iterator[tuple[str, str]]:
    """What learned models need, and have."""
    names = [preset.name for preset in PRESETS.values() if preset.needs_download]
    if not (find_spec("torch") and find_spec("transformers") and find_spec("diffusers")):
        yield f"presets {', '.join(names)}", _extra("models", "for learned models")
        return
    from protocol.errors import SonoramaError
    from server.models.choices import Learned
    from server.models.licences import open_terms
    from server.models.memory import available_bytes
    from server.models.weights import present
    from server.presets import plan_for

    learned = Learned(model_dir=model_dir)
    runtime = learned.runtime()
    yield "torch", f"{_version('torch')}, transformers {_version('transformers')}, diffusers {_version('diffusers')}"
    yield "device", f"{runtime.device_words()}, {available_bytes(runtime) / 1e9:.1f} GB free, {runtime.dtype}"
    try:
        yield "models here", f"{', '.join(sorted(present(learned.folder))) or 'none'} ({learned.folder})"
        for preset in names:
            plan = plan_for(preset, learned)
            lacks = []
            if plan.absent:
                absent = ", ".join(model.name for model in plan.absent)
                lacks.append(f"lacks {absent} ({plan.download_bytes / 1e9:.1f} GB)")
            if terms := open_terms(plan.models, learned.folder):
                lacks.append(f"the terms of {', '.join(model.name for model in terms)} aren't accepted yet")
            if not plan.fits_memory:
                lacks.append(f"may not fit: it takes about {plan.peak_bytes / 1e9:.1f} GB at a time")
            if not plan.fits_disk:
                lacks.append(f"the disk has only {plan.free_disk_bytes / 1e9:.1f} GB free")
            accept = " --accept-licences" if any(model.licence.terms for model in plan.models) else ""
            remedy = f"; run: {program()} models pull --preset {preset}{accept}" if plan.absent or terms else ""
            yield f"preset {preset}", "; ".join(lacks) + remedy if lacks else "ready"
    except SonoramaError as error:
        yield "models", str(error)


def _extra(name: str, what_for: str) -> str:
    return f"not installed; {what_for}, {install_advice(name)}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"
