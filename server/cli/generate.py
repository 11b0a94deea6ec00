"""``sonorama generate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from protocol.messages import Event
    from protocol.scene import Scene
    from server.library import SceneFolder
    from server.pipeline.given import GivenSource
    from server.pipeline.settings import Settings
    from server.pipeline.stages import Stages
    from server.pipeline.views import Picture


def generate(
    image: Annotated[Path, typer.Argument(help="A 2:1 panorama, or any other photograph.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder of the scene; the same folder goes on where it was left.")],
    preset: Annotated[str, typer.Option(help="Which stages run; embedded needs no download.")] = "embedded",
    views: Annotated[int, typer.Option(min=4, max=64, help="Perspective views, for stages that use them.")] = 8,
    top: Annotated[int, typer.Option(min=0, max=64, help="How many sources to keep; 0: only --sources.")] = 4,
    camera_height_m: Annotated[float, typer.Option(min=0.01, max=1000, help="Height above the ground.")] = 2.5,
    hfov_deg: Annotated[
        float | None,
        typer.Option(
            min=1, max=179, help="Field of view of a photograph; else from EXIF, else 65.", show_default=False
        ),
    ] = None,
    duration_s: Annotated[float, typer.Option(min=1, max=120, help="Length of each clip.")] = 10.0,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other birds.")] = 0,
    sources: Annotated[
        Path | None, typer.Option(help="JSON file of sources by hand, beside those found.", show_default=False)
    ] = None,
    clips: Annotated[
        Path | None, typer.Option(help="Folder of recordings to use where a name fits.", show_default=False)
    ] = None,
) -> None:
    """Make a scene of a picture: sources with directions and metres, clips, headphone audio and pictures.

    Examples:

      sonorama generate street.jpg --out street

      sonorama generate square.jpg --out square --top 8 --camera-height-m 1.6

      sonorama generate photo.jpg --out photo --hfov-deg 70 --clips my-recordings

      sonorama generate street.jpg --out street --sources by-hand.json --top 0
    """
    from rich.console import Console

    from server import presets
    from server.library import SceneFolder
    from server.pipeline.given import read_given
    from server.pipeline.image import read_picture
    from server.pipeline.settings import Settings

    settings = Settings(views=views, top=top, camera_height_m=camera_height_m, duration_s=duration_s, seed=seed)
    stages = presets.stages(preset, clips=clips)
    given = read_given(sources) if sources else ()
    picture = read_picture(image, hfov_deg=hfov_deg)
    folder = SceneFolder(out)
    made_scene(picture, folder, settings=settings, stages=stages, given=given, console=Console(stderr=True))


def made_scene(
    picture: Picture,
    folder: SceneFolder,
    *,
    settings: Settings,
    stages: Stages,
    given: Sequence[GivenSource] = (),
    console: Console,
) -> Scene:
    """Run the whole journey into a folder, with everything to open beside the scene, and report it."""
    from rich.console import Console

    from server.cli.progress import ProgressDisplay
    from server.cli.report import source_table

    with ProgressDisplay(console) as display:
        scene = finished_scene(
            picture, folder, settings=settings, stages=stages, given=given, tell=display.show, mixed=True
        )
    result = Console()
    result.print(source_table(scene))
    for words, name in {
        "Listen with headphones": "binaural.wav",
        "What was found": "annotated.jpg",
        "Map in metres": "radar.png",
        "Distances": "depth.png",
    }.items():
        if (folder.path / name).exists():
            result.print(f"{words + ':':<24}{folder.path / name}", highlight=False, markup=False, soft_wrap=True)
    return scene


def finished_scene(
    picture: Picture,
    folder: SceneFolder,
    *,
    settings: Settings,
    stages: Stages,
    given: Sequence[GivenSource] = (),
    tell: Callable[[Event], None],
    mixed: bool,
) -> Scene:
    """Run the whole journey into a folder and tell of each step.

    Beside the scene lie the pictures of what was found and, if it is to be ``mixed``, the sound for headphones.
    """
    from protocol.messages import SceneReady
    from server.export.audio import render
    from server.export.pictures import annotated_picture, depth_picture, radar_picture
    from server.pipeline.atomic import replacing
    from server.pipeline.flow import generate as journey

    folder.prepare()
    for event in journey(picture, settings=settings, stages=stages, shelf=folder, given=given):
        tell(event)
        if isinstance(event, SceneReady):
            scene = event.scene
    for name, image in {
        "annotated.jpg": annotated_picture(scene, picture),
        "radar.png": radar_picture(scene),
        "depth.png": depth_picture(picture, folder.distance_maps()),
    }.items():
        with replacing(folder.path / name) as scratch:
            image.save(scratch)
    if mixed and scene.sources:
        render(scene, folder.path, format="binaural", out=folder.path / "binaural.wav")
    folder.save(scene)
    return scene
