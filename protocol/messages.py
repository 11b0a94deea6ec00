"""What the pipeline tells while it works. The progress bar, the wire and the page consume the same events.

Each message has a redundancy ``key``: of two messages with the same key, the newer says all that the older said, so
whoever falls behind needs only the newest for each key. None marks a message that nothing replaces.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from protocol.scene import STRICT, Clip, Scene, Source

Stage = Literal["views", "propose", "ground", "distance", "locate", "voice"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class StageStarted:
    """A stage begins, and will take this many steps."""

    type: Literal["stage_started"] = "stage_started"
    stage: Stage
    steps: Annotated[int, Field(ge=0)]
    identity: str = ""
    """name@revision of what runs the stage."""

    @property
    def key(self) -> str | None:
        """The newest word on a stage is all that matters."""
        return f"stage:{self.stage}"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class StageAdvanced:
    """A stage has done this many of its steps."""

    type: Literal["stage_advanced"] = "stage_advanced"
    stage: Stage
    done: Annotated[int, Field(ge=0)]
    steps: Annotated[int, Field(ge=0)]

    @property
    def key(self) -> str | None:
        """The newest word on a stage is all that matters."""
        return f"stage:{self.stage}"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class StageFinished:
    """A stage is done; ``reused`` says that an earlier run had done it."""

    type: Literal["stage_finished"] = "stage_finished"
    stage: Stage
    reused: bool

    @property
    def key(self) -> str | None:
        """The newest word on a stage is all that matters."""
        return f"stage:{self.stage}"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SourceLocated:
    """A source has a direction and a distance, and as yet no clip."""

    type: Literal["source_located"] = "source_located"
    source: Source

    @property
    def key(self) -> str | None:
        """The newest word on a source is all that matters."""
        return f"source:{self.source.id}"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ClipReady:
    """A source has its clip; ``reused`` says that an earlier run had made it."""

    type: Literal["clip_ready"] = "clip_ready"
    source_id: str
    clip: Clip
    reused: bool

    @property
    def key(self) -> str | None:
        """The newest clip of a source replaces the one before."""
        return f"clip:{self.source_id}"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Notice:
    """Something that a person should know, and that stops nothing."""

    type: Literal["notice"] = "notice"
    text: str

    @property
    def key(self) -> str | None:
        """Nothing replaces a notice."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SceneReady:
    """The scene is complete."""

    type: Literal["scene_ready"] = "scene_ready"
    scene: Scene

    @property
    def key(self) -> str | None:
        """There is one finished scene."""
        return "scene"


Event = StageStarted | StageAdvanced | StageFinished | SourceLocated | ClipReady | Notice | SceneReady
