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
    turn_deg_per_s: Annotated[float, typer.Option(help="How fast the head goes on turning from there.")] = 0.0,
    path: Annotated[
        Path | None, typer.Option(help="JSON file of poses that the head goes through, instead.", show_default=False)
    ] = None,
    hrtf: Annotated[
        Path | None,
        typer.Option(metavar="FILE.sofa", help="The listener's head; else the default one.", show_default=False),
    ] = None,
    room: Annotated[
        bool,
        typer.Option("--room/--no-room", help="Echoes of the place, where the scene knows it and the head stands."),
    ] = True,
    duration_s: Annotated[
        float | None, typer.Option(min=0.1, max=3600, help="Length; else that of the longest clip.", show_default=False)
    ] = None,
) -> None:
    """Render a scene to files.

    Examples:

      sonorama render street --out street.wav

      sonorama render street --yaw-deg 90 --out looking-left.wav

      sonorama render street --turn-deg-per-s 36 --duration-s 10 --out once-around.wav

      sonorama render street --hrtf my-head.sofa --out for-my-ears.wav

      sonorama render street --format sources --out stems
    """
    from binaural.head_path import HeadPath, Pose
    from server.export import audio
    from server.export.head_path import read_head_path
    from server.library import SceneFolder

    scene = SceneFolder(folder).scene()
    head_path = None
    if path is not None:
        head_path = read_head_path(path)
    elif turn_deg_per_s:
        last_s = 3600.0
        head_path = HeadPath(
            Pose(time_s=0.0, yaw_deg=yaw_deg), Pose(time_s=last_s, yaw_deg=yaw_deg + last_s * turn_deg_per_s)
        )
    audio.render(
        scene,
        folder,
        format=format.value,
        out=out,
        yaw_deg=yaw_deg,
        duration_s=duration_s,
        hrtf=hrtf,
        head_path=head_path,
        room=room,
    )
    typer.echo(str(out))
