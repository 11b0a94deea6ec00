"""Detections that contradict the place, each left out for a reason.

A detector looks at patches and doesn't know where it is: to it the roof of the survey car is an aeroplane, a plain
wall a train, and a statue in its niche a person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from server.perception.land_cover.classes import Cover, LandCover
from server.perception.things.sounding_things import SOUNDING_THINGS, VEHICLES
from server.perception.things.thing import Thing, share_inside

# Nearer to the nadir than this is what carries the camera: from 1.6 m above the ground it is 1.1 m away.
_NADIR_DEG = -55.0
# The roof of the camera's own car begins about so low, and is no cover that one knows; nor is what lies at the nadir
# then.
_OWN_ROOF_DEG, _OWN_ROOF_SHARE, _MASKED_SHARE = -15.0, 0.6, 0.5
# Where the nadir was masked, so far above it so much of what was seen is such a roof.
_ABOVE_DEG, _ROOF_SHARE = 20.0, 0.25
# No thing is wider than this, half a metre away; none of those that are long either, two metres away.
_WIDEST_DEG, _LONGEST_DEG = 60.0, 120.0
_LONG = frozenset({"car", "truck", "bus", "train", "boat"})
# What fills so much of a photograph's width and height is rather its background, unless that is sure, or is what people
# take portraits of.
_FILLS, _SURE = 0.93, 0.75
_PORTRAYED = frozenset({"person", "cat", "dog", "bird", "horse", "sheep", "cow"})
# Cameras are held from so low to so high above the ground: by a child, on a footbridge.
_CAMERA_M = (0.8, 8.0)
# How wrong an elevation in a panorama may be: stitching and bumpy ground, in degrees, and the edge of a box, as part of
# its height.
_SLACK_DEG, _EDGE_SLACK = 1.5, 0.06
# Streets rise: what stands so far up a hill still stands.
_HILL_DEG = 4.0
# Cameras are held about as high as people are: those in the judged panoramas are 0.8 to 1.3 times as high, but
# for one who sits; chairs and cones that were taken for people are 0.3 to 0.7 times. What is lower than this sits or is
# a child, if it is surely anybody; or the camera is high up, and then all people are low.
_LOW, _SURELY_SOMEBODY = 0.6, 0.9
# What lies to this part in a screen is shown on it.
_ON_SCREEN = 0.8
_SCREENS = frozenset({"tv", "laptop", "cell phone"})

HEIGHTS_M = {row.name: row.height_m for row in SOUNDING_THINGS} | VEHICLES
"""From the lowest thing of a kind to the highest, by its name."""

_HANGS = frozenset(row.name for row in SOUNDING_THINGS if not row.stands)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A thing that isn't listened to, and why."""

    thing: Thing
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a thing is judged by.

    Attributes:
        things: all that were detected in the picture.
        on_vehicle: whether a vehicle seems to carry the camera.
    """

    things: Sequence[Thing]
    on_vehicle: bool


Rule = Callable[[Thing, Context], str | None]
"""Why a thing is left out; None where it may be there."""


def plausible(things: Sequence[Thing], cover: LandCover) -> tuple[list[Thing], list[LeftOut]]:
    """The things that no rule leaves out, and those that one does, with the first reason."""
    context = Context(things=things, on_vehicle=_is_on_vehicle(cover))
    kept: list[Thing] = []
    left_out: list[LeftOut] = []
    for thing in things:
        why = next((why for rule in RULES if (why := rule(thing, context)) is not None), None)
        if why is None:
            kept.append(thing)
        else:
            left_out.append(LeftOut(thing=thing, why=why))
    return kept, left_out


def carries_the_camera(thing: Thing, context: Context) -> str | None:
    """A tripod, or the car of the camera: it reaches to the nadir, or rests on a roof that ends there."""
    if thing.detection.box.view.projection == "perspective":
        return None
    on_roof = thing.foot_deg < _OWN_ROOF_DEG and thing.ground.get(Cover.OTHER, 0.0) > _OWN_ROOF_SHARE
    return "carries the camera" if thing.foot_deg < _NADIR_DEG or (context.on_vehicle and on_roof) else None


def fills_the_view(thing: Thing, _: Context) -> str | None:
    """No single thing reaches round half of the listener."""
    box = thing.detection.box
    if box.view.projection == "equirectangular":
        too_large = thing.width_deg > (_LONGEST_DEG if thing.name in _LONG else _WIDEST_DEG)
    else:
        across = (box.right_px - box.left_px) / box.view.width_px
        down = (box.bottom_px - box.top_px) / box.view.height_px
        is_doubted = thing.detection.confidence < _SURE and thing.name not in _PORTRAYED
        too_large = is_doubted and min(across, down) > _FILLS
    return "as large as the view" if too_large else None


def hangs_in_the_air(thing: Thing, _: Context) -> str | None:
    """What can't fly or hang has its foot below the horizon, or a little above on a hill."""
    if not _stands_on_level_ground(thing):
        return None
    return "would hang in the air" if thing.foot_deg - slack_deg(thing) > _HILL_DEG else None


