"""A picture becomes a scene in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.events import Event, SceneFinished
from server.library import SceneFolder
from server.pipeline.given import GivenSource
from server.pipeline.settings import Settings
from server.pipeline.views import Picture

if TYPE_CHECKING:
    from server.models.choices import Learned
    from server.models.plan import Plan
    from server.presets import OtherVoice


def make_scene(
    picture: Picture,
    folder: SceneFolder,
    *,
    preset: str,
    settings: Settings,
    given: Sequence[GivenSource] = (),
    clips: Path | None = None,
    voice: OtherVoice | None = None,
    learned: Learned | None = None,
    plan: Plan | None = None,
    with_mix: bool = False,
    replace: bool = False,
) -> Iterator[Event]:
    """Make the whole journey of a picture into a folder. What an earlier run made there is not made again.

    Beside the scene come the pictures of what was found and, if asked for, the mix for headphones.

    Args:
        picture: what to listen to.
        folder: of the scene; it is made.
        preset: which stages run.
        settings: what the user chose.
        given: sources by hand, beside those found.
        clips: a folder of the user's recordings, which go before what any voice would make.
        voice: one that goes before the preset's own.
        learned: which models, and where they run; None: as the command line has it by default.
        plan: what was planned for them, where it was.
        with_mix: whether a mix for headphones is made, too.
        replace: whether the folder may be another picture's scene, which is lost then.

    Yields:
        Events, in order; the last is ``SceneFinished``, once everything lies in the folder.

    Raises:
        SonoramaError: a stage can't do its work, or the folder can't be used, or is another picture's scene.
    """
    from server import presets
    from server.export.pictures import annotated_picture, depth_picture, radar_picture
    from server.files.atomic import replacing
    from server.library.attribution import write_attribution
    from server.perception.ground_plane.upright import upright
    from server.pipeline.flow import generate

    stages = presets.stages(preset, clips=clips, voice=voice, learned=learned, plan=plan)
    if not replace:
        folder.check_picture(picture)
    folder.prepare()
    folder.begin(picture)
    folder.keep_preset(preset)
    mixer_ready = _readied_mixer() if with_mix else None
    picture = upright(picture)
    for event in generate(picture, settings=settings, stages=stages, cache=folder, given=given):
        if isinstance(event, SceneFinished):
            # Announced below, once it can be read.
            finished = event
        else:
            yield event
    scene = finished.scene
    for name, image in {
        "annotated.jpg": annotated_picture(scene, picture, folder.proposals()),
        "radar.png": radar_picture(scene, picture.unseen),
        "depth.png": depth_picture(picture, folder.distance_maps()),
    }.items():
        with replacing(folder.path / name) as scratch:
            image.save(scratch)
    if mixer_ready and scene.sources:
        mixer_ready.result()
        from server.export.binaural import render
        from server.export.options import ExportOptions

        render(scene, folder.path, folder.path / "binaural.wav", ExportOptions())
    write_attribution(scene, folder.path)
    folder.save(scene)
    yield finished


def _readied_mixer() -> Future[None]:
    """What mixes, imported and with its head interpolated on a thread of its own: other stages hardly need Python."""
    aside = ThreadPoolExecutor(max_workers=1)
    ready = aside.submit(_ready_mixer)
    aside.shutdown(wait=False)
    return ready


def _ready_mixer() -> None:
    import server.export.binaural  # noqa: F401
    from server.export.heads import head_from
    from server.export.options import ExportOptions

    head_from(ExportOptions().hrtf)
