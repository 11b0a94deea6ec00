"""All that was seen from all viewpoints, as sources of one world."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from protocol.coordinates import wrapped_azimuth_deg
from protocol.place import Covariance, PlacedSource, Point, Polygon, Polyline, PositionM, SeenFrom, Shape
from protocol.scene import source_slug
from server.pipeline.merge.grouping import plain_label
from server.place.found import Found, Ground, Sighted
from server.place.fusion.association import associated
from server.place.fusion.ground import Patch, patches
from server.place.fusion.passing import moves, passing
from server.place.fusion.triangulation import Triangulated
from server.place.sightings import Numbers, Sightings
from server.place.viewpoints import Floats, Viewpoints

# The most viewpoints that a source names: those that were surest.
_MOST_SEEN_FROM = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A source without its id."""

    sighted: Sighted
    """The surest sighting: it names the source."""
    level_db_spl_1m: float
    confidence: float
    position_m: PositionM | None
    covariance_m2: Covariance | None
    shape: Shape
    passing: bool
    seen_from: tuple[SeenFrom, ...]


def sightings_of(found: Sequence[Found]) -> tuple[Sightings, list[Sighted]]:
    """The things that each viewpoint saw, as arrays and, in the same order, in words.

    Args:
        found: what each viewpoint told, in the viewpoints' order.
    """
    rows = [(number, each) for number, one in enumerate(found) for each in one.things]
    labels: dict[str, int] = {}
    names = [labels.setdefault(plain_label(each.label), len(labels)) for _, each in rows]
    things = [each for _, each in rows]
    column = {
        "azimuth_rad": np.radians([each.azimuth_deg for each in things]),
        "elevation_rad": np.radians([each.elevation_deg for each in things]),
        "distance_m": np.array([each.distance_m or 0.0 for each in things], dtype=np.float64),
        "distance_sigma_m": np.array([each.distance_sigma_m or 0.0 for each in things], dtype=np.float64),
        "width_rad": np.radians([each.width_deg for each in things]),
        "height_rad": np.radians([each.height_deg for each in things]),
        "confidence": np.array([each.confidence for each in things], dtype=np.float64),
    }
    numbers = np.array([number for number, _ in rows], dtype=np.int64)
    return Sightings(viewpoint=numbers, label=np.array(names, dtype=np.int64), **column), things


def fused(viewpoints: Viewpoints, found: Sequence[Found], names: Sequence[str]) -> tuple[PlacedSource, ...]:
    """The sources of a place: each thing, piece of ground and ambience once.

    Args:
        viewpoints: where the panoramas were taken.
        found: what each told.
        names: of the viewpoints, in the same order.
    """
    placed = [*_things(viewpoints, found, names), *_grounds(viewpoints, found, names), *_ambience(found, names)]
    placed.sort(key=lambda each: (plain_label(each.sighted.label), each.position_m or (0.0, 0.0, 0.0)))
    taken: Counter[str] = Counter()
    sources = []
    for each in placed:
        slug = source_slug(each.sighted.label)
        taken[slug] += 1
        sources.append(
            PlacedSource(
                id=f"{slug}-{taken[slug]}",
                label=each.sighted.label,
                prompt=each.sighted.prompt,
                kind=each.sighted.kind,
                evidence=each.sighted.evidence,
                position_m=each.position_m,
                covariance_m2=each.covariance_m2,
                shape=each.shape,
                level_db_spl_1m=each.level_db_spl_1m,
                confidence=each.confidence,
                passing=each.passing,
                seen_from=each.seen_from,
            )
        )
    return tuple(sources)


def _things(viewpoints: Viewpoints, found: Sequence[Found], names: Sequence[str]) -> Iterator[_Placed]:
    """What stands somewhere."""
    sightings, words = sightings_of(found)
    thing, places = associated(viewpoints, sightings)
    may_move = np.zeros(len(places.position_m), dtype=np.bool_)
    may_move[thing] = [moves(each.label) for each in words]
    gone = passing(viewpoints, places.position_m, may_move, thing, sightings.viewpoint)
    members = _members(thing, len(places.position_m))
    for number, rows in enumerate(members):
        own = [words[row] for row in rows]
        yield _Placed(
            sighted=max(own, key=_sureness),
            level_db_spl_1m=_level(own),
            confidence=_confidence(own),
            position_m=_position(places.position_m[number]),
            covariance_m2=_covariance(places, number),
            shape=Point(
                width_m=round(float(np.median(sightings.width_m[rows])), 3),
                height_m=round(float(np.median(sightings.height_m[rows])), 3),
            ),
            passing=bool(gone[number]),
            seen_from=_seen_from([(names[sightings.viewpoint[row]], words[row]) for row in rows]),
        )


