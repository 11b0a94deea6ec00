"""What a listener can hear apart: what stands out least is left out, until all that is kept can be told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import great_circle_deg
from server.pipeline.locate.location import Located
from server.pipeline.select.levels import doubt_db
from server.pipeline.select.masking import Masking, masking_of

# Zhong and Yost, How many images are in an auditory scene?, JASA 141 (2017), 2882-2892: of sounds alike, as tones are,
# listeners told three apart, and of different words four, all at once.
MOST_ALIKE = 3
# More of one label are heard as another part of the scene, if they stand this far from all others of it.
FAR_APART_DEG = 60.0
# Most of what is in a street comes and goes: if each thing sounds a third of the time, twelve are four at a time.
MOST = 12

# Margins that differ by rounding only are ties.
_DECIMALS = 6

_Rule = Literal["masked", "crowded", "beyond"]
_Flags = NDArray[np.bool_]


def left_out_reasons(sources: Sequence[Located], *, may_go: Sequence[bool]) -> dict[int, str]:
    """Which sources can't be heard apart, and why, in words.

    One after another is left out, each time the one that stands out least: of what others mask, then of more than three
    of one label that are close together, then of more than twelve, ambience not counted. Afterwards all that may go and
    is kept stands above its masked threshold.

    Args:
        sources: in order of audibility, in which ties are decided.
        may_go: which of them may be left out; the others mask and count all the same.

    Returns:
        A clause, such as "masked by road traffic", for each number of a source.
    """
    if not sources:
        return {}
    masking, near = masking_of(sources), _near_its_like(sources)
    sounding, removable = np.ones(len(sources), dtype=bool), np.array(may_go, dtype=bool)
    rules: dict[int, _Rule] = {}
    while (step := _least(sources, masking, near, sounding & removable, sounding)) is not None:
        rule, number = step
        rules[number] = rule
        sounding[number] = False
    return {
        number: _words(rule, sources[number], sources[masking.strongest_masker(number, sounding)])
        for number, rule in rules.items()
    }


def _least(
    sources: Sequence[Located], masking: Masking, near: _Flags, may_go: _Flags, sounding: _Flags
) -> tuple[_Rule, int] | None:
    """What has to go next, and by which rule: of the candidates, the one that stands out least."""
    margins_db = np.round(masking.margins_db(sounding), _DECIMALS)
    doubts_db = np.array([doubt_db(source) for source in sources])
    counts = Counter(source.proposal.label for source, sounds in zip(sources, sounding, strict=True) if sounds)
    is_common = np.array([counts[source.proposal.label] > MOST_ALIKE for source in sources], dtype=bool)
    is_local = np.array([source.proposal.kind != "ambient" for source in sources], dtype=bool)
    candidates_by_rule: dict[_Rule, _Flags] = {
        "masked": margins_db < 0.0,
        "crowded": is_common & (near & sounding).any(axis=1),
        "beyond": np.full(len(sources), (sounding & is_local).sum() > MOST),
    }
    for rule, flags in candidates_by_rule.items():
        candidates = flags & may_go
        if candidates.any():
            standing_db = np.where(candidates, np.round(margins_db + doubts_db, _DECIMALS), np.inf)
            # Of ties the last goes.
            return rule, len(sources) - 1 - int(np.argmin(standing_db[::-1]))
    return None


def _near_its_like(sources: Sequence[Located]) -> _Flags:
    """Which pairs of sources have one label and are close together; flags of shape (N, N), false on the diagonal."""
    labels = np.array([source.proposal.label for source in sources])
    azimuths_deg = np.array([source.azimuth_deg for source in sources])
    elevations_deg = np.array([source.elevation_deg for source in sources])
    apart_deg = great_circle_deg(azimuths_deg[:, None], elevations_deg[:, None], azimuths_deg, elevations_deg)
    near: _Flags = (labels[:, None] == labels) & (np.round(apart_deg, _DECIMALS) < FAR_APART_DEG)
    np.fill_diagonal(near, val=False)
    return near


def _words(rule: _Rule, source: Located, masker: Located) -> str:
    match rule:
        case "masked" if masker.proposal.label == source.proposal.label:
            return "masked by its own kind"
        case "masked":
            return f"masked by {masker.proposal.label}"
        case "crowded":
            return f"beyond {MOST_ALIKE} of a kind close together"
        case "beyond":
            return f"beyond the {MOST} that a listener can tell apart"
