"""A job: work for one scene that takes longer than an answer may."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field
from pydantic.dataclasses import dataclass

from protocol.events import Stage
from protocol.scene import STRICT
from server.api.http.problems import Problem

Kind = Literal["generate", "voice", "export"]
State = Literal["queued", "running", "done", "failed", "cancelled"]
JOB_ID_PATTERN = "^[0-9a-f]{16}$"

ACTIVE: tuple[State, ...] = ("queued", "running")


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Progress:
    """How far a running job has come: ``done`` of the ``steps`` of a stage."""

    stage: Stage
    done: Annotated[int, Field(ge=0)]
    steps: Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Job:
    """Work for one scene, and its state."""

    job_id: Annotated[str, Field(pattern=JOB_ID_PATTERN)]
    kind: Kind
    scene_id: str
    source_id: str | None
    """The source that a clip is made for; None for other kinds of job."""
    state: State
    attempts: Annotated[int, Field(ge=0)]
    """How often it was started."""
    problem: Problem | None
    """Why it failed."""
    progress: Progress | None
    created_at: AwareDatetime
    changed_at: AwareDatetime

    @property
    def is_active(self) -> bool:
        """Whether it is queued or running."""
        return self.state in ACTIVE


def new_job_id() -> str:
    """A new random id for a job, which can't be guessed."""
    return secrets.token_hex(8)
