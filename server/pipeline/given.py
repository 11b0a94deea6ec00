"""Sources that a person gives by hand, in a JSON file.

.. code-block:: json

    {"sources": [
      {"label": "fountain", "prompt": "a stone fountain", "azimuth_deg": 30, "elevation_deg": -5, "distance_m": 8},
      {"label": "dog", "pixel": [1024, 610], "distance_m": "on the ground"}
    ]}
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from protocol.errors import InputError, os_reason
from protocol.scene import MOST_SOURCES, AzimuthDeg, DistanceM, ElevationDeg, Kind, LevelDbSpl
from server.files.json_text import utf8_json
from server.pipeline.distance.lookup import distances_towards
from server.pipeline.locate.location import Located
from server.pipeline.stages import DistanceMap, Proposal
from server.pipeline.views import PixelMapping

# A hand-measured distance is taken to be right to a twentieth.
_GIVEN_RELATIVE_SIGMA = 0.05

# Numbers may be written as 8 or 8.0, and a pixel as a list; everything else is as strict as on disk.
_BY_HAND = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True, config=_BY_HAND)
class GivenSource:
    """One source by hand: a direction or a pixel, and a distance or "on the ground".

    Ambience needs neither.
    """

    label: Annotated[str, Field(min_length=1, max_length=128)]
    prompt: Annotated[str, Field(max_length=1024)] = ""
    kind: Kind = "point"
    azimuth_deg: AzimuthDeg | None = None
    elevation_deg: ElevationDeg = 0.0
    pixel: tuple[float, float] | None = None
    """Column and row in the picture's file, as a viewer shows it upright and in full size, from its top left corner."""
    distance_m: DistanceM | Literal["on the ground"] | None = None
    level_db_spl_1m: LevelDbSpl = 65.0

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.kind == "ambient":
            return self
        if (self.azimuth_deg is None) == (self.pixel is None):
            raise ValueError("give either azimuth_deg or pixel")
        if self.distance_m is None:
            raise ValueError('give distance_m, in metres or as "on the ground"')
        return self


@dataclass(frozen=True, slots=True, kw_only=True, config=_BY_HAND)
class _File:
    sources: Annotated[tuple[GivenSource, ...], Field(max_length=MOST_SOURCES)]


def read_given(path: Path) -> tuple[GivenSource, ...]:
    """The sources in a file written by hand.

    Raises:
        InputError: the file can't be read, isn't JSON or doesn't say where a source is.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InputError(f"can't be read ({os_reason(error)})", where=str(path), remedy="check the path") from error
    return read_sources(text, str(path))


def read_sources(text: bytes, name: str) -> tuple[GivenSource, ...]:
    """The sources in a text written by hand, which errors call by its name.

    Raises:
        InputError: the text isn't JSON or doesn't say where a source is.
    """
    remedy = 'write {"sources": [{"label": "fountain", "azimuth_deg": 30, "distance_m": 8}]}'
    try:
        return TypeAdapter(_File).validate_json(utf8_json(text)).sources
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            first["msg"].removeprefix("Value error, "), where=f"{name} {place}".rstrip(), remedy=remedy
        ) from error


def placed(source: GivenSource, picture: PixelMapping, maps: Sequence[DistanceMap]) -> Located:
    """Where a source given by hand is.

    Args:
        source: as it was written.
        picture: the picture as the user has it, in whose pixels ``pixel`` counts.
        maps: distances, for what stands "on the ground".

    Raises:
        InputError: the pixel lies outside the picture, or there is no ground in that direction.
    """
    proposal = Proposal(
        label=source.label,
        prompt=source.prompt or source.label,
        kind=source.kind,
        level_db_spl_1m=source.level_db_spl_1m,
        evidence="given",
        confidence=1.0,
    )
    azimuth_deg, elevation_deg = source.azimuth_deg or 0.0, source.elevation_deg
    if source.pixel is not None:
        column, row = source.pixel
        if not (0 <= column <= picture.width_px and 0 <= row <= picture.height_px):
            raise InputError(
                f"pixel {column:g}, {row:g} lies outside the picture",
                where=f"source {source.label!r}",
                remedy=f"give a column up to {picture.width_px} and a row up to {picture.height_px}",
            )
        azimuth_deg, elevation_deg = (float(angle) for angle in picture.direction(column, row))
        if not np.isfinite(azimuth_deg):
            raise InputError(
                f"pixel {column:g}, {row:g} shows nothing that was photographed",
                where=f"source {source.label!r}",
                remedy="give a pixel of the picture itself, or azimuth_deg",
            )
    distance_m, sigma_m = None, None
    if source.distance_m == "on the ground":
        distance_m, sigma_m = _mapped_distance(source.label, azimuth_deg, elevation_deg, maps)
    elif source.distance_m is not None:
        distance_m, sigma_m = float(source.distance_m), _GIVEN_RELATIVE_SIGMA * float(source.distance_m)
    return Located(
        proposal=proposal,
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        distance_m=distance_m,
        distance_sigma_m=sigma_m,
    )


def _mapped_distance(
    label: str, azimuth_deg: float, elevation_deg: float, maps: Sequence[DistanceMap]
) -> tuple[float, float]:
    """Distance and sigma that the map whose axis is nearest to a direction shows there."""
    distance_m, sigma_m = distances_towards(maps, np.array([azimuth_deg]), np.array([elevation_deg]))
    if np.isfinite(distance_m[0]):
        return float(distance_m[0]), float(sigma_m[0])
    if np.isnan(distance_m[0]):
        raise InputError(
            f"no ground was photographed at azimuth {azimuth_deg:.1f}°, elevation {elevation_deg:.1f}°",
            where=f"source {label!r}",
            remedy="point elsewhere, or give distance_m in metres",
        )
    raise InputError(
        f"there is no ground at azimuth {azimuth_deg:.1f}°, elevation {elevation_deg:.1f}°",
        where=f"source {label!r}",
        remedy="point below the horizon, or give distance_m in metres",
    )
