"""``sonorama inspect``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from protocol.errors import printable


def inspect(
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")],
    hrtf: Annotated[
        Path | None,
        typer.Option(metavar="FILE.sofa", help="A measured head; else the default one.", show_default=False),
    ] = None,
    azimuth_deg: Annotated[
        float, typer.Option(min=-360, max=360, help="Of the direction to look at, positive to the left.")
    ] = 90.0,
    elevation_deg: Annotated[float, typer.Option(min=-90, max=90, help="Of that direction, positive up.")] = 0.0,
) -> None:
    """Draw the listener's head: what its ears hear of a direction, how they differ, how well it is interpolated.

    Examples:

      sonorama inspect --out plots

      sonorama inspect --out plots --hrtf my-head.sofa --azimuth-deg 30 --elevation-deg 45
    """
    from binaural.evaluation.cross_validation import leave_one_out_errors
    from server.export.heads import hrtf_from
    from server.export.pictures.ears import direction_picture, interaural_picture
    from server.export.pictures.interpolation import interpolation_picture
    from server.files.atomic import replacing

    head = hrtf_from(hrtf)
    pictures = {
        "direction.png": direction_picture(head, azimuth_deg, elevation_deg),
        "interaural.png": interaural_picture(head),
        "interpolation.png": interpolation_picture(head, leave_one_out_errors(head)),
    }
    for name, picture in pictures.items():
        with replacing(out / name) as path:
            picture.save(path)
        typer.echo(printable(str(out / name)))
