"""Fits how sure a detection is: ``uv run tools/fit_detector_confidence.py``.

``detector_judgements.csv`` holds the things that the levels of ``server.perception.detector`` agreed on in 24 panoramas
(those of Poly Haven by their names there, CC0, and two street panoramas), with the mean of the levels' logits, and
whether a person who looked at each of them found it to be there. Platt's (1999) logistic function of that mean is
fitted for each group of classes, and printed for ``votes.PLATT``, with a table of reliability: leaving one panorama out
at a time, how many detections of each span of confidence there were, and how many of them were there.

They were judged when the finer level's band reached 192 rows to either side. What the present one says of them fits the
same functions as well: their mean log loss is 0.418 for people (then 0.445) and 0.531 for road vehicles (then 0.557).

No animal, boat, train or aeroplane is in these panoramas. What such a thing would score is taken from the people and
road vehicles, and they are supposed to be as many as three.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from server.perception.detector.votes import group_of

JUDGEMENTS = Path(__file__).parent / "detector_judgements.csv"
_SUPPOSED = 3.0
_SPANS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
_RIDGE = 0.05
"""On the slope, which without it would be infinite for a group that the mean parts perfectly."""


class Judged:
    """Detections of a group: mean logits, whether each is there, its weight and its panorama."""

    def __init__(self) -> None:
        self.logits: list[float] = []
        self.there: list[float] = []
        self.weights: list[float] = []
        self.pictures: list[str] = []

    def add(self, logit: float, *, there: bool, weight: float = 1.0, picture: str = "") -> None:
        """Take a detection in."""
        self.logits.append(logit)
        self.there.append(float(there))
        self.weights.append(weight)
        self.pictures.append(picture)

    def fitted(self, without: str = "-") -> NDArray[np.float64]:
        """Offset and slope, by all panoramas but one."""
        kept = np.array([picture != without for picture in self.pictures])
        x, there, weights = (np.array(values)[kept] for values in (self.logits, self.there, self.weights))

        def loss(line: Any) -> float:
            signed = (line[0] + line[1] * x) * (2 * there - 1)
            return float(np.sum(weights * np.logaddexp(0, -signed)) + _RIDGE * line[1] ** 2)

        found: NDArray[np.float64] = minimize(loss, np.zeros(2)).x
        return found


def judged() -> dict[str, Judged]:
    """What was judged, by group of classes."""
    groups: dict[str, Judged] = defaultdict(Judged)
    with JUDGEMENTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            there, logit = row["there"] == "1", float(row["mean_logit"])
            groups[group_of(row["class"])].add(logit, there=there, picture=row["picture"])
    present = [
        logit
        for group in ("person", "road vehicle")
        for logit, there in zip(groups[group].logits, groups[group].there, strict=True)
        if there
    ]
    for logit in present:
        groups["rare"].add(logit, there=True, weight=_SUPPOSED / len(present))
    return groups


def main() -> None:
    """Print the functions and their reliability."""
    for name, group in sorted(judged().items()):
        offset, slope = group.fitted()
        print(f'    "{name}": Platt(offset={offset:.2f}, slope={slope:.2f}),')
        lines = {picture: group.fitted(without=picture) for picture in set(group.pictures)}
        sure = np.array(
            [
                1 / (1 + np.exp(-(lines[picture][0] + lines[picture][1] * logit)))
                for logit, picture in zip(group.logits, group.pictures, strict=True)
            ]
        )
        there, real = np.array(group.there), np.array(group.pictures) != ""
        for low, high in pairwise(_SPANS):
            inside = (sure >= low) & (sure < high) & real
            if np.any(inside):
                print(f"{low:9.1f} to {high}: {np.sum(inside):3} detections, {np.sum(there[inside]):3.0f} there")


if __name__ == "__main__":
    main()
