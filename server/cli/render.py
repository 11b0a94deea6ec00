"""``sonorama render``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, cast

import typer


class Format(StrEnum):
    """What a scene can be rendered as."""

    BINAURAL = "binaural"
    STEREO = "stereo"
    SOURCES = "sources"
    AMBISONIC = "ambisonic"
    ADM = "adm"


def render(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A scene's folder.", show_default=False)],
    out: Annotated[
        Path, typer.Option(help="The file to write: .wav, .flac, .ogg or .opus. A folder for --format sources.")
    ],
    format: Annotated[  # noqa: A002 - the option's name
        Format,
        typer.Option(
            help="binaural: headphones. stereo: loudspeakers. sources: a binaural file for each. "
            "ambisonic: AmbiX, ACN channel order, SN3D. adm: BW64 with an object for each source, for studios."
        ),
    ] = Format.BINAURAL,
    order: Annotated[int, typer.Option(min=1, max=3, help="Of ambisonics: 4, 9 or 16 channels.")] = 3,
    yaw_deg: Annotated[float, typer.Option(help="Which way the listener looks, positive to the left.")] = 0.0,
    lufs: Annotated[
        float,
        typer.Option(min=-70, max=0, help="How loud, in LUFS. Peaks are limited where needed, to −1 dBTP at most."),
    ] = -23.0,
) -> None:
    """Render a scene to files.

    Examples:

      sonorama render street --out street.wav

      sonorama render street --yaw-deg 90 --out looking-left.flac

      sonorama render street --format sources --out stems

      sonorama render street --format ambisonic --order 3 --out street-ambix.wav

      sonorama render street --format adm --lufs -23 --out street-adm.wav
    """
    from server.export import adm, ambisonic, audio
    from server.library import SceneFolder

    scene = SceneFolder(folder).scene()
    if format is Format.AMBISONIC:
        ambisonic.render(scene, folder, order=order, out=out, yaw_deg=yaw_deg, target_lufs=lufs)
    elif format is Format.ADM:
        adm.render(scene, folder, out=out, yaw_deg=yaw_deg, target_lufs=lufs)
    else:
        audio.render(scene, folder, format=cast("audio.Format", format.value), out=out, yaw_deg=yaw_deg, target_lufs=lufs)
    typer.echo(str(out))
