"""Which of the sources found are worth a clip: those that would be heard most."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from binaural.levels import received_level_db
from server.pipeline.locate import Located
from server.pipeline.merge import order

# Nearer than this something is rather a body around the listener than a point, and its level here says no more.
_NEAREST_M = 1.0
# A source that nobody believes in is not infinitely quiet, just last: 1 % costs 20 dB.
_LEAST_CONFIDENCE = 0.01


def ranking_level_db(source: Located) -> float:
    """What a source is expected to bring to the listener, in dB SPL.

    The level that reaches the listener, plus 10 log10 of the confidence: something that is there with probability c
    brings c times its energy on average.
    """
    proposal = source.proposal
    received_db = received_level_db(
        proposal.level_db_spl_1m, source.distance_m or _NEAREST_M, proposal.kind, min_distance_m=_NEAREST_M
    )
    return received_db + 10.0 * math.log10(max(proposal.confidence, _LEAST_CONFIDENCE))


def selected(located: Sequence[Located], top: int) -> tuple[Located, ...]:
    """The most audible few, loudest first.

    One label takes at most half of the places, rounded up, as long as sources of other labels wait for them: four
    people say no more than two, and a tree beside them says something else.

    Args:
        located: distinct sources, in any order.
        top: how many to keep; all of them where there are fewer.
    """
    ranked = sorted(located, key=lambda source: (-ranking_level_db(source), order(source)))
    share = math.ceil(top / 2)
    taken: Counter[str] = Counter()
    chosen: list[int] = []
    waiting: list[int] = []
    for rank, source in enumerate(ranked):
        label = source.proposal.label
        (chosen if taken[label] < share else waiting).append(rank)
        taken[label] += 1
    kept = sorted((chosen[:top] + waiting)[:top])
    return tuple(ranked[rank] for rank in kept)
