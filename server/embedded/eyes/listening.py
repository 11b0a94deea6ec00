"""From what a picture shows to what would sound there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protocol.scene import Setting
from server.embedded.eyes.landcover import LandCover, land_cover
from server.embedded.eyes.patches import Patch, patches
from server.embedded.eyes.setting import setting
from server.embedded.eyes.soundings import SOUNDINGS, Sounding
from server.pipeline.stages import Box, Impression, Proposal, Sees
from server.pipeline.views import Picture, View


class EmbeddedProposer:
    """Perception without a model: land cover, and what it sounds like.

    Its proposals come with boxes and masks, so nothing else has to ground them.
    """

    identity = "embedded-eyes@1"
    sees: Sees = "picture"

    def propose(self, windows: Sequence[Picture]) -> Iterator[Impression]:
        """One impression for each window."""
        for picture in windows:
            cover = land_cover(picture)
            where, sure = setting(picture, cover)
            sounding = (one for one in SOUNDINGS if where in one.settings)
            seen = (proposal for one in sounding for proposal in _proposals(cover, one, picture.view))
            yield Impression(
                proposals=(*seen, *_ambience(where, sure)),
                setting=where,
                setting_confidence=sure,
            )


def _proposals(cover: LandCover, sounding: Sounding, view: View) -> Iterator[Proposal]:
    """A proposal for each patch of a cover that sounds."""
    found = list(patches(cover, sounding.cover, least_sr=sounding.least_sr, in_clumps=sounding.in_clumps))
    prompt = sounding.prompt(sum(one.solid_sr for one in found))
    for one in found:
        yield Proposal(
            label=sounding.label,
            prompt=prompt,
            kind=sounding.kind,
            level_db_spl_1m=sounding.level_db_spl_1m,
            evidence=sounding.evidence,
            confidence=one.confidence,
            box=_box(one, cover, view),
            mask=one.mask,
        )


def _box(patch: Patch, cover: LandCover, view: View) -> Box:
    """A patch's box in the picture's own pixels."""
    height_px, width_px = cover.classes.shape
    across, down = view.width_px / width_px, view.height_px / height_px
    return Box(
        view=view,
        left_px=patch.columns[0] * across,
        top_px=patch.rows[0] * down,
        right_px=patch.columns[1] * across,
        bottom_px=patch.rows[1] * down,
    )


def _ambience(where: Setting, sure: float) -> Iterator[Proposal]:
    """What is heard everywhere in a setting, whatever stands there. A covered street has neither wind nor room tone."""
    heard = {"outdoor": ("wind", "light wind", 40.0), "indoor": ("room tone", "quiet room tone", 35.0)}
    if where in heard:
        label, prompt, level_db_spl = heard[where]
        yield Proposal(
            label=label,
            prompt=prompt,
            kind="ambient",
            level_db_spl_1m=level_db_spl,
            evidence="inferred",
            confidence=sure,
        )
