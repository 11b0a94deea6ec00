"""Which scenes a client hears about, and how a scene in the making comes along."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import Field
from pydantic.dataclasses import dataclass

from protocol.events import StageAdvanced, StageFinished, StageStarted
from protocol.message import WIRE, SceneId, Sender, WireMessage
from protocol.wire.base import Codec, Word


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Subscribe(WireMessage):
    """Tell me of this scene: a snapshot, then changes. Again: with another delivery, and a new snapshot."""

    sender: ClassVar[Sender] = "client"
    is_command: ClassVar[bool] = True
    # The newest word on a subscription counts.
    key_template: ClassVar[str | None] = "subscription/{scene_id}"

    type: Literal["subscribe"] = "subscribe"
    scene_id: SceneId
    delivery: Literal["http", "stream"] = "http"
    """http: the client fetches clips from their URLs. stream: each clip comes here as soon as it exists."""
    codec: Codec | None = None
    """For streamed clips; None: the first of ``welcome.codecs``."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Unsubscribe(WireMessage):
    """Tell me no more of this scene."""

    sender: ClassVar[Sender] = "client"
    is_command: ClassVar[bool] = True
    # The newest word on a subscription counts.
    key_template: ClassVar[str | None] = "subscription/{scene_id}"

    type: Literal["unsubscribe"] = "unsubscribe"
    scene_id: SceneId


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SceneProgress(WireMessage):
    """How far one stage of the making has come."""

    sender: ClassVar[Sender] = "server"
    # The newest word on a stage is all that matters.
    key_template: ClassVar[str | None] = "scene/{scene_id}/progress/{stage}"

    type: Literal["scene_progress"] = "scene_progress"
    scene_id: SceneId
    stage: Word
    """views, propose, ground, distance, locate, voice, or one that's newer."""
    state: Literal["running", "finished"]
    done: Annotated[int, Field(ge=0)]
    steps: Annotated[int, Field(ge=0)]


def scene_progress(event: StageStarted | StageAdvanced | StageFinished, *, scene_id: str) -> SceneProgress:
    """What a listener is sent of a stage's beginning, advance or end."""
    match event:
        case StageStarted(stage=stage, steps=steps):
            return SceneProgress(scene_id=scene_id, stage=stage, state="running", done=0, steps=steps)
        case StageAdvanced(stage=stage, done=done, steps=steps):
            return SceneProgress(scene_id=scene_id, stage=stage, state="running", done=done, steps=steps)
        case StageFinished(stage=stage):
            return SceneProgress(scene_id=scene_id, stage=stage, state="finished", done=0, steps=0)
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SceneReady(WireMessage):
    """The scene is complete: what changes from now on, somebody changes."""

    sender: ClassVar[Sender] = "server"
    # A scene is finished once.
    key_template: ClassVar[str | None] = "scene/{scene_id}/ready"

    type: Literal["scene_ready"] = "scene_ready"
    scene_id: SceneId
