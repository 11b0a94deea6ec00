"""What a user can choose about a run."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from protocol.scene import STRICT


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Settings:
    """The options of ``sonorama generate`` that change what is made; defaults are the command line's."""

    views: Annotated[int, Field(ge=4, le=64)] = 8
    top: Annotated[int, Field(ge=0, le=64)] = 4
    """How many of the sources found to keep; 0 leaves all to those given by hand."""
    camera_height_m: Annotated[float, Field(gt=0, le=1000)] = 2.5
    duration_s: Annotated[float, Field(ge=1, le=120)] = 10.0
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
