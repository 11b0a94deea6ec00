"""``sonorama render``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from protocol.errors import printable
from server.cli.options import OptionsCommand, given, taken
from server.export.formats import FORMATS, FormatName, out_help


class RenderCommand(OptionsCommand):
    """``sonorama render``."""

    after = "format"

    @staticmethod
    def option_types() -> Mapping[type, str]:
        """The type of options."""
        from server.export.options import ExportOptions

        return {ExportOptions: ""}


def render(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR|PLACE", help="A scene's folder, or a place's.", show_default=False)
    ],
    out: Annotated[
        Path,
        typer.Option(help=f"What to write; {out_help()}."),
    ],
    format: Annotated[  # noqa: A002 - the option's name
        FormatName,
        typer.Option(help=" ".join(f"{row.name}: {row.help}." for row in FORMATS.values())),
    ] = "binaural",
) -> None:
    """Render a scene, or a walk through a place, to files.

    Examples:

      sonorama render street --out street.wav

      sonorama render street --yaw-deg 90 --out looking-left.flac

      sonorama render street --turn-deg-per-s 36 --duration-s 10 --out once-around.wav

      sonorama render street --hrtf my-head.sofa --out for-my-ears.wav

      sonorama render street --format sources --out stems

      sonorama render street --format ambisonic --order 3 --out street-ambix.wav

      sonorama render street --format adm --lufs -23 --out street-adm.wav

      sonorama render street --format gltf --out street.glb

      sonorama render street --format unity --out street.sonorama

      sonorama render place --path walk.json --out walk.flac
    """
    from server.export.heads import notes_on
    from server.export.options import ExportOptions
    from server.library import is_place
    from server.operations.render_place import render_place
    from server.operations.render_scene import render_scene

    # Ahead of reading the scene: what was typed wrong is told of first.
    FORMATS[format].check(given(context))
    options = taken(context, ExportOptions)
    for note in notes_on(options.hrtf):
        typer.echo(f"note: {options.hrtf}: {printable(note)}", err=True)
    render_any = render_place if is_place(folder) else render_scene
    render_any(folder, out=out, format=format, options=options)
    typer.echo(printable(str(out)))
