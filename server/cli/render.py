"""``sonorama render``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """What a scene can be rendered as."""

    BINAURAL = "binaural"
    STEREO = "stereo"
    SOURCES = "sources"


def render(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A scene's folder.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The file to write; a folder for --format sources.")],
    format: Annotated[  # noqa: A002 - the option's name
        Format, typer.Option(help="binaural: headphones; stereo: loudspeakers; sources: a binaural file for each.")
    ] = Format.BINAURAL,
    yaw_deg: Annotated[float, typer.Option(help="Which way the listener looks, positive to the left.")] = 0.0,
) -> None:
    """Render a scene to files.

    Examples:

      sonorama render street --out street.wav

      sonorama render street --yaw-deg 90 --out looking-left.wav

      sonorama render street --format sources --out stems
    """
    from server.export import audio
    from server.library import SceneFolder

    scene = SceneFolder(folder).scene()
    audio.render(scene, folder, format=format.value, out=out, yaw_deg=yaw_deg)
    typer.echo(str(out))
