"""One scene as it is heard now: what is played, muted and moved, and who listens, beyond what lies on the disk.

What HTTP changes is on the disk and stays. What clients ask for over their sockets is for those who listen together,
and lasts until the server forgets the scene, unless it's kept: see :mod:`server.api.streaming.keeping`.

There are three places where a scene's state can be, each for what the others don't have: ``scene.json`` on the disk
has a finished scene, the hub's retained events have a scene in the making, and the ``SceneState`` here has all that is
live. It is made from the first two, and everything that subscribers are sent goes through it, so that who comes late
knows as much as who was there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, assert_never

from protocol.errors import WireError
from protocol.events import (
    ClipReady,
    Notice,
    SceneFinished,
    SceneRemoved,
    SourceChanged,
    SourceLocated,
    SourceRemoved,
    StageAdvanced,
    StageFinished,
    StageStarted,
)
from protocol.scene import Clip, Scene, Source
from protocol.session.scene_state import SceneState
from protocol.wire import (
    AnyMessage,
    Command,
    Keep,
    ListenerLeft,
    ListenerPose,
    Mute,
    Play,
    SceneReady,
    SceneSnapshot,
    SetSource,
    SourceAdded,
    SourceMoved,
    SourcePath,
    SourceUpdated,
    Stop,
)
from protocol.wire.sources import ClipReference, SourceState
from protocol.wire.subscription import scene_progress
from server.api.scenes.events import AnyEvent, JobChanged
from server.api.streaming.keeping import with_level_kept, with_what_is_live
from server.api.streaming.library_sources import fetchable_clip, snapshot_of, sounding_source
from server.api.streaming.motion import current_place, is_over, placed_on_track, track_moves


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
        self._state = SceneState(snapshot_of(scene_id, scene, at_s=now_s))
        self._kept = {} if scene is None else {source.id: source for source in scene.sources}
        """The sources as the library had them last."""

    @property
    def state(self) -> SceneState:
        """The scene as the wire has it."""
        return self._state

    @property
    def is_moving(self) -> bool:
        """Whether a source is on its way."""
        return bool(self._moving())

    def snapshot(self, now_s: float) -> SceneSnapshot:
        """All sources as they are now."""
        self.move(now_s)
        return self._state.snapshot(at_s=now_s)

    def initial_state(self, now_s: float) -> tuple[AnyMessage, ...]:
        """All that a client who joins now has to be sent."""
        self.move(now_s)
        return self._state.initial_state(at_s=now_s)

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

    def receive(self, event: AnyEvent, now_s: float) -> list[AnyMessage]:
        """Take in an event of the library; returns what clients are to be sent of it."""
        return self._apply(self._messages(event, now_s))

    def _messages(self, event: AnyEvent, now_s: float) -> Iterator[AnyMessage]:
        match event:
            case SourceLocated(source=source) | SourceChanged(source=source):
                yield self._announcement(source, now_s)
            case ClipReady(source_id=source_id, clip=clip):
                known = self._state.sources.get(source_id)
                if known is not None:
                    yield SourceUpdated(scene_id=self.scene_id, source=self._voiced(known, clip, now_s))
            case SceneFinished(scene=scene):
                yield from self._finished(scene, now_s)
            case SourceRemoved(source_id=source_id):
                self._kept.pop(source_id, None)
                yield event
            case SceneRemoved():
                self._kept.clear()
                yield event
            case Notice():
                yield replace(event, scene_id=self.scene_id)
            case JobChanged(job=job):
                if job.problem is not None:
                    yield Notice(text=f"a job failed: {job.problem.what}", scene_id=self.scene_id)
            case StageStarted() | StageAdvanced() | StageFinished():
                yield scene_progress(event, scene_id=self.scene_id)
            case _:
                assert_never(event)

    def _finished(self, scene: Scene, now_s: float) -> Iterator[AnyMessage]:
        # Only now is it known how high the camera was: all of the scene is sent again, which voids what clients know of
        # its listeners.
        listeners = tuple(self._state.listeners.values())
        yield replace(
            snapshot_of(self.scene_id, scene, at_s=now_s),
            sources=tuple(self._announcement(source, now_s).source for source in scene.sources),
        )
        yield from listeners
        yield SceneReady(scene_id=self.scene_id)

    # ------------------------------------------------------------------------------------------------ who listens

    def share_pose(self, pose: ListenerPose, *, listener_id: str) -> list[AnyMessage]:
        """Take in the pose of a listener who shares it; returns what the others are to be sent.

        Args:
            pose: as the listener sent it.
            listener_id: what the others call the listener.
        """
        return self._apply([replace(pose, share=True, listener_id=listener_id)])

    def remove_listener(self, listener_id: str) -> list[AnyMessage]:
        """Forget a listener who is gone; returns what the others are to be sent, if the listener had shared a pose."""
        if listener_id not in self._state.listeners:
            return []
        return self._apply([ListenerLeft(scene_id=self.scene_id, listener_id=listener_id)])

    # ------------------------------------------------------------------------------------------------ what is asked

    def apply(self, command: Command, now_s: float) -> list[AnyMessage]:
        """Carry out a command; returns what clients are to be sent.

        Raises:
            WireError: there is no such source, or it can't do that (``not_found``, ``unavailable``, ``bad_input``).
        """
        return self._apply(self._answers(command, now_s))

    def _answers(self, command: Command, now_s: float) -> list[AnyMessage]:
        match command:
            case Play(source_id=None, at_s=at_s):
                at_s = now_s if at_s is None else at_s
                voiced = [source for source in self._state.sources.values() if source.clip is not None]
                return [self._updated(source, playing_since_s=at_s) for source in voiced]
            case Stop(source_id=None):
                return [self._updated(source, playing_since_s=None) for source in self._state.sources.values()]
            case Keep(source_id=None):
                return []
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
                return [self._updated(placed_on_track(source, now_s), path=path)]
            case SetSource():
                return [self._set(source, command, now_s)]
            case Keep():
                return []
            case _:
                assert_never(command)

    def _set(self, source: SourceState, command: SetSource, now_s: float) -> AnyMessage:
        place = _given(command, "azimuth_deg", "elevation_deg", "distance_m")
        rest = _given(command, "label", "level_db_spl_1m", "gain_db")
        if place:
            _check_has_place(source)
        if place and not rest and source.path is None:
            move = current_place(replace(source, **place))
            return SourceMoved(scene_id=self.scene_id, at_s=now_s, moves=(move,))
        if place:
            # A source that is put somewhere leaves its path.
            source = replace(placed_on_track(source, now_s), path=None)
        return self._updated(source, **place, **rest)

    def take_kept(self, scene: Scene, *, source_id: str | None, names: frozenset[str]) -> list[AnyMessage]:
        """Know that what was live of a source, or of all, is on the disk now; returns what clients are to be sent.

        Args:
            scene: as it was just written.
            source_id: which source; None for all of them.
            names: which of its fields.
        """
        kept = [source for source in scene.sources if source_id in (None, source.id) and source.id in self._kept]
        self._kept |= {source.id: source for source in kept}
        if "level_db_spl_1m" not in names:
            return []
        known = [(self._state.sources[source.id], source) for source in kept if source.id in self._state.sources]
        levelled = [with_level_kept(live, source.level_db_spl_1m) for live, source in known]
        return self._apply(
            SourceUpdated(scene_id=self.scene_id, source=after)
            for (before, _), after in zip(known, levelled, strict=True)
            if after != before
        )

    # ------------------------------------------------------------------------------------------------ what moves

    def move(self, now_s: float) -> SourceMoved | None:
        """Take sources on to where their paths lead; returns the moves, or None where nothing is on its way."""
        moving = self._moving()
        if not moving:
            return None
        self._arrived |= {source.id for source in moving if source.path and is_over(source.path, now_s)}
        message = SourceMoved(scene_id=self.scene_id, at_s=now_s, moves=track_moves(moving, now_s))
        self._state.apply(message)
        return message

    def _moving(self) -> list[SourceState]:
        return [source for source in self._state.sources.values() if source.path and source.id not in self._arrived]

    # ------------------------------------------------------------------------------------------------ inside

    def _apply(self, messages: Iterable[AnyMessage]) -> list[AnyMessage]:
        applied = []
        for message in messages:
            self._state.apply(message)
            applied.append(message)
        return applied

    def _source(self, source_id: str) -> SourceState:
        source = self._state.sources.get(source_id)
        if source is None:
            raise _refused("there is no such source", source_id, "look into the snapshot", code="not_found")
        return source

    def _updated(self, source: SourceState, **changes: Any) -> SourceUpdated:
        return SourceUpdated(scene_id=self.scene_id, source=replace(source, **changes))

    def _announcement(self, source: Source, now_s: float) -> SourceAdded | SourceUpdated:
        """A source as the library has it, with what was asked of it over the wire."""
        known, before = self._state.sources.get(source.id), self._kept.get(source.id)
        self._kept[source.id] = source
        fresh = sounding_source(self.scene_id, source, since_s=now_s)
        if known is None:
            return SourceAdded(scene_id=self.scene_id, source=fresh)
        fresh = replace(fresh, gain_db=known.gain_db, path=known.path)
        if before is not None:
            fresh = with_what_is_live(fresh, known, since=sounding_source(self.scene_id, before, since_s=now_s))
        if fresh.clip is None:
            # No source loses its clip: this event is older than the clip that is known.
            fresh = replace(fresh, clip=known.clip)
        if known.clip is not None and fresh.clip is not None and known.clip.sha256 == fresh.clip.sha256:
            fresh = replace(fresh, playing_since_s=known.playing_since_s)
        return SourceUpdated(scene_id=self.scene_id, source=placed_on_track(fresh, now_s))

    def _voiced(self, known: SourceState, clip: Clip, now_s: float) -> SourceState:
        """A source whose clip has come: it sounds at once, unless it was this that sounded already."""
        same_sound = known.clip is not None and known.clip.sha256 == clip.sha256
        return replace(
            known,
            clip=fetchable_clip(self.scene_id, clip),
            playing_since_s=known.playing_since_s if same_sound else now_s,
        )


def _given(command: SetSource, *names: str) -> dict[str, Any]:
    """The fields of a command that aren't None."""
    return {name: value for name in names if (value := getattr(command, name)) is not None}


def _check_has_place(source: SourceState) -> None:
    if source.kind == "ambient":
        raise _refused("is all around and has no place", source.id, "move another source", code="bad_input")


def _refused(what: str, source_id: str, remedy: str, *, code: str) -> WireError:
    return WireError(what, where=f"source {source_id}", remedy=remedy, code=code)
