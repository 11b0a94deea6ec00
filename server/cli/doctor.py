"""``sonorama doctor``."""

from __future__ import annotations

import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

import typer


def doctor() -> None:
    """Say what this machine can run, and why not."""
    import soundfile

    from binaural.hrtf import default_hrtf
    from server.presets import PRESETS

    hrtf = default_hrtf()
    formats = [name for name in ("WAV", "FLAC", "OGG", "MP3") if name in soundfile.available_formats()]
    temporary = Path(tempfile.gettempdir())
    writable = "yes" if os.access(temporary, os.W_OK) else f"no: {temporary} can't be written to"
    rows = {
        "sonorama": version("sonorama"),
        "Python": f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "pictures": f"Pillow {version('pillow')}, OpenCV {version('opencv-python-headless')}",
        "recordings (--clips)": f"{', '.join(formats)} by libsndfile {soundfile.__libsndfile_version__}",
        "HRTF": f"{hrtf.name}, {len(hrtf.azimuth_deg)} directions",
        "scratch space": writable,
        "presets": f"{', '.join(PRESETS)}: ready, no download needed",
    }
    for name, value in rows.items():
        typer.echo(f"{name + ':':<22}{value}")
