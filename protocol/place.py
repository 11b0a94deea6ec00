"""The place: many panoramas, and one world of what sounds in them, in metres.

Positions are in a local frame of x to the east, y to the north and z up, whose origin lies on the ground at the
:class:`Origin`, where one is known. A scene is what a place sounds like from one point, and
:mod:`server.place.hearing` makes it.
"""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from protocol.scene import (
    STRICT,
    Clip,
    Environment,
    Evidence,
    Fraction,
    HeightM,
    Kind,
    LevelDbSpl,
)

MOST_VIEWPOINTS = 1_000_000
MOST_PLACED_SOURCES = 1_000_000
MOST_POINTS = 10_000
"""How many corners a line or an outline has at most."""

Metres = Annotated[float, Field(ge=-1e6, le=1e6)]
SigmaM = Annotated[float, Field(ge=0, le=1e6)]
SizeM = Annotated[float, Field(ge=0, le=1e6)]
PositionM = tuple[Metres, Metres, Metres]
"""East, north and up, in metres."""
ViewpointName = Annotated[str, Field(pattern=r"^\w[\w.-]*$", max_length=64)]
SourceId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
_Row = tuple[float, float, float]
Covariance = tuple[_Row, _Row, _Row]
"""Of a position in square metres: east, north and up."""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Origin:
    """Where on the earth (WGS 84) the local frame begins."""

    latitude_deg: Annotated[float, Field(ge=-90, le=90)]
    longitude_deg: Annotated[float, Field(ge=-180, le=180)]
    height_m: Annotated[float, Field(ge=-12_000, le=100_000)] = 0.0
    """Of the ground there, above the ellipsoid."""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Viewpoint:
    """Where a panorama was taken. Its picture, and its scene, lie in the place's folder ``viewpoints/NAME``."""

    name: ViewpointName
    position_m: PositionM
    """Of the camera."""
    position_sigma_m: tuple[SigmaM, SigmaM, SigmaM]
    heading_deg: Annotated[float, Field(ge=0, lt=360)]
    """Compass heading of the picture's centre, clockwise from north."""
    heading_sigma_deg: Annotated[float, Field(ge=0, le=180)]
    camera_height_m: HeightM
    """Above the ground."""
    links: tuple[ViewpointName, ...] = ()
    """Neighbours to which one can step."""
    environment: Environment = field(default_factory=Environment)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Polyline:
    """A line on the ground, from end to end: the middle of a road, a shore."""

    points_m: Annotated[tuple[PositionM, ...], Field(min_length=2, max_length=MOST_POINTS)]
    type: Literal["polyline"] = "polyline"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Polygon:
    """An outline on the ground, counter-clockwise; the last point is joined to the first. Holes are not told."""

    points_m: Annotated[tuple[PositionM, ...], Field(min_length=3, max_length=MOST_POINTS)]
    type: Literal["polygon"] = "polygon"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Point:
    """A thing at one spot, as wide and high as it is."""

    width_m: SizeM = 0.0
    height_m: SizeM = 0.0
    type: Literal["point"] = "point"


Shape = Annotated[Point | Polyline | Polygon, Field(discriminator="type")]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SeenFrom:
    """One sighting: the viewpoint, and what it told."""

    viewpoint: ViewpointName
    azimuth_deg: Annotated[float, Field(gt=-180, le=180)]
    """In the picture of that viewpoint."""
    elevation_deg: Annotated[float, Field(ge=-90, le=90)]
    distance_m: SizeM | None
    """None for ambience."""
    confidence: Fraction


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class PlacedSource:
    """One thing that sounds, in the world."""

    id: SourceId
    label: Annotated[str, Field(min_length=1, max_length=128)]
    prompt: Annotated[str, Field(min_length=1, max_length=1024)]
    kind: Kind
    evidence: Evidence
    position_m: PositionM | None
    """Of its middle; None for ambience, which is heard around the viewpoints that it was seen from."""
    covariance_m2: Covariance | None
    shape: Shape = field(default_factory=Point)
    level_db_spl_1m: LevelDbSpl
    """Sound pressure level that such a thing measures at 1 m; for ambience, at the listener."""
    confidence: Fraction
    passing: bool = False
    """Whether it was there for one picture and gone for the next: a car, somebody walking."""
    seen_from: tuple[SeenFrom, ...] = ()
    clip: Clip | None = None
    """None while the clip is still being made."""
    muted: bool = False

    @model_validator(mode="after")
    def _only_ambience_lacks_a_position(self) -> Self:
        if (self.position_m is None) != (self.kind == "ambient"):
            raise ValueError("a source has a position_m, unless its kind is ambient")
        if (self.position_m is None) != (self.covariance_m2 is None):
            raise ValueError("position_m and covariance_m2 are given together or not at all")
        return self


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Place:
    """Everything that sounds in a world of panoramas."""

    format: Literal["sonorama.place"]
    version: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=64)]
    origin: Origin | None
    viewpoints: Annotated[tuple[Viewpoint, ...], Field(max_length=MOST_VIEWPOINTS)]
    sources: Annotated[tuple[PlacedSource, ...], Field(max_length=MOST_PLACED_SOURCES)]

    @model_validator(mode="after")
    def _names_are_unique_and_known(self) -> Self:
        names = {viewpoint.name for viewpoint in self.viewpoints}
        if len(names) != len(self.viewpoints):
            raise ValueError("two viewpoints have the same name")
        if len({source.id for source in self.sources}) != len(self.sources):
            raise ValueError("two sources have the same id")
        for viewpoint in self.viewpoints:
            if not names.issuperset(viewpoint.links):
                raise ValueError(f"viewpoint {viewpoint.name} has a link to none")
        for source in self.sources:
            if not names.issuperset(seen.viewpoint for seen in source.seen_from):
                raise ValueError(f"source {source.id} is seen from no viewpoint of the place")
        return self
