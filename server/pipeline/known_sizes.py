"""Metres from things whose height is known, where nothing else tells them.

Where no ground is in sight, a model of relative depth knows what is twice as far as what, but not how far. An upright
thing of known height H between the elevations ``low`` and ``high`` is H / (tan high − tan low) away along the ground,
so each such thing tells the scale of all distances. What they say is averaged by iteratively reweighted least squares
with Cauchy's weights (Holland and Welsch 1977), since some are half hidden, and some are children.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from server.pipeline.footprint import is_cut
from server.pipeline.locate import FAR_M, located
from server.pipeline.stages import DistanceMap, Proposal

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Height:
    """How high things of a kind are: metres, and the standard deviation of its logarithm."""

    metres: float
    spread: float


# A person's is the mean of women and men of the world (NCD Risk Factor Collaboration 2016, eLife 5:e13410), the spread
# leaving room for children, hats and stoops; those of vehicles are of what is sold for city streets today.
_PERSON = Height(metres=1.65, spread=0.12)
_CAR = Height(metres=1.52, spread=0.1)
_HEIGHTS = (
    dict.fromkeys(("person", "man", "woman", "pedestrian", "passer-by", "shopper", "tourist"), _PERSON)
    | dict.fromkeys(("car", "taxi", "cab"), _CAR)
    | dict.fromkeys(("cyclist", "bicyclist"), Height(metres=1.75, spread=0.1))
    | dict.fromkeys(("bicycle", "bike"), Height(metres=1.05, spread=0.1))
    | dict.fromkeys(("motorcycle", "motorbike", "scooter"), Height(metres=1.15, spread=0.12))
    | {"van": Height(metres=2.1, spread=0.15), "bus": Height(metres=3.1, spread=0.15)}
    | dict.fromkeys(("tram", "streetcar"), Height(metres=3.5, spread=0.12))
)
# A noun ends where something more is said of it.
_AFTER_NOUN = re.compile(r"\s(?:with|of|on|in|at|near|by|behind|beside|and|parked|\w+ing)\b.*")
_NOT_UPRIGHT = re.compile(r"\b(?:sitting|seated|lying|crouching|kneeling|toy)\b")

# Sizes are told alike wrong: a street of children, a country of tall people.
_ALIKE = 0.05
_ROUNDS = 20
# Cauchy's tuning constant for 95 % efficiency (Holland and Welsch 1977, table 1), in standard deviations.
_CAUCHY = 2.385
# Lower is no thing's height, but a few pixels; higher stands so near that it is seen from above.
_LOWEST_DEG, _HIGHEST_DEG = 1.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A boxed thing that tells metres: those along the ray to its middle, and the spread of their logarithm."""

    proposal: Proposal
    distance_m: float
    spread: float


def measures(proposals: Iterable[Proposal]) -> list[Measure]:
    """What is boxed whole and of known height."""
    found = []
    for proposal in proposals:
        height, box = known_height(proposal.label), proposal.box
        if height is None or box is None or is_cut(box):
            continue
        whole = replace(proposal, mask=None)
        place = located(whole, ())
        low_deg, high_deg = (place.elevation_deg + side * place.height_deg / 2.0 for side in (-1.0, 1.0))
        if place.height_deg < _LOWEST_DEG or max(-low_deg, high_deg) > _HIGHEST_DEG:
            continue
        along_ground_m = height.metres / (np.tan(np.radians(high_deg)) - np.tan(np.radians(low_deg)))
        distance_m = float(along_ground_m / np.cos(np.radians(place.elevation_deg)))
        found.append(Measure(proposal=whole, distance_m=distance_m, spread=height.spread))
    return found


def known_height(label: str) -> Height | None:
    """How high the thing is that a noun phrase names; None where that is unknown, or it names several.

    >>> known_height("a red car parked by a tree") == known_height("taxi"), known_height("group of people")
    (True, None)
    """
    words = _AFTER_NOUN.sub("", label.lower()).split()
    return _HEIGHTS.get(words[-1]) if words and not _NOT_UPRIGHT.search(label.lower()) else None


def in_metres(answers: Iterable[DistanceMap], known: Sequence[Measure]) -> Iterator[DistanceMap]:
    """Maps that tell metres as far as they can: those that know their scale as they are.

    Args:
        answers: of a ranger; those whose ``scale_sigma`` is 0 pass as they come.
        known: what tells metres; nothing of known height leaves relative maps as they are.

    Yields:
        As many maps, in order.
    """
    relative = []
    for one in answers:
        if one.scale_sigma == 0.0:
            yield one
        else:
            relative.append(one)
    # What lies before nothing but sky in the maps is compared with nothing.
    pairs = [(one, said_m) for one in known if (said_m := located(one.proposal, relative).distance_m or FAR_M) < FAR_M]
    yield from _scaled(relative, pairs) if pairs else relative


def _scaled(maps: Sequence[DistanceMap], pairs: Sequence[tuple[Measure, float]]) -> Iterator[DistanceMap]:
    """Relative maps, all multiplied by one factor; of each pair, the second is what they say of the first."""
    log_factors = np.log([measure.distance_m / said_m for measure, said_m in pairs])
    log_factor, variance = _averaged(log_factors, np.array([measure.spread for measure, _ in pairs]))
    names = ", ".join(sorted({measure.proposal.label for measure, _ in pairs}))
    note = f"no ground in sight: distances come from the usual height of what was found ({names})"
    for one in maps:
        distance_m = one.distance_m * np.float32(np.exp(log_factor))
        with np.errstate(invalid="ignore"):
            relative = one.sigma_m / one.distance_m
            sigma_m = distance_m * np.sqrt(np.maximum(relative**2 - one.scale_sigma**2, 0.0) + variance)
        yield replace(
            one,
            distance_m=distance_m,
            sigma_m=np.where(np.isfinite(distance_m), sigma_m, np.inf).astype(np.float32),
            scale_sigma=0.0,
            notes=(note,),
        )


def _averaged(values: Array, spread: Array) -> tuple[float, float]:
    """A mean that outliers hardly move, and its variance."""
    mean, weight = float(np.median(values)), 1.0 / spread**2
    for _ in range(_ROUNDS):
        weight = 1.0 / (spread**2 + ((values - mean) / _CAUCHY) ** 2)
        mean = float(np.average(values, weights=weight))
    return mean, float(1.0 / weight.sum() + _ALIKE**2)
