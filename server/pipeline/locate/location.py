"""Where a proposal is: a direction, its angular size and metres, each from the window in which it was boxed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.pipeline.boxes.extents import EVERYWHERE, box_extents, mask_extents
from server.pipeline.boxes.footprint import footprint
from server.pipeline.distance.shown import shown_distance
from server.pipeline.stages import Box, DistanceMap, Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A proposal with its place.

    Attributes:
        proposal: what sounds.
        azimuth_deg: of its middle, in (−180, 180], positive to the left.
        elevation_deg: of its middle, in [−90, 90].
        distance_m: along the ray; None only for ambience.
        distance_sigma_m: one standard deviation, of the depth map and of the depth that the thing itself has.
        width_deg: extent in azimuth, in [0, 360]; 360 goes all the way round.
        height_deg: extent in elevation, in [0, 180].
        boxes: the boxes that it was found in, one for each window and sighting.
    """

    proposal: Proposal
    azimuth_deg: float
    elevation_deg: float
    distance_m: float | None
    distance_sigma_m: float | None
    width_deg: float = 0.0
    height_deg: float = 0.0
    boxes: tuple[Box, ...] = ()

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Puts any sources into one reproducible order: by label, direction and distance."""
        proposal = self.proposal
        return (
            proposal.label,
            self.azimuth_deg,
            self.elevation_deg,
            self.distance_m or 0.0,
            self.width_deg,
            self.height_deg,
            -proposal.confidence,
            proposal.prompt,
            proposal.level_db_spl_1m,
            tuple(box.sort_key for box in self.boxes),
        )


def located(proposal: Proposal, maps: Sequence[DistanceMap]) -> Located:
    """Where a grounded proposal is.

    A box points at the middle of its angular extents; a mask at its solid-angle-weighted mean direction, which for
    ground that lies all around is where a little more of it lies. Ambience without a box is everywhere.

    Args:
        proposal: with a box, unless it is ambience.
        maps: distances; the map of the box's own window is preferred, else for each direction the one whose axis is
            nearest.

    Raises:
        ValueError: the proposal has no box and is not ambience.
    """
    box = proposal.box
    extents, distance_m, sigma_m = EVERYWHERE, None, None
    if box is not None:
        part = footprint(box, proposal.mask)
        is_masked = proposal.mask is not None and proposal.mask.any()
        extents = mask_extents(part) if is_masked else box_extents(box)
        if proposal.kind != "ambient":
            distance_m, sigma_m = shown_distance(proposal, part, maps)
    elif proposal.kind != "ambient":
        raise ValueError(f"{proposal.label!r} has no box: only ambience is everywhere")
    return Located(
        proposal=proposal,
        azimuth_deg=extents.azimuth_deg,
        elevation_deg=extents.elevation_deg,
        distance_m=distance_m,
        distance_sigma_m=sigma_m,
        width_deg=extents.width_deg,
        height_deg=extents.height_deg,
        boxes=() if box is None else (box,),
    )
