"""``sonorama render``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from protocol.errors import printable
from server.cli.options import OptionsCommand, given, taken
from server.export.formats import FORMATS, out_help
from server.export.maps.table import MAP_FORMATS

if TYPE_CHECKING:
    _AnyFormat = str
else:
    _AnyFormat = Literal[(*FORMATS, *MAP_FORMATS)]


def _maps_help() -> str:
    return "; ".join(f"for {row.name}: {', '.join(row.suffixes)}" for row in MAP_FORMATS.values())


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
        typer.Option(help=f"What to write; {out_help()}; {_maps_help()}."),
    ],
    format: Annotated[  # noqa: A002 - the option's name
        _AnyFormat,
        typer.Option(help=" ".join(f"{row.name}: {row.help}." for row in (*FORMATS.values(), *MAP_FORMATS.values()))),
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

      sonorama render place --format geojson --out place.geojson

      sonorama render place --format levels --out levels.png
    """
    from rich.console import Console

    from server.cli.display.rendering import RenderDisplay
    from server.export.heads import notes_on
    from server.export.options import ExportOptions
    from server.library import PlaceFolder, is_place
    from server.operations.render_place import render_place
    from server.operations.render_scene import render_scene

    # Ahead of reading the scene: what was typed wrong is told of first.
    if format in MAP_FORMATS:
        MAP_FORMATS[format].check(given(context))
        MAP_FORMATS[format].render(PlaceFolder(folder).place(), folder, out=out)
        typer.echo(printable(str(out)))
        return
    FORMATS[format].check(given(context))
    options = taken(context, ExportOptions)
    for note in notes_on(options.hrtf):
        typer.echo(f"note: {options.hrtf}: {printable(note)}", err=True)
    render_any = render_place if is_place(folder) else render_scene
    with RenderDisplay(out, Console(stderr=True, soft_wrap=True)) as display:
        render_any(folder, out=out, format=format, options=options, report=display)
    typer.echo(printable(str(out)))
