"""How well the sources found agree with the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from protocol.coordinates import great_circle_deg
from server.pipeline.locate.location import Located
from server.synthetic.truth import Sight

# Farther off than this, a source is not the thing but another one, or nothing.
GATE_DEG = 8.0
GATE_LOG = float(np.log(3.0))


@dataclass(frozen=True, kw_only=True)
class Score:
    """Errors over all matched pairs, and counts over all truths and all finds."""

    great_circle_deg: tuple[float, ...]
    log_distance: tuple[float, ...]
    """|ln(found / true)| of each matched pair."""
    truths: int
    finds: int
    duplicates: int
    """Finds that agree with a truth that a better find has taken already."""

    @property
    def precision(self) -> float:
        return len(self.great_circle_deg) / self.finds if self.finds else 1.0

    @property
    def recall(self) -> float:
        return len(self.great_circle_deg) / self.truths if self.truths else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2.0 * self.precision * self.recall / both if both else 0.0

    @property
    def duplicate_rate(self) -> float:
        return self.duplicates / self.finds if self.finds else 0.0

    @property
    def median_deg(self) -> float:
        return float(np.median(self.great_circle_deg)) if self.great_circle_deg else float("nan")

    @property
    def median_log(self) -> float:
        return float(np.median(self.log_distance)) if self.log_distance else float("nan")


def scored(found: Sequence[Located], sights: Sequence[Sight], *, ignored: Sequence[Sight] = ()) -> Score:
    """Match by label, great circle and distance with the least total cost (Kuhn 1955), within the gates.

    Finding something that is ignored is neither right nor wrong.
    """
    everything = (*sights, *ignored)
    angle = np.full((len(found), len(everything)), np.inf)
    log = np.full((len(found), len(everything)), np.inf)
    for i, one in enumerate(found):
        for j, sight in enumerate(everything):
            if one.proposal.label == sight.label and one.distance_m is not None:
                angle[i, j] = great_circle_deg(
                    one.azimuth_deg, one.elevation_deg, sight.azimuth_deg, sight.elevation_deg
                )
                log[i, j] = abs(np.log(one.distance_m / sight.distance_m))
    near = (angle <= GATE_DEG) & (log <= GATE_LOG)
    cost = np.where(near, angle / GATE_DEG + log / GATE_LOG, 100.0)
    pairs = [(i, j) for i, j in zip(*linear_sum_assignment(cost), strict=True) if near[i, j]]
    taken = {i for i, _ in pairs}
    counted = [(i, j) for i, j in pairs if j < len(sights)]
    return Score(
        great_circle_deg=tuple(float(angle[pair]) for pair in counted),
        log_distance=tuple(float(log[pair]) for pair in counted),
        truths=len(sights),
        finds=len(found) - (len(pairs) - len(counted)),
        duplicates=sum(bool(near[i].any()) for i in range(len(found)) if i not in taken),
    )


def pooled(scores: Sequence[Score]) -> Score:
    """All worlds as one."""
    return Score(
        great_circle_deg=tuple(value for score in scores for value in score.great_circle_deg),
        log_distance=tuple(value for score in scores for value in score.log_distance),
        truths=sum(score.truths for score in scores),
        finds=sum(score.finds for score in scores),
        duplicates=sum(score.duplicates for score in scores),
    )
