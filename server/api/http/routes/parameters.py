"""Parameters of requests: each is checked against its pattern before anything is looked up with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Path

from server.api.jobs.job import JOB_ID_PATTERN
from server.library.addresses import LONGEST_ID, SCENE_ID_PATTERN

SceneId = Annotated[str, Path(pattern=SCENE_ID_PATTERN, max_length=LONGEST_ID)]
SourceId = Annotated[str, Path(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
JobId = Annotated[str, Path(pattern=JOB_ID_PATTERN)]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Range = Annotated[
    str | None,
    Header(alias="Range", pattern="^bytes=([0-9]{1,15}-[0-9]{0,15}|-[0-9]{1,15})$", description="One range."),
]
"""The part of a file that is wanted; the answer reads it from the request itself."""
IfMatch = Annotated[str | None, Header(description="The ETag of the scene as you have read it, to be safe.")]
"""A change is refused if the scene is no longer in that state."""
