"""One source, not two: sightings of one thing in overlapping views, and across the seam, become one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from operator import attrgetter

from server.pipeline.locate.location import Located
from server.pipeline.merge.joining import joined, joined_ambience
from server.pipeline.merge.sighting import Sighting, likeness, sighting


def merged(located: Sequence[Located]) -> tuple[Located, ...]:
    """The same sources, each thing once, sorted by label and direction.

    Two sightings are of one thing if they have the same label, overlap on the sphere within what both of their windows
    show, and agree in distance. Pairs join from the surest on; two boxes that one window tells apart never end up in
    one source. The order of the input doesn't matter.
    """
    by_label: defaultdict[tuple[str, bool], list[Located]] = defaultdict(list)
    for place in sorted(located, key=attrgetter("sort_key")):
        by_label[plain_label(place.proposal.label), place.proposal.kind == "ambient"].append(place)
    sources: list[Located] = []
    for (_, is_ambient), places in by_label.items():
        if is_ambient:
            sources.append(joined_ambience(places))
            continue
        sightings = [sighting(place) for place in places]
        sources.extend(joined([sightings[member] for member in group]) for group in _groups(sightings))
    return tuple(sorted(sources, key=attrgetter("sort_key")))


def plain_label(label: str) -> str:
    """A label without case and article: "A fountain" is "fountain"."""
    return re.sub(r"^(a|an|the)\s+", "", label.strip().casefold())


def _groups(sightings: Sequence[Sighting]) -> list[list[int]]:
    """Which sightings are of one thing: greedy agglomeration, the most alike pair first."""
    alike: dict[tuple[int, int], float] = {}
    for pair in combinations(range(len(sightings)), 2):
        degree = likeness(sightings[pair[0]], sightings[pair[1]])
        if degree is not None:
            alike[pair] = degree

    def are_told_apart(first: int, second: int) -> bool:
        """Whether a window shows both, and not as one thing."""
        same_window = sightings[first].box.view == sightings[second].box.view
        return same_window and (min(first, second), max(first, second)) not in alike

    group_of = {index: [index] for index in range(len(sightings))}
    for a, b in sorted(alike, key=lambda pair: (-alike[pair], pair)):
        group, other = group_of[a], group_of[b]
        if group is other or any(are_told_apart(i, j) for i in group for j in other):
            continue
        group.extend(other)
        group_of.update(dict.fromkeys(other, group))
    return list({id(group): sorted(group) for group in group_of.values()}.values())
