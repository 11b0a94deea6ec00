"""What several sightings of one thing tell together: its direction, extent, distance, confidence and evidence."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np

from protocol.coordinates import polar_from_scene, scene_from_polar, wrapped_azimuth_deg
from protocol.scene import Evidence
from server.pipeline.boxes.extents import Extents
from server.pipeline.locate.location import Located
from server.pipeline.merge.sighting import ALWAYS_AGREE, MARGIN_DEG, Sighting, relative_sigma
from server.pipeline.stages import Box
from server.pipeline.views import View

# Sightings that no frame cuts are believed alone unless others reach this much farther: something may hide the cut.
_REACHES_FARTHER = 1.4
_NEARLY_ALL = 0.7


def joined(group: Sequence[Sighting]) -> Located:
    """One source of all sightings of a thing; those that no frame cuts tell where it is, if there are any."""
    if len(group) == 1:
        return group[0].located
    whole = _most([each for each in group if not each.cut])
    extents = _spanned(group)
    widest_deg = max((each.located.width_deg for each in whole), default=0.0)
    if not whole or extents.width_deg > _REACHES_FARTHER * widest_deg + 2.0 * MARGIN_DEG:
        whole = list(group)
    else:
        extents = _mean_extents([each.located for each in whole])
    best = max(whole, key=lambda each: each.located.proposal.confidence).located
    # The nearest part of a line may well be in a fragment.
    measured = group if best.proposal.kind == "line" else whole
    distance_m, sigma_m = _joined_distance([each.located for each in measured])
    places = [each.located for each in group]
    return Located(
        proposal=replace(best.proposal, confidence=_joined_confidence(group), evidence=_evidence(places)),
        azimuth_deg=extents.azimuth_deg,
        elevation_deg=extents.elevation_deg,
        distance_m=distance_m,
        distance_sigma_m=sigma_m,
        width_deg=extents.width_deg,
        height_deg=extents.height_deg,
        boxes=_all_boxes(places),
    )


def _most(whole: Sequence[Sighting]) -> list[Sighting]:
    """Those that show nearly as much as the one that shows most: something else may hide the rest, or the cut."""
    sizes = [each.located.width_deg * each.located.height_deg for each in whole]
    return [each for each, size in zip(whole, sizes, strict=True) if size >= _NEARLY_ALL * max(sizes)]


def _mean_extents(places: Sequence[Located]) -> Extents:
    """The mean of directions and sizes, weighted by confidence."""
    weight = np.array([place.proposal.confidence + 1e-3 for place in places])
    weight /= weight.sum()
    rays = scene_from_polar(
        np.array([place.azimuth_deg for place in places]), np.array([place.elevation_deg for place in places])
    )
    azimuth_deg, elevation_deg, _ = (float(value) for value in polar_from_scene(weight @ rays))
    return Extents(
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        width_deg=float(weight @ np.array([place.width_deg for place in places])),
        height_deg=float(weight @ np.array([place.height_deg for place in places])),
    )


def _spanned(fragments: Sequence[Sighting]) -> Extents:
    """Middle and extents of what several fragments span together.

    The azimuths are those of the shortest arc over all fragments, which is the circle without its widest gap. The
    middle is the arc's, unless masks tell where the most of it lies.
    """
    arcs = np.array([_arc(fragment) for fragment in fragments])
    starts, widths, tops, feet = np.mod(arcs[:, 0], 360.0), arcs[:, 1], arcs[:, 2], arcs[:, 3]
    turn = np.argsort(starts, kind="stable")
    reached, gap_deg, begin = starts[turn[-1]] - 360.0, -math.inf, 0.0
    reached = max((starts + widths).max() - 360.0, reached)
    for index in turn:
        if starts[index] - reached > gap_deg:
            gap_deg, begin = float(starts[index] - reached), float(starts[index])
        reached = max(reached, starts[index] + widths[index])
    width_deg = 360.0 if gap_deg <= 0.0 else 360.0 - gap_deg
    azimuth_deg, elevation_deg = begin + width_deg / 2.0, float(tops.max() + feet.min()) / 2.0
    if all(fragment.mask is not None for fragment in fragments):
        middles = np.array([fragment.located.azimuth_deg for fragment in fragments])
        weight = np.array([fragment.part.solid_angle_sr.sum() for fragment in fragments])
        azimuth_deg = float(np.degrees(np.angle(weight @ np.exp(1j * np.radians(middles)))))
        elevation_deg = float(np.average([fragment.located.elevation_deg for fragment in fragments], weights=weight))
    return Extents(
        azimuth_deg=float(wrapped_azimuth_deg(azimuth_deg)),
        elevation_deg=elevation_deg,
        width_deg=width_deg,
        height_deg=float(tops.max() - feet.min()),
    )


def _arc(fragment: Sighting) -> tuple[float, float, float, float]:
    """First azimuth and width, highest and lowest elevation, in degrees; of a mask by its pixels, which may lean."""
    place = fragment.located
    middle, half_width, half_height = place.azimuth_deg, place.width_deg / 2, place.height_deg / 2
    if fragment.mask is None or half_width >= 180.0:
        level = place.elevation_deg
        return middle - half_width, 2 * half_width, level + half_height, level - half_height
    aside = wrapped_azimuth_deg(fragment.part.azimuth_deg - middle)
    elevation = fragment.part.elevation_deg
    return middle + float(aside.min()), float(np.ptp(aside)), float(elevation.max()), float(elevation.min())


def _joined_distance(places: Sequence[Located]) -> tuple[float | None, float | None]:
    """Inverse-variance mean of the log-distances, of a line only over those that agree with its nearest part.

    Sightings share their pixels and so their errors: the sigma doesn't shrink with their number, and grows where they
    disagree.
    """
    known = [(place.distance_m, relative_sigma(place)) for place in places if place.distance_m is not None]
    if not known:
        return None, None
    if places[0].proposal.kind == "line":
        nearest_m = min(distance_m for distance_m, _ in known)
        known = [each for each in known if each[0] <= nearest_m * (1 + ALWAYS_AGREE)]
    logs = np.log([distance_m for distance_m, _ in known])
    variance = np.array([max(sigma, 1e-3) ** 2 for _, sigma in known])
    weight = (1.0 / variance) / np.sum(1.0 / variance)
    mean = float(weight @ logs)
    sigma = math.sqrt(float(weight @ variance) + float(weight @ (logs - mean) ** 2))
    return math.exp(mean), math.exp(mean) * sigma


def _joined_confidence(group: Sequence[Sighting]) -> float:
    """1 − Π(1 − c), the surest sighting of each window once.

    Overlapping windows show the same pixels, so every sighting after the surest counts half.
    """
    by_window: defaultdict[View, float] = defaultdict(float)
    for each in group:
        by_window[each.box.view] = max(by_window[each.box.view], each.located.proposal.confidence)
    surest, *others = sorted(by_window.values(), reverse=True)
    return 1.0 - (1.0 - surest) * math.prod(1.0 - other / 2.0 for other in others)


def joined_ambience(places: Sequence[Located]) -> Located:
    """The surest of one ambience; everywhere, if any of them is."""
    best = max(places, key=lambda place: (place.width_deg, place.proposal.confidence))
    surest = max(place.proposal.confidence for place in places)
    proposal = replace(best.proposal, confidence=surest, evidence=_evidence(places))
    return replace(best, proposal=proposal, boxes=_all_boxes(places))


def _evidence(places: Sequence[Located]) -> Evidence:
    """The best evidence of any: given by hand, else seen, else inferred."""
    found = {place.proposal.evidence for place in places}
    return "given" if "given" in found else "seen" if "seen" in found else "inferred"


def _all_boxes(places: Sequence[Located]) -> tuple[Box, ...]:
    """The boxes of all, sorted by window and place."""
    return tuple(sorted({box for place in places for box in place.boxes}, key=attrgetter("sort_key")))
