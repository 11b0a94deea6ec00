"""Which of the sources found are kept: those that a listener can hear apart, or as many as were asked for."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from server.pipeline.locate.location import Located
from server.pipeline.select.heard_apart import left_out_reasons
from server.pipeline.select.levels import expected_level_db
from server.pipeline.settings import Settings

# Levels that differ by rounding only are ties.
_DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A source that is not kept, and why, as a clause: "masked by road traffic"."""

    source: Located
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is kept, the most audible first, and what is left out."""

    kept: tuple[Located, ...]
    left_out: tuple[LeftOut, ...]


def chosen(found: Sequence[Located], settings: Settings, *, beside: Sequence[Located] = ()) -> Choice:
    """What is kept of what was found.

    The choice depends neither on the order of the sources nor on where the picture begins or which way round it is.

    Args:
        found: distinct sources, in any order.
        settings: how many to keep, and whether the most audible or the nearest; else what can be heard apart.
        beside: sources by hand, which are always kept.
    """
    ranked = sorted(found, key=_audibility_key)
    reasons: dict[int, str] = {}
    if settings.nearest is not None:
        reasons = _beyond_nearest(ranked, settings.nearest)
    if settings.top is not None:
        reasons |= _beyond_top(ranked, [n for n in range(len(ranked)) if n not in reasons], settings.top)
    elif settings.nearest is None:
        may_go = [source.proposal.kind != "ambient" for source in ranked] + [False] * len(beside)
        reasons = left_out_reasons([*ranked, *beside], may_go=may_go)
    return Choice(
        kept=tuple(source for number, source in enumerate(ranked) if number not in reasons),
        left_out=tuple(LeftOut(source=ranked[number], reason=reason) for number, reason in sorted(reasons.items())),
    )


def _audibility_key(source: Located) -> tuple[object, ...]:
    """Loudest first. Directions come last: those alone change with the picture's frame."""
    proposal = source.proposal
    return (
        -round(expected_level_db(source), _DECIMALS),
        proposal.label,
        proposal.prompt,
        source.distance_m or 0.0,
        source.width_deg,
        source.sort_key,
    )


def _beyond_nearest(ranked: Sequence[Located], count: int) -> dict[int, str]:
    """What is farther away than so many others. Ambience is nowhere, so it counts as the farthest."""
    by_distance = sorted(range(len(ranked)), key=lambda number: (ranked[number].distance_m or math.inf, number))
    return dict.fromkeys(by_distance[count:], f"not among the {count} nearest")


def _beyond_top(ranked: Sequence[Located], numbers: Sequence[int], count: int) -> dict[int, str]:
    """What is less audible than so many others.

    One label takes at most half of the places, rounded up, as long as sources of other labels wait for them: four
    people say no more than two, and a tree beside them says something else.

    Args:
        ranked: sources in order of audibility.
        numbers: of those to choose among, ascending.
        count: of those to keep.
    """
    share = math.ceil(count / 2)
    taken: Counter[str] = Counter()
    preferred: list[int] = []
    waiting: list[int] = []
    for number in numbers:
        label = ranked[number].proposal.label
        (preferred if taken[label] < share else waiting).append(number)
        taken[label] += 1
    reason = f"not among the {count} most audible" if count else "since only sources by hand were asked for"
    return dict.fromkeys((preferred + waiting)[count:], reason)
