"""What several sightings of one thing tell together: its direction, extent, distance, confidence and evidence."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from protocol.coordinates import polar_from_scene, scene_from_polar, wrapped_azimuth_deg
from protocol.scene import Evidence
from server.pipeline.locate import Located
from server.pipeline.sighting import ALWAYS_AGREE, MARGIN_DEG, Sighting, relative_sigma
from server.pipeline.stages import Box
from server.pipeline.views import View

# Sightings that no frame cuts are believed alone unless others reach this much farther: something may hide the cut.
_REACHES_FARTHER = 1.4
_NEARLY_ALL = 0.7


def joined(group: Sequence[Sighting]) -> Located:
    """One source of all sightings of a thing; those that no frame cuts tell where it is, if there are any."""
    if len(group) == 1:
        return group[0].located
    whole = _most([one for one in group if not one.cut])
    azimuth_deg, elevation_deg, width_deg, height_deg = _spanned(group)
    if not whole or width_deg > _REACHES_FARTHER * max(one.located.width_deg for one in whole) + 2.0 * MARGIN_DEG:
        whole = list(group)
    else:
        weight = np.array([one.located.proposal.confidence + 1e-3 for one in whole])
        weight /= weight.sum()
        rays = scene_from_polar(
            np.array([one.located.azimuth_deg for one in whole]), np.array([one.located.elevation_deg for one in whole])
        )
        azimuth_deg, elevation_deg, _ = (float(value) for value in polar_from_scene(weight @ rays))
        width_deg = float(weight @ np.array([one.located.width_deg for one in whole]))
        height_deg = float(weight @ np.array([one.located.height_deg for one in whole]))
    best = max(whole, key=lambda one: one.located.proposal.confidence).located
    # The nearest part of a line may well be in a fragment.
    measured = group if best.proposal.kind == "line" else whole
    distance_m, sigma_m = _joined_distance([one.located for one in measured])
    return Located(
        proposal=replace(
            best.proposal, confidence=_joined_confidence(group), evidence=_evidence([one.located for one in group])
        ),
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        distance_m=distance_m,
        distance_sigma_m=sigma_m,
        width_deg=width_deg,
        height_deg=height_deg,
        boxes=_all_boxes([one.located for one in group]),
    )


def _most(whole: Sequence[Sighting]) -> list[Sighting]:
    """Those that show nearly as much as the one that shows most: something else may hide the rest, or the cut."""
    sizes = [one.located.width_deg * one.located.height_deg for one in whole]
    return [one for one, size in zip(whole, sizes, strict=True) if size >= _NEARLY_ALL * max(sizes)]


def _spanned(fragments: Sequence[Sighting]) -> tuple[float, float, float, float]:
    """Middle and extents of what several fragments span together.

    The azimuths are those of the shortest arc over all fragments, which is the circle without its widest gap. The
    middle is the arc's, unless masks tell where the most of it lies.
    """
    arcs = np.array([_arc(one) for one in fragments])
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
    if all(one.mask is not None for one in fragments):
        middles = np.array([one.located.azimuth_deg for one in fragments])
        weight = np.array([one.part.solid_angle_sr.sum() for one in fragments])
        azimuth_deg = float(np.degrees(np.angle(weight @ np.exp(1j * np.radians(middles)))))
        elevation_deg = float(np.average([one.located.elevation_deg for one in fragments], weights=weight))
    return float(wrapped_azimuth_deg(azimuth_deg)), elevation_deg, width_deg, float(tops.max() - feet.min())


def _arc(one: Sighting) -> tuple[float, float, float, float]:
    """First azimuth and width, highest and lowest elevation, in degrees; of a mask by its pixels, which may lean."""
    middle, half_width, half_height = one.located.azimuth_deg, one.located.width_deg / 2, one.located.height_deg / 2
    if one.mask is None or half_width >= 180.0:
        level = one.located.elevation_deg
        return middle - half_width, 2 * half_width, level + half_height, level - half_height
    aside = wrapped_azimuth_deg(one.part.azimuth_deg - middle)
    elevation = one.part.elevation_deg
    return middle + float(aside.min()), float(np.ptp(aside)), float(elevation.max()), float(elevation.min())


def _joined_distance(ones: Sequence[Located]) -> tuple[float | None, float | None]:
    """Inverse-variance mean of the log-distances, of a line only over those that agree with its nearest part.

    Sightings share their pixels and so their errors: the sigma doesn't shrink with their number, and grows where they
    disagree.
    """
    known = [one for one in ones if one.distance_m is not None]
    if known and known[0].proposal.kind == "line":
        nearest = min(known, key=lambda one: one.distance_m or 0.0)
        known = [one for one in known if (one.distance_m or 0.0) <= (nearest.distance_m or 0.0) * (1 + ALWAYS_AGREE)]
    if not known:
        return None, None
    logs = np.log([one.distance_m or 1.0 for one in known])
    variance = np.array([max(relative_sigma(one), 1e-3) ** 2 for one in known])
    weight = (1.0 / variance) / np.sum(1.0 / variance)
    mean = float(weight @ logs)
    sigma = math.sqrt(float(weight @ variance) + float(weight @ (logs - mean) ** 2))
    return math.exp(mean), math.exp(mean) * sigma


def _joined_confidence(group: Sequence[Sighting]) -> float:
    """1 − Π(1 − c), the surest sighting of each window once.

    Overlapping windows show the same pixels, so every sighting after the surest counts half.
    """
    by_window: defaultdict[View, float] = defaultdict(float)
    for one in group:
        by_window[one.box.view] = max(by_window[one.box.view], one.located.proposal.confidence)
    surest, *others = sorted(by_window.values(), reverse=True)
    return 1.0 - (1.0 - surest) * math.prod(1.0 - other / 2.0 for other in others)


def joined_ambience(ones: Sequence[Located]) -> Located:
    """The surest of one ambience; everywhere, if any of them is."""
    best = max(ones, key=lambda one: (one.width_deg, one.proposal.confidence))
    surest = max(one.proposal.confidence for one in ones)
    return replace(
        best, proposal=replace(best.proposal, confidence=surest, evidence=_evidence(ones)), boxes=_all_boxes(ones)
    )


def _evidence(ones: Sequence[Located]) -> Evidence:
    """The best evidence of any: given by hand, else seen, else inferred."""
    found = {one.proposal.evidence for one in ones}
    return "given" if "given" in found else "seen" if "seen" in found else "inferred"


def _all_boxes(ones: Sequence[Located]) -> tuple[Box, ...]:
    """The boxes of all, sorted by window and place."""
    return tuple(
        sorted(
            {box for one in ones for box in one.boxes},
            key=lambda box: (box.view.name, box.left_px, box.top_px, box.right_px, box.bottom_px),
        )
    )
