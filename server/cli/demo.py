"""``sonorama demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from protocol.errors import printable
from server.extras import program


def demo(
    out: Annotated[Path, typer.Option(help="Folder to make everything in.")] = Path("sonorama-demo"),
) -> None:
    """Draw a small street, run everything on it, and say what to open."""
    from PIL import Image
    from rich.console import Console

    from server.cli.generate import show_scene
    from server.export.options import ExportOptions
    from server.files.atomic import replacing
    from server.library import SceneFolder
    from server.operations.make_scene import make_scene
    from server.operations.render_scene import render_scene
    from server.pipeline.picture.image import read_picture
    from server.pipeline.settings import Settings
    from server.synthetic.demo import demo_picture, demo_world

    console = Console(stderr=True)
    street = out / "street.png"
    with console.status("drawing a street"), replacing(street) as scratch:
        Image.fromarray(demo_picture()).save(scratch)
    settings = Settings(camera_height_m=demo_world().camera_height_m)
    folder = SceneFolder(out / "scene")
    # Another version may have drawn another street.
    events = make_scene(read_picture(street), folder, preset="embedded", settings=settings, with_mix=True, replace=True)
    show_scene(events, folder, console=console)
    for kind, name in {"stereo": "stereo.wav", "sources": "sources"}.items():
        render_scene(folder.path, out=out / name, format=kind, options=ExportOptions())
    typer.echo(f"Each source alone:      {printable(str(out / 'sources'))}")
    typer.echo(f"The street itself:      {printable(str(street))}")
    typer.echo(f"Your own picture:       {program()} generate PICTURE.jpg --out my-scene")
