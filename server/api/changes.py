"""What is published when something changes, beside the events of a journey."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from protocol.messages import Event
from protocol.scene import STRICT, Source
from server.api.hub import Message
from server.api.jobs import Job


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class JobChanged:
    """A job began or ended."""

    type: Literal["job_changed"] = "job_changed"
    job: Job

    @property
    def key(self) -> str | None:
        """The newest word on a job is all that matters."""
        return f"job:{self.job.job_id}"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SourceChanged:
    """A source of a finished scene was added or changed; this is all of it."""

    type: Literal["source_changed"] = "source_changed"
    source: Source

    @property
    def key(self) -> str | None:
        """The newest word on a source is all that matters."""
        return f"source:{self.source.id}"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SourceRemoved:
    """A source of a finished scene is gone."""

    type: Literal["source_removed"] = "source_removed"
    source_id: str

    @property
    def key(self) -> str | None:
        """That it is gone is all that there is to say of it."""
        return f"source:{self.source_id}"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SceneRemoved:
    """The scene is gone."""

    type: Literal["scene_removed"] = "scene_removed"

    @property
    def key(self) -> str | None:
        """It takes the place of the finished scene."""
        return "scene"


AnyChange = Annotated[
    Event | JobChanged | SourceChanged | SourceRemoved | SceneRemoved,
    Field(discriminator="type"),
]
CHANGE: TypeAdapter[Message] = TypeAdapter(AnyChange)
