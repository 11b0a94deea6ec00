"""Which of the sources found are worth a clip: those that would be heard most."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from server.pipeline.locate import Located
from server.pipeline.merge import order

# Level falls from 1 m on; nearer than that a source is a body, and no longer a point.
_REFERENCE_M = 1.0
# A source that nobody believes in is not infinitely quiet, just last: 1 % costs 20 dB.
_LEAST_CONFIDENCE = 0.01


def ranking_level_db(source: Located) -> float:
    """What a source is expected to bring to the listener, in dB SPL.

    The level at 1 m less its spreading (20 log10 d for a point or an area, 10 log10 d for a line, none for ambience),
    plus 10 log10 of the confidence: something that is there with probability c brings c times its energy on average.
    """
    spread = {"point": 20.0, "area": 20.0, "line": 10.0, "ambient": 0.0}[source.proposal.kind]
    distance_m = max(source.distance_m or _REFERENCE_M, _REFERENCE_M)
    sure = max(source.proposal.confidence, _LEAST_CONFIDENCE)
    return source.proposal.level_db_spl_1m - spread * math.log10(distance_m / _REFERENCE_M) + 10.0 * math.log10(sure)


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
