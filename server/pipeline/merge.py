"""One source, not two: sightings of one thing in overlapping views, and across the seam, become one."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from protocol.coordinates import great_circle_deg, polar_from_scene, scene_from_polar, wrapped_azimuth_deg
from protocol.scene import Evidence
from server.pipeline.footprint import Footprint, Mask, covered, footprint, is_cut
from server.pipeline.locate import Located
from server.pipeline.stages import Box
from server.pipeline.views import View

# Boxes of one thing in two windows overlap this much (over their union, within what both windows show). Two boxes in
# one window have been told apart by whoever drew them, so there it takes more to call them one.
_SAME_ACROSS_WINDOWS = 0.25
_SAME_IN_A_WINDOW = 0.55
# Or one lies in the other to this part, and isn't much smaller: a crown in a box of the whole tree.
_NESTED = 0.85
_NESTED_AT_LEAST = 0.2
# A fragment that a frame cuts off belongs to what it continues if this much of it lies within a margin of that.
_CONTINUES = 0.7
_MARGIN_DEG = 1.0
# Samples of a footprint: two boxes' overlap is then told to about 2 %.
_SAMPLES = 2_500

# Distances agree within three sigmas of their log ratio, and always within 15 %, since a sigma can be too proud. A
# fragment shows one end of a thing, which is about as deep as it is wide. And two things hardly share an outline: where
# one agrees this well, something before it has spoilt one of the distances, and only a factor of 2.2 makes them two.
_SIGMAS = 3.0
_ALWAYS_AGREE = 0.15
_DEEPEST = 0.5
_SAME_OUTLINE = 0.75
_OUTLINE_AGREES = math.log(2.2)
# Sightings that no frame cuts are believed alone unless others reach this much farther: something may hide the cut.
_REACHES_FARTHER = 1.4
_NEARLY_ALL = 0.7


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sighting:
    """One located proposal with what comparing it needs."""

    located: Located
    box: Box
    mask: Mask | None
    part: Footprint
    cut: bool
    radius_deg: float
    cache: dict[View, float] = field(default_factory=dict)

    def in_frame_sr(self, view: View) -> float:
        """How much of it another window shows."""
        if view not in self.cache:
            inside = view.contains(self.part.azimuth_deg, self.part.elevation_deg)
            self.cache[view] = float(self.part.solid_angle_sr @ inside)
        return self.cache[view]


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
            found.append(_joined_ambience(ones))
            continue
        sightings = [_sighting(one) for one in ones]
        found.extend(_joined([sightings[member] for member in group]) for group in _groups(sightings))
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


def _sighting(one: Located) -> _Sighting:
    """A source without a box gets one in a picture of half-degree pixels."""
    box, mask = (one.boxes[0], one.proposal.mask) if one.boxes else (None, None)
    if box is None:
        sphere = View(name="sphere", projection="equirectangular", width_px=720, height_px=360)
        left_px = 2.0 * (180.0 - one.azimuth_deg - one.width_deg / 2.0)
        top_px = 2.0 * (90.0 - one.elevation_deg - one.height_deg / 2.0)
        box = Box(
            view=sphere,
            left_px=left_px,
            top_px=top_px,
            right_px=left_px + 2.0 * one.width_deg,
            bottom_px=top_px + 2.0 * one.height_deg,
        )
    part = footprint(box, mask, at_most=_SAMPLES)
    away_deg = great_circle_deg(one.azimuth_deg, one.elevation_deg, part.azimuth_deg, part.elevation_deg)
    return _Sighting(
        located=one, box=box, mask=mask, part=part, cut=is_cut(box), radius_deg=float(np.max(away_deg)) + _MARGIN_DEG
    )


def _groups(sightings: Sequence[_Sighting]) -> list[list[int]]:
    """Which sightings are of one thing: greedy agglomeration, the most alike pair first."""
    likeness = {}
    for a, b in combinations(range(len(sightings)), 2):
        alike = _likeness(sightings[a], sightings[b])
        if alike is not None:
            likeness[a, b] = alike
    group_of = {index: [index] for index in range(len(sightings))}
    for a, b in sorted(likeness, key=lambda pair: (-likeness[pair], pair)):
        one, other = group_of[a], group_of[b]
        if one is other or any(
            sightings[i].box.view == sightings[j].box.view and (min(i, j), max(i, j)) not in likeness
            for i in one
            for j in other
        ):
            continue
        one.extend(other)
        for member in other:
            group_of[member] = one
    return list({id(group): sorted(group) for group in group_of.values()}.values())


def _likeness(a: _Sighting, b: _Sighting) -> float | None:
    """How alike two sightings are, in [0, 1]; None where they are of two things."""
    apart_deg = great_circle_deg(
        a.located.azimuth_deg, a.located.elevation_deg, b.located.azimuth_deg, b.located.elevation_deg
    )
    if apart_deg > a.radius_deg + b.radius_deg:
        return None
    same_window = a.box.view == b.box.view
    a_sr, b_sr = a.in_frame_sr(b.box.view), b.in_frame_sr(a.box.view)
    shared_sr = (_shared_sr(a, b) + _shared_sr(b, a)) / 2.0
    union, smaller = a_sr + b_sr - shared_sr, min(a_sr, b_sr)
    overlap = shared_sr / union if union > 0.0 else 0.0
    nested = min(shared_sr / smaller, 1.0) if smaller > 0.0 else 0.0
    if not _distances_agree(a, b, overlap=overlap, same_window=same_window):
        return None
    if (
        overlap >= (_SAME_IN_A_WINDOW if same_window else _SAME_ACROSS_WINDOWS)
        or (nested >= _NESTED and overlap >= _NESTED_AT_LEAST)
        or (not same_window and max(_continues(a, b), _continues(b, a)) >= _CONTINUES)
    ):
        return overlap
    return None


def _shared_sr(a: _Sighting, b: _Sighting) -> float:
    """How much of a lies in b, sampled on a."""
    return float(a.part.solid_angle_sr @ covered(b.box, b.mask, a.part.azimuth_deg, a.part.elevation_deg))


def _continues(a: _Sighting, b: _Sighting) -> float:
    """Which part of a, a fragment cut off by its frame, lies within a margin of b."""
    if not a.cut:
        return 0.0
    near = covered(b.box, b.mask, a.part.azimuth_deg, a.part.elevation_deg, margin_deg=_MARGIN_DEG)
    return float(a.part.solid_angle_sr @ near / a.part.solid_angle_sr.sum())


def _distances_agree(a: _Sighting, b: _Sighting, *, overlap: float, same_window: bool) -> bool:
    """Whether two distances may be one; a line and an area have many, so theirs always may."""
    one, other = a.located, b.located
    if one.distance_m is None or other.distance_m is None or "point" not in (one.proposal.kind, other.proposal.kind):
        return True
    allowed = max(_SIGMAS * math.hypot(_relative_sigma(one), _relative_sigma(other)), _ALWAYS_AGREE)
    if not same_window and (a.cut or b.cut):
        allowed += min(math.radians(max(one.width_deg, other.width_deg)), _DEEPEST)
    if not same_window and overlap >= _SAME_OUTLINE:
        allowed = max(allowed, _OUTLINE_AGREES)
    return abs(math.log(one.distance_m / other.distance_m)) <= allowed


def _relative_sigma(one: Located) -> float:
    return (one.distance_sigma_m or 0.0) / (one.distance_m or 1.0)


def _joined(group: Sequence[_Sighting]) -> Located:
    """One source of all sightings of a thing; those that no frame cuts tell where it is, if there are any."""
    if len(group) == 1:
        return group[0].located
    whole = _most([one for one in group if not one.cut])
    azimuth_deg, elevation_deg, width_deg, height_deg = _spanned(group)
    if not whole or width_deg > _REACHES_FARTHER * max(one.located.width_deg for one in whole) + 2.0 * _MARGIN_DEG:
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


def _most(whole: Sequence[_Sighting]) -> list[_Sighting]:
    """Those that show nearly as much as the one that shows most: something else may hide the rest, or the cut."""
    sizes = [one.located.width_deg * one.located.height_deg for one in whole]
    return [one for one, size in zip(whole, sizes, strict=True) if size >= _NEARLY_ALL * max(sizes)]


def _spanned(fragments: Sequence[_Sighting]) -> tuple[float, float, float, float]:
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


def _arc(one: _Sighting) -> tuple[float, float, float, float]:
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
        known = [one for one in known if (one.distance_m or 0.0) <= (nearest.distance_m or 0.0) * (1 + _ALWAYS_AGREE)]
    if not known:
        return None, None
    logs = np.log([one.distance_m or 1.0 for one in known])
    variance = np.array([max(_relative_sigma(one), 1e-3) ** 2 for one in known])
    weight = (1.0 / variance) / np.sum(1.0 / variance)
    mean = float(weight @ logs)
    sigma = math.sqrt(float(weight @ variance) + float(weight @ (logs - mean) ** 2))
    return math.exp(mean), math.exp(mean) * sigma


def _joined_confidence(group: Sequence[_Sighting]) -> float:
    """1 − Π(1 − c), the surest sighting of each window once.

    Overlapping windows show the same pixels, so every sighting after the surest counts half.
    """
    by_window: defaultdict[View, float] = defaultdict(float)
    for one in group:
        by_window[one.box.view] = max(by_window[one.box.view], one.located.proposal.confidence)
    surest, *others = sorted(by_window.values(), reverse=True)
    return 1.0 - (1.0 - surest) * math.prod(1.0 - other / 2.0 for other in others)


def _joined_ambience(ones: Sequence[Located]) -> Located:
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
