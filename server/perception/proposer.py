"""From what a picture shows to what would sound there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protocol.scene import Surroundings
from server.perception.covers import heard_covers
from server.perception.daylight import is_night
from server.perception.detector.sight import sight
from server.perception.land_cover.classes import land_cover
from server.perception.soundings import SOUNDINGS
from server.perception.surroundings import surroundings
from server.perception.things.context import LeftOut
from server.perception.things.heard import heard_things, notes, things_in
from server.perception.things.traffic import roads, traffic
from server.pipeline.stages import Impression, Proposal, Sees
from server.pipeline.views import Picture


class EmbeddedProposer:
    """Perception without a download: land cover and things, and what they sound like.

    Its proposals come with boxes, those of covers with masks, so nothing else has to ground them.
    """

    identity = "embedded-eyes@4"
    sees: Sees = "picture"

    def propose(self, windows: Sequence[Picture]) -> Iterator[Impression]:
        """One impression for each window."""
        for picture in windows:
            yield _impression(picture)


def _impression(picture: Picture) -> Impression:
    cover = land_cover(picture)
    where, sure = surroundings(picture, cover)
    night = is_night(picture, cover)
    things, contradicting = things_in(sight(picture).detections, cover)
    heard, silent = heard_things(things, where)
    used, parked = roads(cover, things, where)
    return Impression(
        proposals=(
            *(
                each
                for row in SOUNDINGS
                if where in row.surroundings
                for each in heard_covers(cover, row, picture.view, night=night)
            ),
            *(traffic(road, picture.view) for road in used),
            *heard,
            *_ambience(where, sure),
        ),
        surroundings=where,
        surroundings_confidence=sure,
        notes=notes([*contradicting, *silent, *(LeftOut(thing=each, why="parked") for each in parked)]),
    )


def _ambience(where: Surroundings, sure: float) -> Iterator[Proposal]:
    """What is heard everywhere, whatever stands there. A covered street has neither wind nor room tone."""
    ambiences = {"outdoor": ("wind", "light wind", 40.0), "indoor": ("room tone", "quiet room tone", 35.0)}
    if where in ambiences:
        label, prompt, level_db_spl = ambiences[where]
        yield Proposal(
            label=label,
            prompt=prompt,
            kind="ambient",
            level_db_spl_1m=level_db_spl,
            evidence="inferred",
            confidence=sure,
        )
