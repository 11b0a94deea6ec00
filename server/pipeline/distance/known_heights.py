"""How high things are that a noun phrase names."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Height:
    """How large things of a kind are.

    Attributes:
        metres: from foot to top.
        spread: one standard deviation of its logarithm.
        depth_m: by how much the face that is seen may be nearer or farther than the foot, one standard deviation.
    """

    metres: float
    spread: float
    depth_m: float = 0.1


# People are the mean of women and men of the world (NCD Risk Factor Collaboration 2016, eLife 5:e13410: 1.59 m and
# 1.71 m) with shoes and hair, the spread leaving room for the young and the stooped; vehicles are what is sold for city
# streets today; animals are the common breeds, from the ground to the head as they are boxed.
_PERSON = Height(metres=1.7, spread=0.1)
_CAR = Height(metres=1.5, spread=0.1, depth_m=0.3)
_HEIGHTS = (
    dict.fromkeys(("person", "man", "woman", "pedestrian", "passer-by", "shopper", "tourist"), _PERSON)
    | dict.fromkeys(("car", "taxi", "cab"), _CAR)
    | dict.fromkeys(("cyclist", "bicyclist"), Height(metres=1.75, spread=0.1))
    | dict.fromkeys(("bicycle", "bike"), Height(metres=1.05, spread=0.1))
    | dict.fromkeys(("motorcycle", "motorbike", "scooter"), Height(metres=1.15, spread=0.12))
    | {"van": Height(metres=2.1, spread=0.15, depth_m=1.0), "truck": Height(metres=2.9, spread=0.25, depth_m=1.5)}
    | {"bus": Height(metres=3.1, spread=0.15, depth_m=2.0)}
    | dict.fromkeys(("tram", "streetcar"), Height(metres=3.5, spread=0.12, depth_m=3.0))
    | {"train": Height(metres=3.9, spread=0.12, depth_m=3.0)}
    | {"horse": Height(metres=1.8, spread=0.15, depth_m=0.5), "cow": Height(metres=1.45, spread=0.12, depth_m=0.5)}
    | {"sheep": Height(metres=0.85, spread=0.2, depth_m=0.3), "dog": Height(metres=0.6, spread=0.35, depth_m=0.2)}
)
# A noun ends where something more is said of it.
_AFTER_NOUN = re.compile(r"\s(?:with|of|on|in|at|near|by|behind|beside|and|parked|\w+ing)\b.*")
_NOT_UPRIGHT = re.compile(r"\b(?:sitting|seated|lying|crouching|kneeling|toy)\b")


def known_height(label: str) -> Height | None:
    """How high the thing is that a noun phrase names; None where that is unknown, or it names several.

    >>> known_height("a red car parked by a tree") == known_height("taxi"), known_height("group of people")
    (True, None)
    """
    words = _AFTER_NOUN.sub("", label.lower()).split()
    return _HEIGHTS.get(words[-1]) if words and not _NOT_UPRIGHT.search(label.lower()) else None
