"""What the things in a picture sound like, and which of them are left out."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from protocol.coordinates import wrapped_azimuth_deg
from protocol.scene import Surroundings
from server.perception.detector.sight import Detection
from server.perception.land_cover.classes import LandCover
from server.perception.things.context import LeftOut, plausible
from server.perception.things.distinct import distinct_things
from server.perception.things.groups import around, groups
from server.perception.things.silent_things import SILENT_THINGS
from server.perception.things.sounding_thing import SoundingThing, Variant
from server.perception.things.sounding_things import SOUNDING_THINGS
from server.perception.things.thing import Thing, thing
from server.pipeline.stages import Proposal

# What is less likely to be there is not listened to: something that isn't there disturbs more than something is missed.
_LEAST_CONFIDENCE = 0.6
# Elevation of the foot from which on a thing is seen high up.
_ALOFT_DEG = 3.0
# A crowd is so much louder than one of it, at most: those farther away add little.
_MOST_DB = 9.0

# A rider's foot is on the thing, within this part of the rider's height.
_FOOT_MARGIN = 0.15
_MOUNTS = frozenset(row.name for row in SOUNDING_THINGS if any(variant.ridden for variant in row.variants))


def things_in(detections: Iterable[Detection], cover: LandCover) -> tuple[list[Thing], list[LeftOut]]:
    """The detections that are sure enough: those that may be there, and those that would sound but can't be there."""
    believed = [thing(each, cover) for each in detections if each.confidence >= _LEAST_CONFIDENCE]
    distinct = distinct_things(believed)
    kept, left_out = plausible(distinct, cover)
    return kept, [each for each in left_out if each.thing.name not in SILENT_THINGS]


def heard_things(things: Sequence[Thing], where: Surroundings) -> tuple[list[Proposal], list[LeftOut]]:
    """What things sound like, a proposal for each group, and those that are silent as they are."""
    mounts = [each for each in things if _is_ridden(each, things)]
    riders = {id(rider) for mount in mounts for rider in things if _rides(rider, mount)}
    by_row: defaultdict[int, list[Thing]] = defaultdict(list)
    left_out = []
    for each in things:
        rows = [place for place, row in enumerate(SOUNDING_THINGS) if row.name == each.name]
        if id(each) in riders or not rows:
            continue
        own = next((place for place in rows if _variant(SOUNDING_THINGS[place], [each], things, where)), None)
        if own is not None:
            by_row[own].append(each)
        else:
            left_out.append(LeftOut(thing=each, why=_silence(each.name, where)))
    proposals = []
    for place, members in sorted(by_row.items()):
        row = SOUNDING_THINGS[place]
        for group in groups(members):
            variant = _variant(row, group, things, where)
            if variant is not None:
                proposals.append(_proposal(row, variant, group))
    return proposals, left_out


def notes(left_out: Sequence[LeftOut]) -> tuple[str, ...]:
    """What was seen and isn't heard, in one line, if there is anything."""
    counted = Counter((each.thing.name, each.why) for each in left_out)
    named = [f"{name} × {count} ({why})" if count > 1 else f"{name} ({why})" for (name, why), count in counted.items()]
    return (f"seen, but not heard: {', '.join(sorted(named))}",) if named else ()


def _variant(
    row: SoundingThing, group: Sequence[Thing], things: Sequence[Thing], where: Surroundings
) -> Variant | None:
    """How a group sounds; None where it is silent."""
    (ground, _), *_ = Counter(each.ground_cover for each in group).most_common()
    is_ridden = any(_is_ridden(each, things) for each in group)
    is_aloft = all(each.foot_deg > _ALOFT_DEG for each in group)
    height_deg = max(each.height_deg for each in group)
    for variant in row.variants:
        if (
            len(group) >= variant.least_count
            and height_deg >= variant.least_height_deg
            and where in variant.surroundings
            and (not variant.ground or ground in variant.ground)
            and (is_ridden or not variant.ridden)
            and (is_aloft or not variant.aloft)
            and (not variant.beside or any(each.name in variant.beside for each in things))
        ):
            return variant
    return None


def _proposal(row: SoundingThing, variant: Variant, group: Sequence[Thing]) -> Proposal:
    return Proposal(
        label=row.label,
        prompt=variant.prompt,
        kind=row.kind,
        level_db_spl_1m=variant.level_db_spl_1m + min(10.0 * math.log10(len(group)), _MOST_DB),
        evidence=row.evidence,
        confidence=max(each.detection.confidence for each in group),
        box=around(group),
    )


def _silence(name: str, where: Surroundings) -> str:
    """Why a thing of a kind that sounds elsewhere is silent."""
    variants = [variant for row in SOUNDING_THINGS if row.name == name for variant in row.variants]
    if not any(where in variant.surroundings for variant in variants):
        return f"silent in {where} surroundings"
    return "nobody rides it" if any(variant.ridden for variant in variants) else "silent where it is"


def _is_ridden(mount: Thing, things: Sequence[Thing]) -> bool:
    return mount.name in _MOUNTS and any(_rides(rider, mount) for rider in things)


def _rides(rider: Thing, mount: Thing) -> bool:
    """Whether a person's middle is over a thing that can be ridden, and the person's foot neither above nor below."""
    if rider.name != "person" or mount.name not in _MOUNTS:
        return False
    aside_deg = abs(float(wrapped_azimuth_deg(rider.azimuth_deg - mount.azimuth_deg)))
    is_over = aside_deg <= mount.width_deg / 2.0 and rider.top_deg > mount.top_deg
    margin_deg = _FOOT_MARGIN * rider.height_deg
    return is_over and mount.foot_deg - margin_deg <= rider.foot_deg <= mount.top_deg + margin_deg
