"""What a user can choose about an export, each option declared once: the command line and HTTP follow from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from protocol.scene import STRICT

LONGEST_S = 3600.0
"""Of any render."""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class RemoteExportOptions:
    """Those that a client of the server may give, too: all but files of its own."""

    order: Annotated[int, Field(ge=1, le=3, description="Of ambisonics: 4, 9 or 16 channels.")] = 3
    yaw_deg: Annotated[
        float, Field(ge=-360, le=360, description="Which way the listener looks, positive to the left.")
    ] = 0.0
    turn_deg_per_s: Annotated[
        float, Field(ge=-3600, le=3600, description="How fast the head goes on turning from there.")
    ] = 0.0
    room: Annotated[bool, Field(description="Echoes of the place, where it is known and the head stands.")] = True
    duration_s: Annotated[
        float | None, Field(ge=0.1, le=LONGEST_S, description="Length; else that of the longest clip.")
    ] = None
    lufs: Annotated[
        float,
        Field(
            ge=-70,
            le=0,
            description="How loud, in LUFS. Peaks are limited where needed, to −1 dBTP at most.",
        ),
    ] = -23.0


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ExportOptions(RemoteExportOptions):
    """The options of ``sonorama render`` that change what is written; no format takes them all."""

    path: Annotated[
        Path | None, Field(description="JSON file of poses that the head goes through, instead of turning.")
    ] = None
    hrtf: Annotated[
        Path | None,
        Field(description="The listener's head; else the default one.", json_schema_extra={"metavar": "FILE.sofa"}),
    ] = None