def has_no_such_size(thing: Thing, _: Context) -> str | None:
    """The height that follows from where a thing stands must be one that its kind has.

    Level ground h below the camera, with a thing's foot δ below the horizon, is h / tan δ away. If its top is ε above
    the horizon it is h (1 + tan ε / tan δ) high (Hoiem, Efros & Hebert 2008, Putting Objects in Perspective, eq. 4).
    The camera's own height is known only within bounds, and so are the elevations.
    """
    if not _stands_on_level_ground(thing):
        return None
    slack = slack_deg(thing)
    least, most = (_cameras_high(thing, shift) for shift in (-slack, slack))
    lowest_m, highest_m = HEIGHTS_M[thing.name]
    if least * _CAMERA_M[0] > highest_m:
        return "too large for where it stands"
    return "too small for where it stands" if most * _CAMERA_M[1] < lowest_m else None


def is_low_for_a_person(thing: Thing, context: Context) -> str | None:
    """What is doubted to be a person, and half as high as the camera, is rather a chair or a cone."""
    if context.on_vehicle or not _is_low_person(thing) or thing.detection.confidence > _SURELY_SOMEBODY:
        return None
    is_high_up = any(
        _is_low_person(other) and other.detection.confidence > _SURELY_SOMEBODY for other in context.things
    )
    return None if is_high_up else "low for a person"


def is_on_a_screen(thing: Thing, context: Context) -> str | None:
    """What a screen shows isn't there."""
    shown = any(
        other.name in _SCREENS and thing.name not in _SCREENS and share_inside(thing, other) > _ON_SCREEN
        for other in context.things
    )
    return "on a screen" if shown else None


RULES: tuple[Rule, ...] = (
    carries_the_camera,
    fills_the_view,
    hangs_in_the_air,
    has_no_such_size,
    is_low_for_a_person,
    is_on_a_screen,
)


def _is_on_vehicle(cover: LandCover) -> bool:
    """Whether the nadir of a panorama shows no ground that one knows; what is above it, if it is unseen itself."""
    if cover.view.projection == "perspective":
        return False
    first = int(cover.view.pixel(0.0, _NADIR_DEG)[1])
    is_other, seen = cover.classes == Cover.OTHER, cover.seen
    is_masked = float(np.mean(is_other[first:])) > _MASKED_SHARE
    if not is_masked or float(np.mean(seen[first:])) > _MASKED_SHARE:
        return is_masked
    above = slice(int(cover.view.pixel(0.0, _NADIR_DEG + _ABOVE_DEG)[1]), None)
    return bool(np.any(seen[above])) and float(np.mean(is_other[above][seen[above]])) > _ROOF_SHARE


def _is_low_person(thing: Thing) -> bool:
    return thing.name == "person" and _stands_on_level_ground(thing) and _cameras_high(thing, 0.0) < _LOW


def slack_deg(thing: Thing) -> float:
    """How wrong the elevations of a thing's edges may be."""
    return _SLACK_DEG + _EDGE_SLACK * thing.height_deg


def _stands_on_level_ground(thing: Thing) -> bool:
    """Whether a thing's elevations tell how high it is: not in a photograph, of which nobody knows how it is tilted."""
    is_level = thing.detection.box.view.projection == "equirectangular"
    return is_level and thing.name in HEIGHTS_M and thing.name not in _HANGS


def _cameras_high(thing: Thing, shift_deg: float) -> float:
    """How many times as high as the camera a thing is, were all elevations so much higher; infinite at the horizon."""
    top, foot = (np.radians(np.clip(deg + shift_deg, -89.0, 89.0)) for deg in (thing.top_deg, thing.foot_deg))
    if foot >= 0.0:
        return np.inf
    return float(max(1.0 - np.tan(top) / np.tan(foot), 0.0))
