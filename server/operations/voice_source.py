"""One source of a finished scene gets another clip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protocol.errors import SceneError
from protocol.events import Event
from server.library import SceneFolder
from server.pipeline.settings import Settings


def voice_source(
    folder: SceneFolder, source_id: str, *, preset: str, prompt: str, duration_s: float, seed: int
) -> Iterator[Event]:
    """Make a clip for one source. The scene itself stays as it is: whoever owns it decides about its clips.

    Args:
        folder: of the scene.
        source_id: whose clip.
        preset: which voice makes it.
        prompt: what it is to sound like.
        duration_s: how long it is.
        seed: another seed, another bird.

    Yields:
        The events of the stage; ``ClipReady`` has the clip, which lies in the folder by then.

    Raises:
        SceneError: there is no finished scene, or no such source in it.
        SonoramaError: the clip can't be made or kept.
    """
    from server import presets
    from server.pipeline.voice import voiced

    sources = [source for source in folder.scene().sources if source.id == source_id]
    if not sources:
        raise SceneError("there is no such source", where=f"source {source_id}", remedy="add it again")
    yield from voiced(
        [replace(sources[0], prompt=prompt)],
        settings=Settings(duration_s=duration_s, seed=seed),
        stages=presets.stages(preset),
        cache=folder,
    )
