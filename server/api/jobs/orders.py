"""What a worker is asked to do, and what it answers besides the events of the journey.

A worker is a process of its own. It reads one :class:`Order` as a line of JSON, and writes lines of JSON: events of
:mod:`protocol.events`, and in the end :class:`WorkDone` or :class:`WorkFailed`. It ends, too, when its input does,
so that no worker outlives its server.
"""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, TypeAdapter, ValidationInfo
from pydantic.dataclasses import dataclass

from protocol.events import Event
from protocol.scene import STRICT
from server.api.http.problems import Problem
from server.export.formats import FORMATS, FormatName
from server.export.options import ExportOptions, RemoteExportOptions
from server.pipeline.attitude import AUTO
from server.pipeline.given import GivenSource
from server.pipeline.picture.taken_for import Projection
from server.pipeline.settings import Settings


def _whole(value: object) -> object:
    """In JSON 3.0 is an integer, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""Marks an integer, as clients may write it; it stands behind the bounds, so that OpenAPI tells them."""

Encoding = Literal["wav", "flac", "ogg"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Generate:
    """Make a scene of a picture."""

    kind: Literal["generate"] = "generate"
    preset: str
    settings: Settings
    projection: Projection = "auto"
    hfov_deg: float | None
    level: str = AUTO
    sources: tuple[GivenSource, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Voice:
    """Make a clip for one source of a finished scene."""

    kind: Literal["voice"] = "voice"
    preset: str
    source_id: str
    prompt: str
    duration_s: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Export(RemoteExportOptions):
    """Render a finished scene to a file; its fields are the options of ``sonorama render``."""

    kind: Literal["export"] = "export"
    format: FormatName = "binaural"
    encoding: Annotated[
        Encoding, Field(description="FLAC and Ogg Opus are for binaural and stereo; sources, gltf and unity have none.")
    ] = "wav"

    @property
    def options(self) -> ExportOptions:
        """What the format is told."""
        return ExportOptions(**{field.name: getattr(self, field.name) for field in fields(RemoteExportOptions)})

    @property
    def suffix(self) -> str:
        """Of the file that comes of it: sources come as one archive."""
        return FORMATS[self.format].suffix(self.encoding)


Request = Annotated[Generate | Voice | Export, Field(discriminator="kind")]
REQUEST: TypeAdapter[Generate | Voice | Export] = TypeAdapter(Request)


def _from_bytes(path: Path, info: ValidationInfo) -> Path:
    return path if info.mode == "python" else Path(os.fsdecode(str(path).encode("latin-1")))


Place = Annotated[
    Path,
    AfterValidator(_from_bytes),
    PlainSerializer(lambda path: os.fsencode(path).decode("latin-1"), when_used="json"),
]
"""A path; in JSON, each character stands for a byte of it, since names may hold bytes that are no characters."""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Order:
    """A request, and the places on this machine that it is about."""

    request: Request
    folder: Place
    """The scene's folder."""
    file: Place
    """The picture to listen to, or the file to write."""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class WorkDone:
    """Everything that was asked for is on the disk."""

    type: Literal["work_done"] = "work_done"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class WorkFailed:
    """It could not be done."""

    type: Literal["work_failed"] = "work_failed"
    problem: Problem


ORDER = TypeAdapter(Order)
LINE: TypeAdapter[Event | WorkDone | WorkFailed] = TypeAdapter(
    Annotated[Event | WorkDone | WorkFailed, Field(discriminator="type")]
)