def _members(thing: Numbers, count: int) -> list[Numbers]:
    """The rows of each thing's sightings."""
    order = np.argsort(thing, kind="stable")
    return np.split(order, np.searchsorted(thing[order], np.arange(1, count))) if count else []


def _grounds(viewpoints: Viewpoints, found: Sequence[Found], names: Sequence[str]) -> Iterator[_Placed]:
    """Roads as lines, other ground as outlines."""
    seen: defaultdict[tuple[str, bool], list[tuple[int, Ground]]] = defaultdict(list)
    for number, one in enumerate(found):
        for ground in one.grounds:
            seen[plain_label(ground.sighted.label), ground.sighted.kind == "line"].append((number, ground))
    for (_, as_lines), grounds in sorted(seen.items(), key=lambda each: each[0]):
        by_viewpoint = {number: ground.sighted for number, ground in grounds}
        for patch in patches(viewpoints, [(number, each.cells_m) for number, each in grounds], as_lines=as_lines):
            own = [by_viewpoint[number] for number in patch.viewpoints]
            yield _ground(viewpoints, patch, own, names, as_lines=as_lines)


def _ground(
    viewpoints: Viewpoints, patch: Patch, own: Sequence[Sighted], names: Sequence[str], *, as_lines: bool
) -> _Placed:
    rows = list(patch.viewpoints)
    # Under each viewpoint the ground is known.
    up_m = float(np.mean(viewpoints.position_m[rows, 2] - viewpoints.camera_height_m[rows]))
    points: tuple[PositionM, ...] = tuple(_position((*point, up_m)) for point in patch.points_m)
    sigma = np.hypot(viewpoints.position_sigma_m[rows].mean(axis=0), 0.5)
    return _Placed(
        sighted=max(own, key=_sureness),
        level_db_spl_1m=_level(own),
        confidence=_confidence(own),
        position_m=_position((*patch.middle_m, up_m)),
        covariance_m2=_as_covariance(np.diag(sigma**2)),
        shape=Polyline(points_m=points) if as_lines else Polygon(points_m=points),
        passing=False,
        seen_from=_seen_from(list(zip([names[row] for row in rows], own, strict=True))),
    )


def _ambience(found: Sequence[Found], names: Sequence[str]) -> Iterator[_Placed]:
    """What comes from everywhere, each name once: around the viewpoints that heard it."""
    heard: defaultdict[str, list[tuple[str, Sighted]]] = defaultdict(list)
    for name, one in zip(names, found, strict=True):
        for each in one.ambience:
            heard[plain_label(each.label)].append((name, each))
    for _, by in sorted(heard.items()):
        own = [each for _, each in by]
        yield _Placed(
            sighted=max(own, key=_sureness),
            level_db_spl_1m=_level(own),
            confidence=_confidence(own),
            position_m=None,
            covariance_m2=None,
            shape=Point(),
            passing=False,
            seen_from=_seen_from(by, most=None),
        )


def _sureness(each: Sighted) -> tuple[object, ...]:
    return (each.confidence, each.label, each.prompt, each.azimuth_deg)


def _level(own: Sequence[Sighted]) -> float:
    return float(np.median([each.level_db_spl_1m for each in own]))


def _confidence(own: Sequence[Sighted]) -> float:
    """1 − Π(1 − c): that all are wrong."""
    return 1.0 - math.prod(1.0 - each.confidence for each in own)


def _seen_from(by: Sequence[tuple[str, Sighted]], most: int | None = _MOST_SEEN_FROM) -> tuple[SeenFrom, ...]:
    surest = sorted(by, key=lambda each: (-each[1].confidence, each[0]))[:most]
    return tuple(
        SeenFrom(
            viewpoint=name,
            azimuth_deg=float(wrapped_azimuth_deg(each.azimuth_deg)),
            elevation_deg=each.elevation_deg,
            distance_m=each.distance_m,
            confidence=each.confidence,
        )
        for name, each in sorted(surest, key=lambda each: each[0])
    )


def _position(values: Sequence[float] | Floats) -> PositionM:
    """Metres to the millimetre: more nobody knows, and nobody wants to read."""
    x, y, z = (round(float(value), 3) for value in values)
    return x, y, z


def _covariance(places: Triangulated, number: int) -> Covariance:
    return _as_covariance(places.covariance_m2[number])


def _as_covariance(matrix: Floats) -> Covariance:
    rows = [tuple(round(float(value), 6) for value in row) for row in (matrix + matrix.T) / 2.0]
    return (rows[0], rows[1], rows[2])  # type: ignore[return-value]
