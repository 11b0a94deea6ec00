"""What was left out and why, in one line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from server.pipeline.select.choice import LeftOut


def explanation(left_out: Sequence[LeftOut]) -> str:
    """What was left out and why, in plain words; empty where nothing was.

    Each reason stands once, behind the labels that it is about, with their numbers where there are several.
    """
    labels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in left_out:
        labels[one.reason][one.source.proposal.label] += 1
    clauses = [f"{_listed(counts)}, {reason}" for reason, counts in labels.items()]
    return f"left out: {'; '.join(clauses)}" if clauses else ""


def _listed(counts: Counter[str]) -> str:
    """Labels, such as "trees (2), grass and dog"."""
    names = [label if count == 1 else f"{label} ({count})" for label, count in counts.items()]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
