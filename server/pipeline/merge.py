"""One source, not two: sightings of one thing in overlapping views, and across the seam, become one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from server.pipeline.join import joined, joined_ambience
from server.pipeline.locate import Located
from server.pipeline.sighting import Sighting, likeness, sighting


def merged(located: Sequence[Located]) -> tuple[Located, ...]:
    """The same sources with each thing told once, sorted by label and direction.

    Two sightings are of one thing if they say the same label, overlap on the sphere within what both of their windows
    show, and agree in distance. Pairs join from the surest on; two boxes that one window tells apart never end up in
    one source. The order of the input doesn't matter.
    """
    ordered = sorted(located, key=order)
    by_label: defaultdict[tuple[str, bool], list[Located]] = defaultdict(list)
    for one in ordered:
        by_label[_plain(one.proposal.label), one.proposal.kind == "ambient"].append(one)
    found: list[Located] = []
    for (_, is_ambient), ones in by_label.items():
        if is_ambient:
            found.append(joined_ambience(ones))
            continue
        sightings = [sighting(one) for one in ones]
        found.extend(joined([sightings[member] for member in group]) for group in _groups(sightings))
    return tuple(sorted(found, key=order))


def order(one: Located) -> tuple[object, ...]:
    """A key that puts any sources into one reproducible order: by label, direction and distance."""
    proposal = one.proposal
    boxes = tuple((box.view.name, box.left_px, box.top_px, box.right_px, box.bottom_px) for box in one.boxes)
    return (
        proposal.label,
        one.azimuth_deg,
        one.elevation_deg,
        one.distance_m or 0.0,
        one.width_deg,
        one.height_deg,
        -proposal.confidence,
        proposal.prompt,
        proposal.level_db_spl_1m,
        boxes,
    )


def _plain(label: str) -> str:
    """A label without case and article: "A fountain" is "fountain"."""
    return re.sub(r"^(a|an|the)\s+", "", label.strip().casefold())


def _groups(sightings: Sequence[Sighting]) -> list[list[int]]:
    """Which sightings are of one thing: greedy agglomeration, the most alike pair first."""
    alike = {}
    for a, b in combinations(range(len(sightings)), 2):
        degree = likeness(sightings[a], sightings[b])
        if degree is not None:
            alike[a, b] = degree
    group_of = {index: [index] for index in range(len(sightings))}
    for a, b in sorted(alike, key=lambda pair: (-alike[pair], pair)):
        one, other = group_of[a], group_of[b]
        if one is other or any(
            sightings[i].box.view == sightings[j].box.view and (min(i, j), max(i, j)) not in alike
            for i in one
            for j in other
        ):
            continue
        one.extend(other)
        for member in other:
            group_of[member] = one
    return list({id(group): sorted(group) for group in group_of.values()}.values())
