"""A scene of the library as the wire has it when it begins to be live."""

from __future__ import annotations

from dataclasses import replace

from protocol.scene import Clip, Scene, Source
from protocol.wire import SceneSnapshot
from protocol.wire.sources import ClipReference, SourceState, clip_reference, source_state

# How high a camera is while a scene in the making doesn't say so yet.
_CAMERA_HEIGHT_M = 2.5


def clip_url(scene_id: str, clip: Clip) -> str:
    """Where a clip can be fetched."""
    return f"/v1/scenes/{scene_id}/clips/{clip.sha256}"


def fetchable_clip(scene_id: str, clip: Clip) -> ClipReference:
    """A clip with the URL at which it can be fetched."""
    return clip_reference(clip, url=clip_url(scene_id, clip))


def sounding_source(scene_id: str, source: Source, *, since_s: float) -> SourceState:
    """A source as the library has it, whose clip, if it has one, sounds from a time on.

    Args:
        scene_id: of its scene in the library.
        source: as it lies on disk.
        since_s: the server time at which its clip begins.
    """
    return replace(
        source_state(source, clip_url=None if source.clip is None else clip_url(scene_id, source.clip)),
        muted=source.muted,
        playing_since_s=None if source.clip is None else since_s,
    )


def snapshot_of(scene_id: str, scene: Scene | None, *, at_s: float) -> SceneSnapshot:
    """All of a scene of the library, sounding from now on.

    Args:
        scene_id: of the scene in the library.
        scene: as it lies on the disk; None while it is being made.
        at_s: the server's time.
    """
    if scene is None:
        return SceneSnapshot(scene_id=scene_id, at_s=at_s, complete=False, camera_height_m=_CAMERA_HEIGHT_M, sources=())
    return SceneSnapshot(
        scene_id=scene_id,
        at_s=at_s,
        complete=True,
        camera_height_m=scene.listener.camera_height_m,
        heading_deg=scene.listener.heading_deg,
        setting=scene.environment.setting,
        image_url=f"/v1/scenes/{scene_id}/pictures/panorama",
        sources=tuple(sounding_source(scene_id, source, since_s=at_s) for source in scene.sources),
    )
