"""The traffic of roads: one source for each region of road, with all vehicles on it and beside it.

A road without vehicles sounds too: they are only not there right now. A vehicle without a road is parked, and silent,
unless it stands in a row of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from protocol.scene import Surroundings
from server.perception.covers import patch_box
from server.perception.land_cover.classes import Cover, LandCover
from server.perception.land_cover.patches import Patch, patches
from server.perception.things.groups import around, groups, overlap_px
from server.perception.things.sounding_things import IN_TRAFFIC, VEHICLES
from server.perception.things.thing import Thing, degree_px, share_on
from server.pipeline.stages import Proposal
from server.pipeline.views import View

# A smaller or less likely region of road is too likely a mistake, unless there are vehicles on it: traffic is loud, and
# a square paved with dark stones looks much like it.
_LEAST_SR, _LEAST_USED_SR = 0.04, 0.003
_LEAST_CONFIDENCE = 0.6
# From how large a region on, or how many vehicles, traffic is near, and from how many it is dense.
_NEAR_SR, _NEAR_COUNT, _DENSE_COUNT = 0.5, 2, 6
# A car at 50 km/h has about 70 dB at 7.5 m, but only while it passes; a line of ten times as many has 10 dB more.
_LEVEL_DB_SPL_1M, _MOST_DB = 75.0, 9.0
PROMPTS = ("distant traffic", "cars passing on a road nearby", "dense traffic of cars on a busy road")
"""Far, near and dense."""

# So many vehicles in a row are on a road, or along one, even where none is seen.
_ROW = 3
# A road that is lost from sight goes on so far.
_GOES_ON_DEG = 10.0
# A vehicle is on a road, or beside it, if so much of what lies around its foot is road.
_ON_ROAD = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Road:
    """A region of road, or a row of vehicles where no such region is seen, and the vehicles on it."""

    patch: Patch | None
    vehicles: tuple[Thing, ...]


def roads(cover: LandCover, things: Sequence[Thing], where: Surroundings) -> tuple[list[Road], list[Thing]]:
    """The roads that sound, and the cars and trucks that stand on none of them.

    Args:
        cover: what each part of the picture shows.
        things: all that are in it, vehicles or not.
        where: indoors and under a roof no road sounds; in unknown surroundings one does that has vehicles on it.
    """
    vehicles = [thing for thing in things if thing.name in IN_TRAFFIC]
    if where not in ("outdoor", "unknown"):
        return [], [vehicle for vehicle in vehicles if vehicle.name in VEHICLES]
    found = list(patches(cover, Cover.ROAD, least_sr=_LEAST_USED_SR))
    on: list[list[Thing]] = [[] for _ in found]
    aside: list[Thing] = []
    for vehicle in vehicles:
        shares = [share_on(vehicle, patch.mask) for patch in found]
        if shares and max(shares) >= _ON_ROAD:
            on[shares.index(max(shares))].append(vehicle)
        else:
            aside.append(vehicle)
    beside: list[Road] = []
    parked: list[Thing] = []
    for row in groups(aside):
        # A row along a road that one sees, or where it goes on, belongs to that; so does a car that is on some road.
        box = around(row)
        along = [overlap_px(box, patch_box(patch, box.view)) for patch in found]
        is_along = bool(along) and max(along) > -_GOES_ON_DEG * degree_px(box.view)
        is_row = len(row) >= _ROW
        if is_along and (is_row or any(vehicle.ground.get(Cover.ROAD, 0.0) >= _ON_ROAD for vehicle in row)):
            on[along.index(max(along))].extend(row)
        elif is_row:
            beside.append(Road(patch=None, vehicles=tuple(row)))
        else:
            parked.extend(vehicle for vehicle in row if vehicle.name in VEHICLES)
    used = [
        Road(patch=patch, vehicles=tuple(own))
        for patch, own in zip(found, on, strict=True)
        if own or (where == "outdoor" and _is_likely(patch))
    ]
    return [*used, *beside], parked


def _is_likely(patch: Patch) -> bool:
    """Whether a region of road is believed without a vehicle on it."""
    return patch.solid_sr >= _LEAST_SR and patch.confidence >= _LEAST_CONFIDENCE


def traffic(road: Road, view: View) -> Proposal:
    """What a road sounds like: the more vehicles, the more of it."""
    count = len(road.vehicles)
    solid_sr = road.patch.solid_sr if road.patch else 0.0
    far, near, dense = PROMPTS
    is_near = solid_sr >= _NEAR_SR or count >= _NEAR_COUNT
    surest = max((vehicle.detection.confidence for vehicle in road.vehicles), default=0.0)
    return Proposal(
        label="road traffic",
        prompt=dense if count >= _DENSE_COUNT else near if is_near else far,
        kind="line",
        level_db_spl_1m=_LEVEL_DB_SPL_1M + min(10.0 * math.log10(max(count, 1)), _MOST_DB),
        # Vehicles are seen; that they drive is as good as seen.
        evidence="seen" if count else "inferred",
        confidence=1.0 - (1.0 - surest) * (1.0 - (road.patch.confidence if road.patch else 0.0)),
        box=patch_box(road.patch, view) if road.patch else around(road.vehicles),
        mask=road.patch.mask if road.patch else None,
    )
