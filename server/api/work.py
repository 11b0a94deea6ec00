"""What a worker is asked to do, and what it answers besides the events of the journey.

A worker is a process of its own. It reads one :class:`Order` as a line of JSON, and writes lines of JSON: events of
:mod:`protocol.messages`, and in the end :class:`WorkDone` or :class:`WorkFailed`. It ends, too, when its input does,
so that no worker outlives its server.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from protocol.messages import Event
from protocol.scene import STRICT
from server.api.problems import Problem
from server.pipeline.given import GivenSource
from server.pipeline.settings import Settings


def _whole(value: object) -> object:
    """In JSON 3.0 is an integer, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""Marks an integer, as clients may write it; it stands behind the bounds, so that OpenAPI tells them."""

Format = Literal["binaural", "stereo", "sources", "ambisonic", "adm", "gltf", "unity"]
Encoding = Literal["wav", "flac", "ogg"]
_SUFFIXES: dict[Format, str] = {"sources": ".zip", "gltf": ".glb", "unity": ".sonorama"}


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Generate:
    """Make a scene of a picture."""

    kind: Literal["generate"] = "generate"
    preset: str
    settings: Settings
    hfov_deg: float | None
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


class Export(BaseModel):
    """Render a finished scene to a file; its fields are the options of ``sonorama render``."""

    # Unlike a dataclass, a strict model takes what FastAPI has parsed.
    model_config = STRICT | ConfigDict(frozen=True)

    kind: Literal["export"] = "export"
    format: Format = "binaural"
    encoding: Encoding = "wav"
    """FLAC and Ogg Opus are for binaural and stereo."""
    order: Annotated[int, Field(ge=1, le=3), WHOLE] = 3
    yaw_deg: Annotated[float, Field(ge=-360, le=360)] = 0.0
    duration_s: Annotated[float, Field(ge=0.1, le=3600)] | None = None
    lufs: Annotated[float, Field(ge=-70, le=0)] = -23.0
    room: bool = True

    @property
    def suffix(self) -> str:
        """Of the file that comes of it: sources come as one archive."""
        return _SUFFIXES.get(self.format, f".{self.encoding}")


Request = Annotated[Generate | Voice | Export, Field(discriminator="kind")]
REQUEST: TypeAdapter[Generate | Voice | Export] = TypeAdapter(Request)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Order:
    """A request, and the places on this machine that it is about."""

    request: Request
    folder: str
    """The scene's folder."""
    file: str
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
