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
    from server.models.choices import Learned
    from server.models.plan import Plan
    from server.pipeline.given import GivenSource
    from server.pipeline.settings import Settings
    from server.pipeline.stages import Stages
    from server.pipeline.views import Picture

_LEARNED = "Learned models"


def generate(
    image: Annotated[Path, typer.Argument(help="A 2:1 panorama, or any other photograph.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder of the scene; the same folder goes on where it was left.")],
    preset: Annotated[
        str,
        typer.Option(
            help="Which stages run. embedded: no download. small: learned eyes and depth that a laptop can bear. "
            "full: learned models for everything."
        ),
    ] = "embedded",
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
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.", rich_help_panel=_LEARNED)] = "auto",
    dtype: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.", rich_help_panel=_LEARNED)] = "auto",
    max_memory: Annotated[
        str | None,
        typer.Option(help="Use no more than this, such as 8GB.", show_default=False, rich_help_panel=_LEARNED),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="A model of `sonorama models list` in place of the preset's own; may be given several times.",
            show_default=False,
            rich_help_panel=_LEARNED,
        ),
    ] = None,
    model_dir: Annotated[
        Path | None,
        typer.Option(
            help="Folder of all models; else SONORAMA_MODEL_DIR.", show_default=False, rich_help_panel=_LEARNED
        ),
    ] = None,
    accept_licences: Annotated[
        bool, typer.Option("--accept-licences", help="Accept the models' terms; needed once.", rich_help_panel=_LEARNED)
    ] = False,
    describe_url: Annotated[
        str | None,
        typer.Option(
            help="OpenAI-compatible address that names what sounds; its key in SONORAMA_DESCRIBE_KEY.",
            show_default=False,
            rich_help_panel=_LEARNED,
        ),
    ] = None,
    describe_model: Annotated[
        str | None,
        typer.Option(
            help="Its model's name there; without an address, any image-text model: a folder or OWNER/NAME.",
            show_default=False,
            rich_help_panel=_LEARNED,
        ),
    ] = None,
    candidates: Annotated[
        int, typer.Option(min=1, max=16, help="Clips to choose from, for each source.", rich_help_panel=_LEARNED)
    ] = 1,
) -> None:
    """Make a scene of a picture: sources with directions and metres, clips, headphone audio and pictures.

    Examples:

      sonorama generate street.jpg --out street

      sonorama generate square.jpg --out square --top 8 --camera-height-m 1.6

      sonorama generate photo.jpg --out photo --hfov-deg 70 --clips my-recordings

      sonorama generate street.jpg --out street --sources by-hand.json --top 0

      sonorama generate street.jpg --out street --preset full --max-memory 8GB --accept-licences

      sonorama generate street.jpg --out st --preset full --describe-url http://127.0.0.1:11434 --describe-model llava
    """
    from rich.console import Console

    from server import presets
    from server.library import SceneFolder
    from server.pipeline.given import read_given
    from server.pipeline.image import read_picture
    from server.pipeline.settings import Settings

    settings = Settings(views=views, top=top, camera_height_m=camera_height_m, duration_s=duration_s, seed=seed)
    given = read_given(sources) if sources else ()
    picture = read_picture(image, hfov_deg=hfov_deg)
    folder, console, learned, plan = SceneFolder(out), Console(stderr=True), None, None
    presets.check(preset)
    if preset != "embedded":
        from server.models.choices import Learned

        learned = Learned(
            device=device,
            dtype=dtype,
            max_memory=max_memory,
            model_dir=model_dir,
            models=tuple(model or ()),
            describe_url=describe_url,
            describe_model=describe_model,
            candidates=candidates,
        )
        plan = _prepared(preset, learned, accept_licences=accept_licences, console=console)
    stages = presets.stages(preset, clips=clips, learned=learned, plan=plan)
    made_scene(picture, folder, settings=settings, stages=stages, given=given, console=console)


def _prepared(preset: str, learned: Learned, *, accept_licences: bool, console: Console) -> Plan:
    """What a preset takes, told, and brought here where it isn't."""
    from server.cli.fetching import prepare
    from server.models.choices import planned

    plan = planned(preset, learned)
    prepare(plan, learned.folder, accept_licences=accept_licences, console=console)
    return plan


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
