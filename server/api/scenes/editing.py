"""Changes of a scene's sources: what a client may send, and what becomes of the scene."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.config import JsonDict

from protocol.scene import (
    MOST_SOURCES,
    AzimuthDeg,
    Clip,
    DistanceM,
    DistanceSigmaM,
    ElevationDeg,
    HeightDeg,
    Kind,
    LevelDbSpl,
    Provenance,
    Scene,
    Source,
    WidthDeg,
    free_source_id,
)
from server.api.http.problems import ConflictError, NotFoundError
from server.api.jobs.orders import WHOLE

# What is placed by hand is taken to be right to a twentieth, as it is by ``sonorama generate --sources``.
_GIVEN_RELATIVE_SIGMA = 0.05

# The rule that the validator below keeps, for OpenAPI.
_NEEDS_A_DISTANCE: JsonDict = {
    "anyOf": [
        {"properties": {"kind": {"const": "ambient"}}, "required": ["kind"]},
        {"properties": {"distance_m": {"type": "number"}}, "required": ["distance_m"]},
    ]
}
_BODY = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)

Label = Annotated[str, Field(min_length=1, max_length=128)]
Prompt = Annotated[str, Field(min_length=1, max_length=1024)]
DurationS = Annotated[float, Field(ge=1, le=120)]
Seed = Annotated[int, Field(ge=0, lt=2**32), WHOLE]


class NewSource(BaseModel):
    """A source to add. All but ambience needs a distance."""

    model_config = _BODY | ConfigDict(json_schema_extra=_NEEDS_A_DISTANCE)

    label: Label
    prompt: Prompt | None = None
    """What it sounds like; else its label tells."""
    kind: Kind = "point"
    azimuth_deg: AzimuthDeg = 0.0
    elevation_deg: ElevationDeg = 0.0
    distance_m: DistanceM | None = None
    distance_sigma_m: DistanceSigmaM | None = None
    width_deg: WidthDeg = 0.0
    height_deg: HeightDeg = 0.0
    level_db_spl_1m: LevelDbSpl = 65.0
    muted: bool = False
    duration_s: DurationS = 10.0
    """Of its clip."""
    seed: Seed = 0

    @model_validator(mode="after")
    def _only_ambience_lacks_a_distance(self) -> Self:
        if self.distance_m is None and self.kind != "ambient":
            raise ValueError(f"a source of kind {self.kind!r} needs a distance_m")
        return self


class SourceChange(BaseModel):
    """What to change about a source; what is left out stays. A sound is changed by giving the source another voice."""

    model_config = _BODY

    label: Label | None = None
    kind: Kind | None = None
    azimuth_deg: AzimuthDeg | None = None
    elevation_deg: ElevationDeg | None = None
    distance_m: DistanceM | None = None
    """Taken away where a source becomes ambience."""
    distance_sigma_m: DistanceSigmaM | None = None
    """Else a twentieth of a distance that is given."""
    width_deg: WidthDeg | None = None
    height_deg: HeightDeg | None = None
    level_db_spl_1m: LevelDbSpl | None = None
    muted: bool | None = None


class NewVoice(BaseModel):
    """Another clip for a source."""

    model_config = _BODY

    prompt: Prompt | None = None
    """What it is to sound like; else as before."""
    duration_s: DurationS = 10.0
    seed: Seed = 0
    """Another seed, another bird."""


def added(scene: Scene, new: NewSource, *, retired: Collection[str] = ()) -> tuple[Scene, Source]:
    """The scene with one source more, and that source, which has no clip yet.

    Args:
        scene: as it is.
        new: what is added.
        retired: ids of sources that were deleted, which no other source gets: somebody may still mean those.

    Raises:
        ConflictError: the scene has as many sources as it may have.
    """
    if len(scene.sources) >= MOST_SOURCES:
        raise ConflictError(f"has {MOST_SOURCES} sources already", where="scene", remedy="delete some first")
    sigma_m = None
    if new.distance_m is not None:
        given_m = new.distance_sigma_m
        sigma_m = _GIVEN_RELATIVE_SIGMA * new.distance_m if given_m is None else given_m
    source = Source(
        id=free_source_id(new.label, {source.id for source in scene.sources} | {*retired}),
        label=new.label,
        prompt=new.prompt or new.label,
        kind=new.kind,
        evidence="given",
        azimuth_deg=new.azimuth_deg,
        elevation_deg=new.elevation_deg,
        distance_m=new.distance_m,
        distance_sigma_m=sigma_m,
        width_deg=new.width_deg,
        height_deg=new.height_deg,
        level_db_spl_1m=new.level_db_spl_1m,
        confidence=1.0,
        muted=new.muted,
        provenance=Provenance(seed=new.seed),
    )
    return replace(scene, sources=(*scene.sources, source)), source


def changed(scene: Scene, source_id: str, change: SourceChange) -> Scene:
    """The scene with one source changed.

    Args:
        scene: as it is.
        source_id: which source.
        change: what is to be different about it.

    Raises:
        NotFoundError: there is no such source.
        ConflictError: the change does not fit what the source is.
    """
    source = source_of(scene, source_id)
    given: dict[str, Any] = change.model_dump(exclude_none=True)
    if given.get("kind") == "ambient":
        given = {"distance_m": None, "distance_sigma_m": None} | given
    elif change.distance_m is not None and change.distance_sigma_m is None:
        given["distance_sigma_m"] = _GIVEN_RELATIVE_SIGMA * change.distance_m
    try:
        return _with(scene, replace(source, **given))
    except ValidationError as error:
        what = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ConflictError(what, where=f"source {source_id}", remedy="change both at once") from error


def removed(scene: Scene, source_id: str) -> Scene:
    """The scene without one of its sources.

    Raises:
        NotFoundError: there is no such source.
    """
    gone = source_of(scene, source_id)
    return replace(scene, sources=tuple(source for source in scene.sources if source is not gone))


def revoiced(scene: Scene, source_id: str, prompt: str, clip: Clip, seed: int) -> Scene:
    """The scene with another clip for one of its sources.

    Args:
        scene: as it is.
        source_id: which source.
        prompt: what the clip was made from.
        clip: the new one.
        seed: with which it was made.

    Raises:
        NotFoundError: there is no such source.
    """
    source = source_of(scene, source_id)
    provenance = replace(source.provenance, seed=seed)
    return _with(scene, replace(source, prompt=prompt, clip=clip, provenance=provenance))


def source_of(scene: Scene, source_id: str) -> Source:
    """One source of a scene.

    Raises:
        NotFoundError: there is none by that id.
    """
    for source in scene.sources:
        if source.id == source_id:
            return source
    raise NotFoundError("there is no such source", where=f"source {source_id[:64]!r}", remedy="read the scene")


def _with(scene: Scene, changed_source: Source) -> Scene:
    return replace(
        scene,
        sources=tuple(changed_source if source.id == changed_source.id else source for source in scene.sources),
    )
