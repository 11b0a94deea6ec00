"""One scene as it is heard now: what is played, muted and moved, beyond what lies on the disk.

What HTTP changes is on the disk and stays. What clients ask for over their sockets is for those who listen together,
and lasts until the server forgets the scene.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from protocol.coordinates import polar_from_scene
from protocol.errors import WireError
from protocol.messages import (
    ClipReady,
    Notice,
    SceneReady,
    SourceLocated,
    StageAdvanced,
    StageFinished,
    StageStarted,
)
from protocol.scene import Clip, Scene, Source
from protocol.scene_state import SceneState
from protocol.track_position import track_position_m
from protocol.wire import (
    AnyMessage,
    ErrorMessage,
    Mute,
    Play,
    SceneSnapshot,
    SetSource,
    SourceAdded,
    SourceMoved,
    SourcePath,
    SourceUpdated,
    Stop,
)
from protocol.wire import Notice as WireNotice
from protocol.wire import SceneReady as WireSceneReady
from protocol.wire import SourceRemoved as WireSourceRemoved
from protocol.wire.sources import ClipReference, SourceMove, SourceState, SourceTrack, source_state
from protocol.wire.subscription import scene_progress
from server.api.changes import JobChanged, SceneRemoved, SourceChanged, SourceRemoved
from server.api.hub import Message

Command = Play | Stop | Mute | SetSource | SourcePath

# How high a camera is while a scene in the making doesn't say so yet.
_CAMERA_HEIGHT_M = 2.5
# Nearer than this, a source on a way has no direction.
_NEAREST_M = 0.01


def clip_url(scene_id: str, clip: Clip) -> str:
    """Where a clip can be fetched."""
    return f"/v1/scenes/{scene_id}/clips/{clip.sha256}"


class LiveScene:
    """The truth about one scene, from which every client's image of it is made.

    Args:
        scene_id: of the scene in the library.
        scene: as it lies on the disk; None while it is being made.
        now_s: the server's time: what has a clip sounds from now on.
    """

    def __init__(self, scene_id: str, scene: Scene | None, *, now_s: float) -> None:
        self.scene_id = scene_id
        self._arrived: set[str] = set()
        self._state = SceneState(self._whole(scene, now_s))

    @property
    def state(self) -> SceneState:
        """The scene as the wire has it."""
        return self._state

    @property
    def is_moving(self) -> bool:
        """Whether a source is on its way."""
        return any(source.path and source.id not in self._arrived for source in self._state.sources.values())

    def introduction(self, now_s: float) -> tuple[AnyMessage, ...]:
        """All that a client who joins now has to be told."""
        self.moves(now_s)
        return self._state.introduction(at_s=now_s)

    def clip(self, source_id: str) -> ClipReference:
        """What a source sounds like.

        Raises:
            WireError: there is no such source (``not_found``), or it has no clip yet (``unavailable``).
        """
        clip = self._source(source_id).clip
        if clip is None:
            raise _refused("has no clip yet", source_id, "wait for its source_updated", code="unavailable")
        return clip

    # ------------------------------------------------------------------------------------------------ what happens

    def heard(self, change: Message, now_s: float) -> list[AnyMessage]:
        """What clients are to be told of a change in the library, which is taken in."""
        return self._applied(self._messages(change, now_s))

    def _messages(self, change: Message, now_s: float) -> Iterator[AnyMessage]:
        match change:
            case SourceLocated(source=source) | SourceChanged(source=source):
                yield self._told(source, now_s)
            case ClipReady(source_id=source_id, clip=clip):
                known = self._state.sources.get(source_id)
                if known is not None:
                    yield SourceUpdated(scene_id=self.scene_id, source=self._voiced(known, clip, now_s))
            case SceneReady(scene=scene):
                # Only now is it known how high the camera was.
                yield replace(
                    self._whole(scene, now_s),
                    sources=tuple(self._told(source, now_s).source for source in scene.sources),
                )
                yield WireSceneReady(scene_id=self.scene_id)
            case SourceRemoved(source_id=source_id):
                yield WireSourceRemoved(scene_id=self.scene_id, source_id=source_id)
            case SceneRemoved():
                yield ErrorMessage(code="not_found", message="the scene was deleted", scene_id=self.scene_id)
            case Notice(text=text):
                yield WireNotice(text=text[:512], scene_id=self.scene_id)
            case JobChanged(job=job) if job.problem is not None:
                yield WireNotice(text=f"a job failed: {job.problem.what}"[:512], scene_id=self.scene_id)
            case StageStarted() | StageAdvanced() | StageFinished():
                progress = scene_progress(change, scene_id=self.scene_id)
                if progress is not None:
                    yield progress
            case _:
                pass

    # ------------------------------------------------------------------------------------------------ what is asked

    def obeyed(self, command: Command, now_s: float) -> list[AnyMessage]:
        """What clients are to be told of a command that is carried out.

        Raises:
            WireError: there is no such source, or it can't do that (``not_found``, ``unavailable``, ``bad_input``).
        """
        return self._applied(iter(self._answers(command, now_s)))

    def _answers(self, command: Command, now_s: float) -> list[AnyMessage]:
        match command:
            case Play(source_id=None, at_s=at_s):
                at_s = now_s if at_s is None else at_s
                voiced = [source for source in self._state.sources.values() if source.clip is not None]
                return [self._updated(source, playing_since_s=at_s) for source in voiced]
            case Stop(source_id=None):
                return [self._updated(source, playing_since_s=None) for source in self._state.sources.values()]
            case _:
                source = self._source(command.source_id or "")
        match command:
            case Play(at_s=at_s):
                self.clip(source.id)
                return [self._updated(source, playing_since_s=now_s if at_s is None else at_s)]
            case Stop():
                return [self._updated(source, playing_since_s=None)]
            case Mute(muted=muted):
                return [self._updated(source, muted=muted)]
            case SourcePath(path=path):
                _check_has_place(source)
                self._arrived.discard(source.id)
                return [self._updated(self._where(source, now_s), path=path)]
            case SetSource():
                return [self._set(source, command, now_s)]

    def _set(self, source: SourceState, wish: SetSource, now_s: float) -> AnyMessage:
        place = {
            name: value
            for name in ("azimuth_deg", "elevation_deg", "distance_m")
            if (value := getattr(wish, name)) is not None
        }
        rest = {
            name: value
            for name in ("label", "level_db_spl_1m", "gain_db")
            if (value := getattr(wish, name)) is not None
        }
        if place:
            _check_has_place(source)
        if place and not rest and source.path is None:
            moved = replace(source, **place)
            return SourceMoved(scene_id=self.scene_id, at_s=now_s, moves=(_move(moved),))
        if place:
            # Whoever takes a source by the hand takes it off its way.
            source = replace(self._where(source, now_s), path=None)
        return self._updated(source, **place, **rest)

    # ------------------------------------------------------------------------------------------------ what moves

    def moves(self, now_s: float) -> SourceMoved | None:
        """Where those are now who are on their way; None where nobody is."""
        moving = [source for source in self._state.sources.values() if source.path and source.id not in self._arrived]
        if not moving:
            return None
        places_m = np.array([track_position_m(source.path, now_s) for source in moving if source.path is not None])
        azimuth_deg, elevation_deg, distance_m = polar_from_scene(places_m)
        distance_m = np.maximum(distance_m, _NEAREST_M)
        moves = tuple(
            SourceMove(source_id=source.id, azimuth_deg=azimuth, elevation_deg=elevation, distance_m=distance)
            for source, azimuth, elevation, distance in zip(
                moving, azimuth_deg.tolist(), elevation_deg.tolist(), distance_m.tolist(), strict=True
            )
        )
        self._arrived |= {source.id for source in moving if source.path and _is_over(source.path, now_s)}
        message = SourceMoved(scene_id=self.scene_id, at_s=now_s, moves=moves)
        self._state.apply(message)
        return message

    def _where(self, source: SourceState, now_s: float) -> SourceState:
        """The source at the place that it has reached."""
        if source.path is None:
            return source
        azimuth_deg, elevation_deg, distance_m = polar_from_scene(track_position_m(source.path, now_s))
        return replace(
            source,
            azimuth_deg=float(azimuth_deg),
            elevation_deg=float(elevation_deg),
            distance_m=max(float(distance_m), _NEAREST_M),
        )

    # ------------------------------------------------------------------------------------------------ inside

    def _applied(self, messages: Iterator[AnyMessage]) -> list[AnyMessage]:
        told = []
        for message in messages:
            self._state.apply(message)
            told.append(message)
        return told

    def _source(self, source_id: str) -> SourceState:
        source = self._state.sources.get(source_id)
        if source is None:
            raise _refused("there is no such source", source_id, "look into the snapshot", code="not_found")
        return source

    def _updated(self, source: SourceState, **changes: Any) -> SourceUpdated:
        return SourceUpdated(scene_id=self.scene_id, source=replace(source, **changes))

    def _told(self, source: Source, now_s: float) -> SourceAdded | SourceUpdated:
        """A source as the library has it, with what was asked of it over the wire."""
        known = self._state.sources.get(source.id)
        if known is None:
            return SourceAdded(scene_id=self.scene_id, source=self._new(source, now_s))
        fresh = replace(self._new(source, now_s), gain_db=known.gain_db, path=known.path)
        if known.clip is not None and fresh.clip is not None and known.clip.sha256 == fresh.clip.sha256:
            fresh = replace(fresh, playing_since_s=known.playing_since_s)
        return SourceUpdated(scene_id=self.scene_id, source=self._where(fresh, now_s))

    def _new(self, source: Source, now_s: float) -> SourceState:
        """A source as the library has it, which sounds from now on."""
        url = None if source.clip is None else clip_url(self.scene_id, source.clip)
        return replace(
            source_state(source, clip_url=url),
            muted=source.muted,
            playing_since_s=None if source.clip is None else now_s,
        )

    def _voiced(self, known: SourceState, clip: Clip, now_s: float) -> SourceState:
        """A source whose clip has come: it sounds at once, unless it was this that sounded already."""
        reference = ClipReference(
            url=clip_url(self.scene_id, clip),
            sha256=clip.sha256,
            sample_rate_hz=clip.sample_rate_hz,
            duration_s=clip.duration_s,
            loop=clip.loop,
        )
        same_sound = known.clip is not None and known.clip.sha256 == clip.sha256
        return replace(known, clip=reference, playing_since_s=known.playing_since_s if same_sound else now_s)

    def _whole(self, scene: Scene | None, now_s: float) -> SceneSnapshot:
        if scene is None:
            return SceneSnapshot(
                scene_id=self.scene_id, at_s=now_s, complete=False, camera_height_m=_CAMERA_HEIGHT_M, sources=()
            )
        return SceneSnapshot(
            scene_id=self.scene_id,
            at_s=now_s,
            complete=True,
            camera_height_m=scene.listener.camera_height_m,
            heading_deg=scene.listener.heading_deg,
            setting=scene.environment.setting,
            image_url=f"/v1/scenes/{self.scene_id}/pictures/panorama",
            sources=tuple(self._new(source, now_s) for source in scene.sources),
        )


def _move(source: SourceState) -> SourceMove:
    return SourceMove(
        source_id=source.id,
        azimuth_deg=source.azimuth_deg,
        elevation_deg=source.elevation_deg,
        distance_m=source.distance_m or _NEAREST_M,
    )


def _is_over(track: SourceTrack, now_s: float) -> bool:
    """Whether a source has come to the end of its way, where it stays."""
    return not track.loop and now_s - track.begins_at_s >= track.keyframes[-1].time_s


def _check_has_place(source: SourceState) -> None:
    if source.kind == "ambient":
        raise _refused("is all around and has no place", source.id, "move another source", code="bad_input")


def _refused(what: str, source_id: str, remedy: str, *, code: str) -> WireError:
    return WireError(what, where=f"source {source_id}", remedy=remedy, code=code)
