"""The scene: what was found in a picture and what it sounds like.

This is the waist of Sonorama: everything before it makes a :class:`Scene`, everything after it only reads one. Every
value is frozen and validated when it is made, and a clip is a reference to a file, never samples.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import field, replace
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

Kind = Literal["point", "line", "area", "ambient"]
"""How a source spreads: −6.02 dB a doubling of distance for a point or an area, −3.01 for a line, 0 for ambience."""

Evidence = Literal["seen", "inferred", "given"]
"""Whether a source was seen in the picture, inferred from what was seen, or given by hand."""

Surroundings = Literal["outdoor", "covered", "indoor", "unknown"]
"""What is around the listener; scene.json and the wire call it ``setting``."""


def _behind_once(azimuth_deg: float) -> float:
    return 180.0 if azimuth_deg == -180.0 else azimuth_deg


AzimuthDeg = Annotated[float, Field(ge=-180, le=180), AfterValidator(_behind_once)]
"""In (−180, 180]: straight behind has one name, but many programs say −180."""
ElevationDeg = Annotated[float, Field(ge=-90, le=90)]
NEAREST_M, FARTHEST_M = 0.01, 1e6
"""Nothing is nearer than a centimetre or farther than a thousand kilometres: what computes with it stays in range."""
DistanceM = Annotated[float, Field(ge=NEAREST_M, le=FARTHEST_M)]
DistanceSigmaM = Annotated[float, Field(ge=0, le=FARTHEST_M)]
HeightM = Annotated[float, Field(ge=NEAREST_M, le=FARTHEST_M)]
"""Of the camera above the ground."""
WidthDeg = Annotated[float, Field(ge=0, le=360)]
HeightDeg = Annotated[float, Field(ge=0, le=180)]
QUIETEST_DB_SPL, LOUDEST_DB_SPL = -20.0, 160.0
LevelDbSpl = Annotated[float, Field(ge=QUIETEST_DB_SPL, le=LOUDEST_DB_SPL)]
DurationS = Annotated[float, Field(gt=0, le=1e6)]
SampleRateHz = Annotated[int, Field(ge=8_000, le=192_000)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
# No part may begin with a dot, so a path never leaves the scene's folder.
RelativePath = Annotated[str, Field(pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$", max_length=255)]

MOST_SOURCES = 1024
"""How many sources a scene has at most, wherever they come from."""

# Leaves room for a hyphen and a number in the 64 characters of an id.
_LONGEST_SLUG = 48


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Image:
    """The picture that a scene was made from."""

    path: RelativePath
    sha256: Sha256
    width_px: Annotated[int, Field(gt=0)]
    height_px: Annotated[int, Field(gt=0)]
    projection: Literal["equirectangular", "perspective"]
    hfov_deg: Annotated[float, Field(gt=0, le=360)]
    taken_for: Annotated[str, Field(max_length=512)] = ""
    """What the picture's file was taken for, and why, in words."""
    pitch_deg: Annotated[float, Field(ge=-90, le=90)] = 0.0
    """Elevation that the centre of a photograph looks at; a panorama is level."""
    roll_deg: Annotated[float, Field(ge=-180, le=180)] = 0.0
    """How far the right side of a photograph went down."""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SceneListener:
    """Where the picture was taken from: the origin of the scene."""

    camera_height_m: HeightM
    heading_deg: Annotated[float, Field(ge=0, lt=360)] | None = None
    """Compass heading of the image centre, clockwise from north, where it is known."""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Street:
    """A street between two rows of houses."""

    azimuth_deg: Annotated[float, Field(ge=-90, lt=90)]
    """Which way it goes: there, and half a turn from there."""
    left_m: DistanceM
    """How far the façades to the left of that direction are from the listener, straight across."""
    right_m: DistanceM


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Environment:
    """What surrounds the listener."""

    setting: Surroundings = "unknown"
    confidence: Fraction = 0.0
    street: Street | None = None
    """Where the picture shows two rows of houses."""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Clip:
    """A reference to a sound file: mono, and lossless."""

    path: RelativePath
    sha256: Sha256
    sample_rate_hz: SampleRateHz
    duration_s: DurationS
    loop: bool
    """Whether the end joins the beginning without a seam."""
    loudness_lufs: float | None = None
    """Measured when the clip was kept (BS.1770); None where it wasn't, or for silence."""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class BoxReference:
    """A box in one of the windows through which the picture was looked at, in that window's pixels."""

    window: str
    left_px: float
    top_px: float
    right_px: float
    bottom_px: float


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Provenance:
    """Where a source comes from: enough to make it again."""

    boxes: tuple[BoxReference, ...] = ()
    stages: dict[str, str] = field(default_factory=dict)
    """The identity (name@revision) of the stage behind each verb: propose, ground, distance, voice."""
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Source:
    """One thing that sounds, with its direction, its distance and its clip."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    label: Annotated[str, Field(min_length=1, max_length=128)]
    prompt: Annotated[str, Field(min_length=1, max_length=1024)]
    """What the sound is, in words that a text-to-audio model or the procedural synthesis understands."""
    kind: Kind
    evidence: Evidence
    azimuth_deg: AzimuthDeg
    elevation_deg: ElevationDeg
    distance_m: DistanceM | None
    """None where there is no distance to tell: ambience comes from everywhere."""
    distance_sigma_m: DistanceSigmaM | None
    """One standard deviation of the distance."""
    width_deg: WidthDeg = 0.0
    height_deg: HeightDeg = 0.0
    level_db_spl_1m: LevelDbSpl
    """Sound pressure level that such a thing measures at 1 m; for ambience, at the listener."""
    confidence: Fraction
    clip: Clip | None = None
    """None while the clip is still being made."""
    muted: bool = False
    """Whether it is kept, but not heard."""
    provenance: Provenance = field(default_factory=Provenance)

    @model_validator(mode="after")
    def _only_ambience_lacks_a_distance(self) -> Self:
        if self.distance_m is None and self.kind != "ambient":
            raise ValueError(f"a source of kind {self.kind!r} needs a distance_m")
        if (self.distance_m is None) != (self.distance_sigma_m is None):
            raise ValueError("distance_m and distance_sigma_m are given together or not at all")
        return self


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Scene:
    """Everything that sounds in one picture."""

    format: Literal["sonorama.scene"]
    version: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=64)]
    image: Image
    listener: SceneListener
    environment: Environment
    sources: Annotated[tuple[Source, ...], Field(max_length=MOST_SOURCES)]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [source.id for source in self.sources]
        if len(set(ids)) != len(ids):
            raise ValueError("two sources have the same id")
        return self

    def audible(self) -> Scene:
        """The same scene without the sources that are muted."""
        return replace(self, sources=tuple(source for source in self.sources if not source.muted))


def free_source_id(label: str, taken: Container[str]) -> str:
    """The id of a new source: its label in lower case, hyphenated, and the first number that is free.

    >>> free_source_id("Church bell", {"church-bell-1"}), free_source_id("鐘", ())
    ('church-bell-2', 'source-1')
    """
    slug, number = source_slug(label), 1
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"


def source_slug(label: str) -> str:
    """What the ids of sources with this label begin with.

    >>> source_slug("A church bell!")
    'a-church-bell'
    """
    # Cutting a long label may leave a hyphen at its end, which an id may not have before its number.
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:_LONGEST_SLUG].strip("-") or "source"
