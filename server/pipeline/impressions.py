"""What the impressions of all windows say together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from protocol.scene import Surroundings
from server.pipeline.stages import Impression, Proposal


def surest_of_each_label(proposals: Iterable[Proposal]) -> list[Proposal]:
    """The surest proposal of each label: what to look for, once, in every view."""
    surest: dict[str, Proposal] = {}
    for proposal in proposals:
        rival = surest.get(proposal.label)
        if rival is None or proposal.confidence > rival.confidence:
            surest[proposal.label] = proposal
    return list(surest.values())


def surroundings_of(impressions: Sequence[Impression]) -> tuple[Surroundings, float]:
    """The surroundings that the windows vote for, weighted by how sure each is, and their share of all votes."""
    votes: defaultdict[Surroundings, float] = defaultdict(float)
    for impression in impressions:
        votes[impression.surroundings] += impression.surroundings_confidence
    if sum(votes.values()) == 0:
        return "unknown", 0.0
    winner = max(votes, key=lambda candidate: votes[candidate])
    return winner, votes[winner] / len(impressions)
