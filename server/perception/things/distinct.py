"""Each thing once: a detector names one thing twice, and takes its parts for further ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from server.perception.things.thing import Thing, share_inside

# A box of the same kind that lies in another to this part is a part of that thing: a face, an arm.
_PART = 0.8
# Two boxes of different kinds that each lie in the other to this part are of one thing: a car, or a truck.
_SAME = 0.7


def distinct_things(things: Iterable[Thing]) -> list[Thing]:
    """The things, each once, surest first. One with several boxes is as large as its largest, and as sure as any."""
    distinct: list[Thing] = []
    for each in sorted(things, key=lambda each: -each.detection.confidence):
        same = [other for other in distinct if _are_one(each, other)]
        if not same:
            distinct.append(each)
        elif each.name == same[0].name and _size(each) > max(map(_size, same)):
            whole = replace(each, detection=replace(each.detection, confidence=same[0].detection.confidence))
            distinct[distinct.index(same[0])] = whole
            distinct = [other for other in distinct if other not in same]
    return distinct


def _are_one(a: Thing, b: Thing) -> bool:
    inside = (share_inside(a, b), share_inside(b, a))
    if a.name == b.name:
        return max(inside) > _PART
    # A person is never the thing that it rides.
    return "person" not in (a.name, b.name) and min(inside) > _SAME


def _size(thing: Thing) -> float:
    return thing.width_deg * thing.height_deg
