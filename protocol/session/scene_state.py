"""What is known of one scene: messages in, a snapshot out. A server keeps the truth in one, a client its image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import assert_never

from protocol.wire import (
    AnyMessage,
    ListenerLeft,
    ListenerPose,
    SceneMessage,
    SceneProgress,
    SceneReady,
    SceneRemoved,
    SceneSnapshot,
    SourceAdded,
    SourceMoved,
    SourceRemoved,
    SourceUpdated,
)
from protocol.wire.sources import SourceMove, SourceState


class SceneState:
    """One scene's sources, as the messages so far have it.

    Args:
        snapshot: where to begin.
    """

    def __init__(self, snapshot: SceneSnapshot) -> None:
        self._head = replace(snapshot, sources=())
        self._sources = {source.id: source for source in snapshot.sources}
        self._progress: dict[str, SceneProgress] = {}
        self._listeners: dict[str, ListenerPose] = {}

    @property
    def sources(self) -> Mapping[str, SourceState]:
        """The sources under their ids, in the order in which they came."""
        return MappingProxyType(self._sources)

    @property
    def progress(self) -> Mapping[str, SceneProgress]:
        """The newest word on each stage of the making."""
        return MappingProxyType(self._progress)

    @property
    def listeners(self) -> Mapping[str, ListenerPose]:
        """The newest pose of each listener who shares it."""
        return MappingProxyType(self._listeners)

    @property
    def complete(self) -> bool:
        """Whether the scene has been made to its end."""
        return self._head.complete

    def snapshot(self, *, at_s: float) -> SceneSnapshot:
        """All of the scene's sources at once; see ``initial_state`` for what goes with it."""
        return replace(self._head, at_s=at_s, sources=tuple(self._sources.values()))

    def initial_state(self, *, at_s: float) -> tuple[AnyMessage, ...]:
        """What to publish wherever a snapshot is wanted: it, how far the making has come, and who listens."""
        making = () if self.complete else self._progress.values()
        return (self.snapshot(at_s=at_s), *making, *self._listeners.values())

    def apply(self, message: AnyMessage) -> None:
        """Take a message in. Those about other scenes, and moves of unknown sources, change nothing."""
        if isinstance(message, SceneMessage) and message.scene_id == self._head.scene_id:
            self._apply(message)

    def _apply(self, message: SceneMessage) -> None:
        match message:
            case SceneSnapshot():
                self._head = replace(message, sources=())
                self._sources = {source.id: source for source in message.sources}
                self._progress.clear()
                self._listeners.clear()
            case SourceAdded(source=source) | SourceUpdated(source=source):
                self._sources[source.id] = source
            case SourceMoved(moves=moves):
                for move in moves:
                    self._move(move)
            case SourceRemoved(source_id=source_id):
                self._sources.pop(source_id, None)
            case SceneReady():
                self._head = replace(self._head, complete=True)
            case SceneRemoved():
                self._sources.clear()
                self._progress.clear()
                self._listeners.clear()
            case SceneProgress(stage=stage):
                self._progress[stage] = message
            case ListenerPose(listener_id=listener_id):
                # A client's own pose has no id, and is for the server alone.
                if listener_id is not None:
                    self._listeners[listener_id] = message
            case ListenerLeft(listener_id=listener_id):
                self._listeners.pop(listener_id, None)
            case _:
                assert_never(message)

    def _move(self, move: SourceMove) -> None:
        source = self._sources.get(move.source_id)
        if source is not None:
            self._sources[move.source_id] = replace(
                source, azimuth_deg=move.azimuth_deg, elevation_deg=move.elevation_deg, distance_m=move.distance_m
            )
