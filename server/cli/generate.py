"""``sonorama generate``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from protocol.errors import printable
from server.cli.options import OptionsCommand, given, taken
from server.presets import PRESETS, OtherVoice, presets_help

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from protocol.events import Event
    from server.library import SceneFolder
    from server.models.choices import Learned
    from server.models.plan import Plan

_LEARNED = "Learned models"


class GenerateCommand(OptionsCommand):
    """``sonorama generate``."""

    after = "preset"

    @staticmethod
    def option_types() -> Mapping[type, str]:
        """The types of options, and their panels."""
        from server.models.choices import Learned
        from server.pipeline.settings import GenerateOptions

        return {GenerateOptions: "", Learned: _LEARNED}


def generate(
    context: typer.Context,
    image: Annotated[Path, typer.Argument(help="A panorama, of any projection, or a photograph.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder of the scene; the same folder goes on where it was left.")],
    preset: Annotated[
        str,
        typer.Option(help=f"Which stages run. {presets_help()}"),
    ] = next(iter(PRESETS)),
    sources: Annotated[
        Path | None, typer.Option(help="JSON file of sources by hand, beside those found.", show_default=False)
    ] = None,
    clips: Annotated[
        Path | None, typer.Option(help="Folder of recordings to use where a name fits.", show_default=False)
    ] = None,
    voice: Annotated[
        OtherVoice | None,
        typer.Option(
            help="freesound: recordings from freesound.org, with your key in SONORAMA_FREESOUND_KEY.",
            show_default=False,
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the scene of another picture that is in --out.")
    ] = False,
    accept_licences: Annotated[
        bool, typer.Option("--accept-licences", help="Accept the models' terms; needed once.", rich_help_panel=_LEARNED)
    ] = False,
) -> None:
    """Make a scene of a picture: sources with directions and metres, clips, headphone audio and pictures.

    Examples:

      sonorama generate street.jpg --out street

      sonorama generate square.jpg --out square --top 8 --camera-height-m 1.6

      sonorama generate photo.jpg --out photo --hfov-deg 70 --clips my-recordings

      sonorama generate street.jpg --out street --voice freesound

      sonorama generate strip.jpg --out strip --projection cylindrical --hfov-deg 220

      sonorama generate tilted.jpg --out tilted --level=-3.5,12

      sonorama generate next.jpg --out street --replace

      sonorama generate street.jpg --out street --sources by-hand.json --top 0

      sonorama generate street.jpg --out street --preset full --max-memory 8GB --accept-licences

      sonorama generate street.jpg --out st --preset full --describe-url http://127.0.0.1:11434 --describe-model llava
    """
    from rich.console import Console

    from server import presets
    from server.library import SceneFolder
    from server.models.choices import Learned
    from server.operations.make_scene import make_scene
    from server.pipeline.given import read_given
    from server.pipeline.picture.image import read_picture
    from server.pipeline.settings import GenerateOptions

    options, learned, console = taken(context, GenerateOptions), taken(context, Learned), Console(stderr=True)
    row = presets.preset_named(preset)
    row.check(given(context))
    by_hand = read_given(sources) if sources else ()
    picture = read_picture(image, projection=options.projection, hfov_deg=options.hfov_deg, level=options.level)
    folder = SceneFolder(out)
    if not replace:
        # Ahead of what may be downloaded.
        folder.check_picture(picture)
    plan = (
        fetch_models(preset, learned, accept_licences=accept_licences, console=console) if row.needs_download else None
    )
    events = make_scene(
        picture,
        folder,
        preset=preset,
        settings=options.settings,
        given=by_hand,
        clips=clips,
        voice=voice,
        learned=learned,
        plan=plan,
        with_mix=True,
        replace=replace,
    )
    show_scene(events, folder, console=console)


def fetch_models(preset: str, learned: Learned, *, accept_licences: bool, console: Console) -> Plan:
    """Say what a preset needs, and fetch what isn't here; returns what was planned.

    Args:
        preset: whose models.
        learned: which, and where they lie.
        accept_licences: whether the user accepts the models' terms.
        console: where all this is said.
    """
    from server.cli.display.fetching import prepare
    from server.presets import plan_for

    plan = plan_for(preset, learned)
    prepare(plan, learned.folder, accept_licences=accept_licences, console=console)
    return plan


def show_scene(events: Iterable[Event], folder: SceneFolder, *, console: Console) -> None:
    """Show the making of a scene as it goes on, then the scene, and what there is to open.

    Args:
        events: of the operation, which runs as they are read.
        folder: of the scene.
        console: where progress is shown; the scene goes to the standard output.
    """
    from rich.console import Console

    from protocol.events import SceneFinished
    from server.cli.display.progress import ProgressDisplay
    from server.cli.display.report import source_table

    result = Console()
    with ProgressDisplay(console) as display:
        for event in events:
            display.show(event)
            if isinstance(event, SceneFinished):
                scene = event.scene
    result.print(source_table(scene, width=result.width))
    for words, name in {
        "Listen with headphones": "binaural.wav",
        "What was found": "annotated.jpg",
        "Map in metres": "radar.png",
        "Distances": "depth.png",
    }.items():
        if (folder.path / name).exists():
            path = printable(str(folder.path / name))
            result.print(f"{words + ':':<24}{path}", highlight=False, markup=False, soft_wrap=True)
