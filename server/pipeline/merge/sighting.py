"""A sighting: one located box, as a patch of the sphere, and whether two of them show one thing."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from protocol.coordinates import great_circle_deg
from server.pipeline.boxes.footprint import Footprint, Mask, covered, footprint, is_cut
from server.pipeline.locate.location import Located
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
MARGIN_DEG = 1.0
# Samples of a footprint: two boxes' overlap is then known to about 2 %.
_SAMPLES = 2_500

# Distances agree within three sigmas of their log ratio, and always within 15 %, since a sigma can be too proud. A
# fragment shows one end of a thing, which is about as deep as it is wide. And two things hardly share an outline: where
# one agrees this well, something before it has spoilt one of the distances, and only a factor of 2.2 makes them two.
_SIGMAS = 3.0
ALWAYS_AGREE = 0.15
_DEEPEST = 0.5
_SAME_OUTLINE = 0.75
_OUTLINE_AGREES = math.log(2.2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sighting:
    """One located proposal with what comparing it needs.

    Attributes:
        located: where it is, by itself.
        box: its box, or one made of its extents.
        mask: what of the box it fills, if anyone said so.
        part: the patch of the sphere that it fills.
        cut: whether its box touches the frame of its window, so that it may go on beyond.
        radius_deg: how far its patch reaches from its direction, with a margin.
    """

    located: Located
    box: Box
    mask: Mask | None
    part: Footprint
    cut: bool
    radius_deg: float
    _cache: dict[View, float] = field(default_factory=dict, repr=False)

    def in_frame_sr(self, view: View) -> float:
        """How much of it another window shows."""
        if view not in self._cache:
            inside = view.contains(self.part.azimuth_deg, self.part.elevation_deg)
            self._cache[view] = float(self.part.solid_angle_sr @ inside)
        return self._cache[view]


def sighting(place: Located) -> Sighting:
    """The sighting of a located proposal; one without a box gets one in a picture of half-degree pixels."""
    if place.boxes:
        box, mask = place.boxes[0], place.proposal.mask
    else:
        box, mask = _box_of(place), None
    part = footprint(box, mask, at_most=_SAMPLES)
    away_deg = great_circle_deg(place.azimuth_deg, place.elevation_deg, part.azimuth_deg, part.elevation_deg)
    return Sighting(
        located=place, box=box, mask=mask, part=part, cut=is_cut(box), radius_deg=float(np.max(away_deg)) + MARGIN_DEG
    )


def _box_of(place: Located) -> Box:
    """The box of a place's extents."""
    sphere = View(name="sphere", projection="equirectangular", width_px=720, height_px=360)
    left_px = 2.0 * (180.0 - place.azimuth_deg - place.width_deg / 2.0)
    top_px = 2.0 * (90.0 - place.elevation_deg - place.height_deg / 2.0)
    return Box(
        view=sphere,
        left_px=left_px,
        top_px=top_px,
        right_px=left_px + 2.0 * place.width_deg,
        bottom_px=top_px + 2.0 * place.height_deg,
    )


def likeness(a: Sighting, b: Sighting) -> float | None:
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


def _shared_sr(a: Sighting, b: Sighting) -> float:
    """How much of a lies in b, sampled on a."""
    return float(a.part.solid_angle_sr @ covered(b.box, b.mask, a.part.azimuth_deg, a.part.elevation_deg))


def _continues(a: Sighting, b: Sighting) -> float:
    """Which part of a, a fragment cut off by its frame, lies within a margin of b."""
    if not a.cut:
        return 0.0
    near = covered(b.box, b.mask, a.part.azimuth_deg, a.part.elevation_deg, margin_deg=MARGIN_DEG)
    return float(a.part.solid_angle_sr @ near / a.part.solid_angle_sr.sum())


def _distances_agree(a: Sighting, b: Sighting, *, overlap: float, same_window: bool) -> bool:
    """Whether two distances may be one; a line and an area have many, so theirs always may."""
    first, second = a.located, b.located
    if first.distance_m is None or second.distance_m is None:
        return True
    if "point" not in (first.proposal.kind, second.proposal.kind):
        return True
    allowed = max(_SIGMAS * math.hypot(relative_sigma(first), relative_sigma(second)), ALWAYS_AGREE)
    if not same_window and (a.cut or b.cut):
        allowed += min(math.radians(max(first.width_deg, second.width_deg)), _DEEPEST)
    if not same_window and overlap >= _SAME_OUTLINE:
        allowed = max(allowed, _OUTLINE_AGREES)
    return abs(math.log(first.distance_m / second.distance_m)) <= allowed


def relative_sigma(place: Located) -> float:
    """The sigma of a source's log-distance, which is that of its distance over the distance; 0 where it has none."""
    return (place.distance_sigma_m or 0.0) / (place.distance_m or 1.0)
