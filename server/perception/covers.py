"""What the covers of a picture sound like, each patch of them a source."""

from __future__ import annotations

from collections.abc import Iterator

from server.perception.land_cover.classes import LandCover
from server.perception.land_cover.patches import Patch, patches
from server.perception.soundings import Sounding
from server.pipeline.stages import Box, Proposal
from server.pipeline.views import View

# A patch that is more likely something else is not listened to.
_LEAST_CONFIDENCE = 0.5


def heard_covers(cover: LandCover, sounding: Sounding, view: View, *, night: bool) -> Iterator[Proposal]:
    """A proposal for each patch of a cover that sounds.

    Args:
        cover: what each part of the picture shows.
        sounding: what to look for, and how it sounds.
        view: the picture's own window, in whose pixels the boxes are.
        night: whether it is night.
    """
    found = list(patches(cover, sounding.cover, least_sr=sounding.least_sr, in_clumps=sounding.in_clumps))
    prompt = sounding.prompt(sum(patch.solid_sr for patch in found), night=night)
    for patch in found:
        if patch.confidence < _LEAST_CONFIDENCE:
            continue
        yield Proposal(
            label=sounding.label,
            prompt=prompt,
            kind=sounding.kind,
            level_db_spl_1m=sounding.level_db_spl_1m,
            evidence=sounding.evidence,
            confidence=patch.confidence,
            box=patch_box(patch, view),
            mask=patch.mask,
        )


def patch_box(patch: Patch, view: View) -> Box:
    """A patch's box in the pixels of a view, which is the map's own window."""
    height_px, width_px = patch.mask.shape
    across, down = view.width_px / width_px, view.height_px / height_px
    return Box(
        view=view,
        left_px=patch.columns[0] * across,
        top_px=patch.rows[0] * down,
        right_px=patch.columns[1] * across,
        bottom_px=patch.rows[1] * down,
    )
