"""A detection with what judging it needs: its angles, and what it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import wrapped_azimuth_deg
from server.perception.detector.sight import Detection
from server.perception.land_cover.classes import Cover, LandCover
from server.pipeline.boxes.extents import box_extents
from server.pipeline.boxes.footprint import Mask, footprint
from server.pipeline.stages import Box
from server.pipeline.views import View, pixel_values

Array = NDArray[np.float64]

# The ground that a thing stands on is looked for below its foot as far as this part of its height, at least so many
# degrees, and beside its foot as far as this part of its width: a box cut by the frame shows none below.
_BELOW, _LEAST_BELOW_DEG, _BESIDE = 0.35, 1.5, 0.35
_NO_GROUND = frozenset({Cover.OTHER, Cover.BUILDING, Cover.INTERIOR})
# The foot itself: the lowest part of a box.
_FOOT = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Thing:
    """A detection on the sphere, in degrees.

    Attributes:
        detection: what was detected.
        azimuth_deg: of its middle, in (−180, 180], positive to the left.
        width_deg: in [0, 360].
        top_deg: elevation of its upper edge.
        foot_deg: elevation of its lower edge.
        ground: what share of what lies around its foot each cover has; they add up to 1.
    """

    detection: Detection
    azimuth_deg: float
    width_deg: float
    top_deg: float
    foot_deg: float
    ground: Mapping[Cover, float]

    @property
    def name(self) -> str:
        """The detector's name of its kind."""
        return self.detection.name

    @property
    def height_deg(self) -> float:
        """From the lower to the upper edge."""
        return self.top_deg - self.foot_deg

    @property
    def ground_cover(self) -> Cover:
        """What fills most of the ground around its foot; clutter and walls are no ground, if there is any."""
        ground = {cover: share for cover, share in self.ground.items() if cover not in _NO_GROUND}
        return max(ground, key=lambda cover: ground[cover], default=Cover.OTHER)


def thing(detection: Detection, cover: LandCover) -> Thing:
    """A detection with its angles and its ground."""
    extents = box_extents(detection.box)
    return Thing(
        detection=detection,
        azimuth_deg=extents.azimuth_deg,
        width_deg=extents.width_deg,
        top_deg=extents.elevation_deg + extents.height_deg / 2.0,
        foot_deg=extents.elevation_deg - extents.height_deg / 2.0,
        ground=shares_around_foot(detection.box, cover),
    )


def shares_around_foot(box: Box, cover: LandCover) -> dict[Cover, float]:
    """What share of the solid angle below and beside the foot of a box each cover has."""
    azimuth_deg, elevation_deg, weight_sr = _around_foot(box)
    kinds = pixel_values(cover.classes, *cover.view.pixel(azimuth_deg, elevation_deg))
    total_sr = np.bincount(kinds, weight_sr, minlength=len(Cover))
    return {kind: float(total_sr[kind] / weight_sr.sum()) for kind in Cover if total_sr[kind] > 0.0}


def share_on(thing: Thing, mask: Mask) -> float:
    """What share of the ground around a thing's foot belongs to a mask, (H, W) over the window of its box."""
    azimuth_deg, elevation_deg, weight_sr = _around_foot(thing.detection.box)
    view = thing.detection.box.view.resized(mask.shape[1], mask.shape[0])
    return float(weight_sr @ pixel_values(mask, *view.pixel(azimuth_deg, elevation_deg)) / weight_sr.sum())


def share_inside(thing: Thing, other: Thing) -> float:
    """Which part of a thing's box lies in another's."""
    apart_deg = abs(float(wrapped_azimuth_deg(thing.azimuth_deg - other.azimuth_deg)))
    across = (thing.width_deg + other.width_deg) / 2.0 - apart_deg
    down = min(thing.top_deg, other.top_deg) - max(thing.foot_deg, other.foot_deg)
    part = max(min(across, thing.width_deg, other.width_deg), 0.0) * max(down, 0.0)
    return part / max(thing.width_deg * thing.height_deg, 1e-9)


def degree_px(view: View) -> float:
    """Columns to a degree, on average."""
    return view.width_px / (360.0 if view.projection == "equirectangular" else view.hfov_deg)


def _around_foot(box: Box) -> tuple[Array, Array, Array]:
    """Azimuths, elevations and steradians, (N,) each, of what the frame shows below the foot of a box and beside it."""
    width_px, height_px = box.right_px - box.left_px, box.bottom_px - box.top_px
    beside_px = _BESIDE * width_px
    below_px = max(_BELOW * height_px, _LEAST_BELOW_DEG * degree_px(box.view))
    foot = replace(box, top_px=box.bottom_px - _FOOT * height_px)
    parts = [
        replace(box, top_px=box.bottom_px, bottom_px=box.bottom_px + below_px),
        replace(foot, left_px=box.left_px - beside_px, right_px=box.left_px),
        replace(foot, left_px=box.right_px, right_px=box.right_px + beside_px),
    ]
    # A thing that fills a photograph to its lower corners hides all of its ground.
    seen = [footprint(part, at_most=400) for part in parts if _is_in_frame(part)] or [footprint(foot, at_most=400)]
    return (
        np.concatenate([part.azimuth_deg for part in seen]),
        np.concatenate([part.elevation_deg for part in seen]),
        np.concatenate([part.solid_angle_sr for part in seen]),
    )


def _is_in_frame(box: Box) -> bool:
    inside_across = box.right_px > 0 and box.left_px < box.view.width_px
    return box.top_px < box.view.height_px and (box.view.projection == "equirectangular" or inside_across)
