"""The middle of the journey, from stages to merged sources, without what comes before and after."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from server.pipeline.locate.location import Located, located
from server.pipeline.merge.grouping import merged
from server.pipeline.stages import Sees
from server.pipeline.views import Picture
from tests.oracle.scoring import Score, scored
from tests.oracle.stubs import Noise, Oracle, truthful_stages


def sources_found(
    oracle: Oracle, windows: Sequence[Picture], *, sees: Sees = "views", noise: Noise | None = None
) -> tuple[Located, ...]:
    """What truthful stages find through some windows, located and merged."""
    stages = truthful_stages(oracle, sees=sees, noise=noise)
    assert stages.ground is not None
    impressions = stages.propose.propose(windows)
    named = {proposal.label: proposal for impression in impressions for proposal in impression.proposals}
    boxed = chain.from_iterable(stages.ground.ground(windows, list(named.values())))
    maps = list(stages.estimate_depth.estimate_depth(windows, oracle.camera_height_m))
    return merged([located(proposal, maps) for proposal in boxed])


def points_of(found: Sequence[Located]) -> tuple[Located, ...]:
    """The compact things among them: ground has no one direction that could be wrong."""
    return tuple(one for one in found if one.proposal.kind == "point")


def score_of(oracle: Oracle, windows: Sequence[Picture], found: Sequence[Located]) -> Score:
    """How right the compact things are that the windows show whole; those that they cut are ignored."""
    sights = oracle.seen_by(windows)
    ignored = [sight for sight in oracle.sights if sight.kind == "point" and sight not in sights]
    return scored(points_of(found), sights, ignored=ignored)
