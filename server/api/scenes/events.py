"""All that is published of scenes and jobs: the events of :mod:`protocol.events`, and one that carries a job."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from protocol.events import Event, SceneChange
from protocol.message import Message
from protocol.scene import STRICT
from server.api.jobs.job import Job


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class JobChanged(Message):
    """A job began or ended."""

    # The newest word on a job is all that matters.
    key_template: ClassVar[str | None] = "job/{job.job_id}"

    type: Literal["job_changed"] = "job_changed"
    job: Job


AnyEvent = Event | SceneChange | JobChanged
EVENT: TypeAdapter[AnyEvent] = TypeAdapter(Annotated[AnyEvent, Field(discriminator="type")])
