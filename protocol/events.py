"""What happens on the journey of a picture and to a scene, each declared once.

The progress bar, the server-sent events, the wire and the page all read these. ``Notice``, ``SourceRemoved`` and
``SceneRemoved`` are messages of the wire themselves. Of the other events the wire sends what a listener needs to play
the scene (see :mod:`protocol.wire.sources`), or, of a stage, how far it is
(:class:`protocol.wire.subscription.SceneProgress`).

``scene_id`` is the scene's id in a library; None as long as there is none, as on the command line.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from protocol.message import WIRE, Message, SceneId, Sender, SourceId, WireMessage
from protocol.scene import STRICT, Clip, Scene, Source

Stage = Literal["views", "propose", "ground", "distance", "locate", "voice", "look", "align", "fuse"]
"""The last three are those of a place: looking at each of its pictures, aligning these, and fusing what they told."""

MAX_NOTICE_CHARACTERS = 512

# What has the same key says the same thing anew: the newest word on a stage or a source is all that matters.
_STAGE_KEY = "scene/{scene_id}/progress/{stage}"
_SOURCE_KEY = "scene/{scene_id}/source/{source.id}/whole"
_SCENE_KEY = "scene/{scene_id}/whole"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class StageStarted(Message):
    """A stage begins, and will take this many steps."""

    key_template: ClassVar[str | None] = _STAGE_KEY

    type: Literal["stage_started"] = "stage_started"
    stage: Stage
    steps: Annotated[int, Field(ge=0)]
    identity: str = ""
    """name@revision of what runs the stage."""
    scene_id: SceneId | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class StageAdvanced(Message):
    """A stage has done this many of its steps."""

    key_template: ClassVar[str | None] = _STAGE_KEY

    type: Literal["stage_advanced"] = "stage_advanced"
    stage: Stage
    done: Annotated[int, Field(ge=0)]
    steps: Annotated[int, Field(ge=0)]
    scene_id: SceneId | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class StageFinished(Message):
    """A stage is done; ``reused`` says that an earlier run had done it."""

    key_template: ClassVar[str | None] = _STAGE_KEY

    type: Literal["stage_finished"] = "stage_finished"
    stage: Stage
    reused: bool
    scene_id: SceneId | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SourceLocated(Message):
    """A source has a direction and a distance, and as yet no clip."""

    key_template: ClassVar[str | None] = _SOURCE_KEY

    type: Literal["source_located"] = "source_located"
    source: Source
    scene_id: SceneId | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ClipReady(Message):
    """A source has its clip; ``reused`` says that an earlier run had made it."""

    key_template: ClassVar[str | None] = "scene/{scene_id}/source/{source_id}/clip"

    type: Literal["clip_ready"] = "clip_ready"
    source_id: str
    clip: Clip
    reused: bool
    scene_id: SceneId | None = None


def _shortened(text: Any) -> Any:
    return text[:MAX_NOTICE_CHARACTERS] if isinstance(text, str) else text


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class Notice(WireMessage):
    """Something that a person should know, and that stops nothing."""

    sender: ClassVar[Sender] = "server"

    type: Literal["notice"] = "notice"
    # A long list of names must not end the journey that it comes from: its end is cut off.
    text: Annotated[str, Field(min_length=1, max_length=MAX_NOTICE_CHARACTERS), BeforeValidator(_shortened)]
    scene_id: SceneId | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SceneFinished(Message):
    """The scene is complete, and can be read from where it is kept."""

    key_template: ClassVar[str | None] = _SCENE_KEY

    type: Literal["scene_ready"] = "scene_ready"
    scene: Scene
    scene_id: SceneId | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SourceChanged(Message):
    """A source of a finished scene was added or changed; this is all of it."""

    key_template: ClassVar[str | None] = _SOURCE_KEY

    type: Literal["source_changed"] = "source_changed"
    scene_id: SceneId
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SourceRemoved(WireMessage):
    """A source is gone; a client that doesn't know it does nothing."""

    sender: ClassVar[Sender] = "server"
    key_template: ClassVar[str | None] = "scene/{scene_id}/removed/{source_id}"
    # Whatever was to be told of it is pointless, and a source that a client doesn't know needn't be taken from it.
    culls_template: ClassVar[str | None] = "scene/{scene_id}/source/{source_id}/"
    undoes_template: ClassVar[str | None] = "scene/{scene_id}/source/{source_id}/added"

    type: Literal["source_removed"] = "source_removed"
    scene_id: SceneId
    source_id: SourceId


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class SceneRemoved(WireMessage):
    """The scene was deleted, and with it every subscription to it."""

    sender: ClassVar[Sender] = "server"
    # It takes the place of the finished scene.
    key_template: ClassVar[str | None] = _SCENE_KEY
    # Whatever was to be told of the scene is pointless.
    culls_template: ClassVar[str | None] = "scene/{scene_id}/"

    type: Literal["scene_removed"] = "scene_removed"
    scene_id: SceneId


Event = StageStarted | StageAdvanced | StageFinished | SourceLocated | ClipReady | Notice | SceneFinished
"""What happens on the journey of a picture."""

SceneChange = SourceChanged | SourceRemoved | SceneRemoved
"""What happens to a scene that is finished."""
