"""What one panorama told: things seen from it, and ground of a kind around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import polar_from_scene
from protocol.scene import Evidence, Kind
from server.pipeline.boxes.footprint import footprint
from server.pipeline.locate.location import Located
from server.pipeline.merge.grouping import plain_label

GROUND_M = 30.0
"""Ground farther away is so foreshortened that a camera's tilt of one degree moves it by half of that."""
CELL_M = 1.0

# What is mostly seen below the horizon lies on the ground; a crown, of which some is, does not.
_BELOW_DEG = -2.0
_MOSTLY = 0.7
_LEAST_CELLS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """One thing as one viewpoint saw it; what each field says stands at :class:`protocol.scene.Source`."""

    label: str
    prompt: str
    kind: Kind
    evidence: Evidence
    level_db_spl_1m: float
    confidence: float
    azimuth_deg: float
    elevation_deg: float
    distance_m: float | None
    distance_sigma_m: float | None
    width_deg: float
    height_deg: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """Ground of one kind: a road, water, grass.

    Attributes:
        sighted: the largest sighting of it.
        cells_m: middles of the square metres of it, front and left of the camera, float32 (N, 2).
    """

    sighted: Sighted
    cells_m: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What one panorama told.

    Attributes:
        things: each once.
        grounds: one for each label.
        ambience: what comes from everywhere.
        camera_height_m: above the ground.
        notices: what a person should know.
    """

    things: tuple[Sighted, ...]
    grounds: tuple[Ground, ...]
    ambience: tuple[Sighted, ...]
    camera_height_m: float
    notices: tuple[str, ...] = ()


def found(
    located: Sequence[Located],
    distinct: Sequence[Located],
    *,
    camera_height_m: float,
    notices: Sequence[str] = (),
) -> Found:
    """What a panorama tells of a place.

    Args:
        located: all sightings, with their masks.
        distinct: the same, each thing once.
        camera_height_m: above the ground.
        notices: what a person should know.
    """
    on_ground: defaultdict[str, list[Located]] = defaultdict(list)
    for each in located:
        if each.proposal.kind in ("line", "area") and _lies_on_the_ground(each):
            on_ground[plain_label(each.proposal.label)].append(each)
    grounds = []
    for label, parts in sorted(on_ground.items()):
        cells_m = _cells(parts, camera_height_m)
        if len(cells_m) >= _LEAST_CELLS:
            largest = max(parts, key=lambda each: (each.width_deg * each.height_deg, each.sort_key))
            grounds.append((label, Ground(sighted=_sighted(largest), cells_m=cells_m)))
    covered = {label for label, _ in grounds}
    compact = [each for each in distinct if each.distance_m is not None]
    return Found(
        things=tuple(
            _sighted(each)
            for each in compact
            if each.proposal.kind == "point" or plain_label(each.proposal.label) not in covered
        ),
        grounds=tuple(ground for _, ground in grounds),
        ambience=tuple(_sighted(each) for each in distinct if each.distance_m is None),
        camera_height_m=camera_height_m,
        notices=tuple(notices),
    )


def _sighted(located: Located) -> Sighted:
    proposal = located.proposal
    return Sighted(
        label=proposal.label,
        prompt=proposal.prompt,
        kind=proposal.kind,
        evidence=proposal.evidence,
        level_db_spl_1m=proposal.level_db_spl_1m,
        confidence=proposal.confidence,
        azimuth_deg=located.azimuth_deg,
        elevation_deg=located.elevation_deg,
        distance_m=located.distance_m,
        distance_sigma_m=located.distance_sigma_m,
        width_deg=located.width_deg,
        height_deg=located.height_deg,
    )


def _lies_on_the_ground(located: Located) -> bool:
    proposal = located.proposal
    if proposal.box is None or proposal.mask is None or not proposal.mask.any():
        return False
    part = footprint(proposal.box, proposal.mask, at_most=20_000)
    below = part.solid_angle_sr[part.elevation_deg < _BELOW_DEG].sum()
    return bool(below >= _MOSTLY * part.solid_angle_sr.sum())


def _cells(parts: Sequence[Located], camera_height_m: float) -> NDArray[np.float32]:
    """The square metres around the camera of which masks show the middle, (N, 2).

    A cell is found by looking up its pixel: pixels are too few far away to find all cells from there.
    """
    reach = np.arange(-GROUND_M + CELL_M / 2.0, GROUND_M, CELL_M)
    front, left = (axis.ravel() for axis in np.meshgrid(reach, reach, indexing="ij"))
    near = np.hypot(front, left) <= GROUND_M
    front, left = front[near], left[near]
    azimuth_deg, elevation_deg, _ = polar_from_scene(np.stack([front, left, np.full_like(front, -camera_height_m)], -1))
    shown = np.zeros(front.size, dtype=np.bool_)
    for each in parts:
        mask, box = each.proposal.mask, each.proposal.box
        if mask is None or box is None:
            continue
        view = box.view.resized(mask.shape[1], mask.shape[0])
        column, row = view.pixel(azimuth_deg, elevation_deg)
        with np.errstate(invalid="ignore"):
            inside = (column >= 0) & (column < view.width_px) & (row >= 0) & (row < view.height_px)
        at_row, at_column = row[inside].astype(np.intp), column[inside].astype(np.intp)
        shown[inside] |= mask[at_row, at_column]
    return np.column_stack([front[shown], left[shown]]).astype(np.float32)
