"""Which scenes a client hears about, and how a scene in the making comes along."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from protocol.messages import Event, StageAdvanced, StageFinished, StageStarted
from protocol.wire.base import WIRE, Codec, Line, SceneId, Sender, WireMessage, Word


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Subscribe(WireMessage):
    """Tell me of this scene: a snapshot, then changes. Again: with another delivery, and a new snapshot."""

    sender: ClassVar[Sender] = "client"
    is_command: ClassVar[bool] = True

    type: Literal["subscribe"] = "subscribe"
    scene_id: SceneId
    delivery: Literal["http", "stream"] = "http"
    """http: the client fetches clips from their URLs. stream: each clip comes here as soon as it exists."""
    codec: Codec | None = None
    """For streamed clips; None: the first of ``welcome.codecs``."""

    @property
    def key(self) -> str | None:
        """The newest wish about a scene."""
        return f"subscription/{self.scene_id}"


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Unsubscribe(WireMessage):
    """Tell me no more of this scene."""

    sender: ClassVar[Sender] = "client"
    is_command: ClassVar[bool] = True

    type: Literal["unsubscribe"] = "unsubscribe"
    scene_id: SceneId

    @property
    def key(self) -> str | None:
        """The newest wish about a scene."""
        return f"subscription/{self.scene_id}"


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SceneProgress(WireMessage):
    """How far one stage of the making has come."""

    sender: ClassVar[Sender] = "server"

    type: Literal["scene_progress"] = "scene_progress"
    scene_id: SceneId
    stage: Word
    """views, propose, ground, distance, locate, voice, or one that's newer."""
    state: Literal["running", "finished"]
    done: Annotated[int, Field(ge=0)]
    steps: Annotated[int, Field(ge=0)]

    @property
    def key(self) -> str | None:
        """The newest word on a stage is all that matters."""
        return f"scene/{self.scene_id}/progress/{self.stage}"


def scene_progress(event: Event, *, scene_id: str) -> SceneProgress | None:
    """What the wire says of a pipeline's event; None where it's about something other than progress."""
    match event:
        case StageStarted(stage=stage, steps=steps):
            return SceneProgress(scene_id=scene_id, stage=stage, state="running", done=0, steps=steps)
        case StageAdvanced(stage=stage, done=done, steps=steps):
            return SceneProgress(scene_id=scene_id, stage=stage, state="running", done=done, steps=steps)
        case StageFinished(stage=stage):
            return SceneProgress(scene_id=scene_id, stage=stage, state="finished", done=0, steps=0)
        case _:
            return None


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SceneReady(WireMessage):
    """The scene is complete: what changes from now on, somebody changes."""

    sender: ClassVar[Sender] = "server"

    type: Literal["scene_ready"] = "scene_ready"
    scene_id: SceneId

    @property
    def key(self) -> str | None:
        """A scene is finished once."""
        return f"scene/{self.scene_id}/ready"


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Notice(WireMessage):
    """Something that a person should know, and that stops nothing."""

    sender: ClassVar[Sender] = "server"

    type: Literal["notice"] = "notice"
    text: Line
    scene_id: SceneId | None = None
