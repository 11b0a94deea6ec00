"""``sonorama inspect``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from protocol.errors import InputError, printable


def inspect(
    image: Annotated[
        Path | None, typer.Argument(help="A picture, to say what it is taken for.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for what is drawn: the picture on its sphere, or a head's plots.")
    ] = None,
    hrtf: Annotated[
        Path | None,
        typer.Option(metavar="FILE.sofa", help="A measured head; else the default one.", show_default=False),
    ] = None,
    azimuth_deg: Annotated[
        float, typer.Option(min=-360, max=360, help="Of the direction to look at, positive to the left.")
    ] = 90.0,
    elevation_deg: Annotated[float, typer.Option(min=-90, max=90, help="Of that direction, positive up.")] = 0.0,
) -> None:
    """Say what a picture is taken for, and why; or, without one, draw the listener's head.

    Of a head: what its ears hear of a direction, how they differ, how well it is interpolated.

    Examples:

      sonorama inspect street.jpg

      sonorama inspect --out plots

      sonorama inspect --out plots --hrtf my-head.sofa --azimuth-deg 30 --elevation-deg 45
    """
    if image is not None:
        _inspect_picture(image, out)
    elif out is not None:
        _inspect_head(out, hrtf, azimuth_deg, elevation_deg)
    else:
        raise InputError(
            "has nothing to look at", where="inspect", remedy="give a picture, or --out for a head's plots"
        )


def _inspect_picture(image: Path, out: Path | None) -> None:
    from PIL import Image

    from server.files.atomic import replacing
    from server.pipeline.picture.image import read_picture

    picture = read_picture(image)
    for line in (picture.taken_for, *picture.notices):
        typer.echo(line)
    if out is not None:
        with replacing(out / "picture.png") as path:
            Image.fromarray(picture.pixels).save(path)
        typer.echo(printable(str(out / "picture.png")))


def _inspect_head(out: Path, hrtf: Path | None, azimuth_deg: float, elevation_deg: float) -> None:
    from binaural.evaluation.cross_validation import leave_one_out_errors
    from server.export.heads import hrtf_from
    from server.export.pictures.ears import direction_picture, interaural_picture
    from server.export.pictures.interpolation import interpolation_picture
    from server.files.atomic import replacing

    head = hrtf_from(hrtf)
    for line in filter(None, (head.name if hrtf is not None else "", head.source, *head.notices)):
        typer.echo(printable(line))
    pictures = {
        "direction.png": direction_picture(head, azimuth_deg, elevation_deg),
        "interaural.png": interaural_picture(head),
        "interpolation.png": interpolation_picture(head, leave_one_out_errors(head)),
    }
    for name, picture in pictures.items():
        with replacing(out / name) as path:
            picture.save(path)
        typer.echo(printable(str(out / name)))
