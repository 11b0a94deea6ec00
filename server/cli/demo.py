"""``sonorama demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    out: Annotated[Path, typer.Option(help="Folder to make everything in.")] = Path("sonorama-demo"),
) -> None:
    """Draw a small street, run everything on it, and say what to open."""
    from PIL import Image
    from rich.console import Console

    from server import presets
    from server.cli.generate import made_scene
    from server.embedded.street.demo import demo_picture, demo_world
    from server.export import audio
    from server.library import SceneFolder
    from server.pipeline.atomic import replacing
    from server.pipeline.image import read_picture
    from server.pipeline.settings import Settings

    console = Console(stderr=True)
    street = out / "street.png"
    with console.status("drawing a street"), replacing(street) as scratch:
        Image.fromarray(demo_picture()).save(scratch)
    settings = Settings(top=8, camera_height_m=demo_world().camera_height_m)
    folder = SceneFolder(out / "scene")
    scene = made_scene(
        read_picture(street), folder, settings=settings, stages=presets.stages("embedded"), console=console
    )
    audio.render(scene, folder.path, format="stereo", out=out / "stereo.wav")
    audio.render(scene, folder.path, format="sources", out=out / "sources")
    typer.echo(f"Each source alone:      {out / 'sources'}")
    typer.echo(f"The street itself:      {street}")
    typer.echo("Your own picture:       sonorama generate PICTURE.jpg --out my-scene")
