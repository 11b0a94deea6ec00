"""``sonorama place``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from protocol.errors import printable
from server.cli.options import OptionsCommand, given, taken
from server.presets import PRESETS, presets_help

_LEARNED = "Learned models"


class PlaceCommand(OptionsCommand):
    """``sonorama place``."""

    after = "preset"

    @staticmethod
    def option_types() -> Mapping[type, str]:
        """The types of options, and their panels."""
        from server.models.choices import Learned
        from server.pipeline.settings import GenerateOptions

        return {GenerateOptions: "", Learned: _LEARNED}


def place(
    context: typer.Context,
    pictures: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER|MANIFEST", help="Panoramas, or a .csv or .geojson that names them.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the place; the same folder goes on where it was left.")],
    preset: Annotated[str, typer.Option(help=f"Which stages run. {presets_help()}")] = next(iter(PRESETS)),
    clips: Annotated[
        Path | None, typer.Option(help="Folder of recordings to use where a name fits.", show_default=False)
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes that look at pictures.")] = 1,
    align: Annotated[bool, typer.Option("--align/--no-align", help="Refine poses by what the pictures show.")] = True,
    accept_licences: Annotated[
        bool, typer.Option("--accept-licences", help="Accept the models' terms; needed once.", rich_help_panel=_LEARNED)
    ] = False,
) -> None:
    """Make one world of many panoramas: sources with positions in metres, heard from anywhere in it.

    Where each was taken is read from the pictures (EXIF, GPano), from JSON beside them (Mapillary, KartaView, Street
    View), or from a manifest with columns such as file, latitude_deg, longitude_deg, heading_deg, or east_m and
    north_m. Poses are refined by what the pictures show; those without any are placed by it.

    Examples:

      sonorama place walk --out place

      sonorama place walk.csv --out place --workers 4

      sonorama place mapillary.geojson --out place --camera-height-m 1.8

      sonorama place surveyed.csv --out place --no-align
    """
    from rich.console import Console

    from server import presets
    from server.cli.display.place_report import place_table
    from server.cli.display.progress import ProgressDisplay
    from server.cli.generate import fetch_models
    from server.library import PlaceFolder
    from server.models.choices import Learned
    from server.operations.make_place import make_place
    from server.pipeline.settings import GenerateOptions
    from server.place.poses.pictures import read_pictures

    options, learned, console = taken(context, GenerateOptions), taken(context, Learned), Console(stderr=True)
    row = presets.preset_named(preset)
    row.check(given(context))
    found, notices = read_pictures(pictures)
    for notice in notices:
        typer.echo(f"note: {printable(notice)}", err=True)
    if row.needs_download:
        fetch_models(preset, learned, accept_licences=accept_licences, console=console)
    folder = PlaceFolder(out)
    events = make_place(
        found,
        folder,
        preset=preset,
        options=options,
        clips=clips,
        learned=learned,
        workers=min(workers, len(found)),
        align=align,
    )
    with ProgressDisplay(console) as display:
        for event in events:
            display.show(event)
    result = Console()
    result.print(place_table(folder.place(), width=result.width))
    typer.echo(printable(str(out)))
