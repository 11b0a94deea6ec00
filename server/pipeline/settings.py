"""What a user can choose about a scene, each option declared once: the command line and HTTP follow from it."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from protocol.scene import STRICT
from server.pipeline.attitude import AUTO
from server.pipeline.picture.taken_for import Projection


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Settings:
    """The options that change what the journey makes of a picture."""

    views: Annotated[int, Field(ge=4, le=64, description="Perspective views, for stages that use them.")] = 8
    top: Annotated[
        int | None,
        Field(
            ge=0, le=64, description="Keep the most audible few, else all that are heard apart; 0: only those by hand."
        ),
    ] = None
    nearest: Annotated[
        int | None, Field(ge=1, le=64, description="Keep the nearest few; of these --top keeps the most audible.")
    ] = None
    camera_height_m: Annotated[float, Field(ge=0.01, le=1000, description="Height above the ground.")] = 2.5
    duration_s: Annotated[float, Field(ge=1, le=120, description="Length of each clip.")] = 10.0
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, description="Another seed, other birds.")] = 0


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class GenerateOptions(Settings):
    """What can be said of a picture and of the journey, by ``sonorama generate`` and by ``POST /v1/scenes``."""

    projection: Annotated[
        Projection, Field(description="What the picture is, where auto, which says what it finds, is wrong.")
    ] = "auto"
    hfov_deg: Annotated[
        float | None,
        Field(ge=1, le=360, description="How wide the picture is, from its left to its right edge; else as it tells."),
    ] = None

    level: Annotated[
        str,
        Field(
            max_length=64,
            description="auto: by the pitch and roll in its metadata, else by upright edges; off; or PITCH,ROLL.",
        ),
    ] = AUTO

    @property
    def settings(self) -> Settings:
        """Those of them that the journey takes."""
        return Settings(**{field.name: getattr(self, field.name) for field in fields(Settings)})
