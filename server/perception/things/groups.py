"""Things that stand together, and are heard as one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

from protocol.coordinates import wrapped_azimuth_deg
from server.perception.things.thing import Thing
from server.pipeline.stages import Box

# Things stand together if the gap between them is at most so many of their heights, which for people is 2.5 m, or a few
# degrees, which no ear tells apart; and if none is much higher in the picture, so that they are about as far away.
# Where one stands before the other, it may be as much as three times as far.
_GAP_HEIGHTS, _GAP_DEG = 1.5, 3.0
_SAME_HEIGHT, _SAME_HEIGHT_BEHIND = 1.8, 3.0
# A row that is wider is several sources: one direction would say too little.
_WIDEST_DEG = 60.0


def groups(things: Sequence[Thing]) -> list[list[Thing]]:
    """Things parted into those that stand together, each group in the order of the things."""
    group_of = {index: [index] for index in range(len(things))}
    for a, b in combinations(range(len(things)), 2):
        if group_of[a] is not group_of[b] and stand_together(things[a], things[b]):
            group_of[a].extend(group_of[b])
            group_of.update(dict.fromkeys(group_of[b], group_of[a]))
    found = {id(group): [things[index] for index in sorted(group)] for group in group_of.values()}
    return [part for group in found.values() for part in _parted(group)]


def stand_together(a: Thing, b: Thing) -> bool:
    """Whether two things are close in azimuth, and about as far away by their apparent height."""
    apart_deg = abs(float(wrapped_azimuth_deg(a.azimuth_deg - b.azimuth_deg)))
    gap_deg = apart_deg - (a.width_deg + b.width_deg) / 2.0
    low_deg, high_deg = sorted((a.height_deg, b.height_deg))
    times = _SAME_HEIGHT_BEHIND if gap_deg < 0.0 else _SAME_HEIGHT
    return gap_deg <= max(_GAP_HEIGHTS * high_deg, _GAP_DEG) and high_deg <= times * low_deg


def around(things: Sequence[Thing]) -> Box:
    """The smallest box around the boxes of things in one window; it may go on across the seam."""
    boxes = [thing.detection.box for thing in things]
    view = boxes[0].view
    left_px, right_px = min(box.left_px for box in boxes), max(box.right_px for box in boxes)
    if view.projection == "equirectangular":
        left_px, right_px = _arc_px(boxes, float(view.width_px))
    return Box(
        view=view,
        left_px=left_px,
        top_px=min(box.top_px for box in boxes),
        right_px=right_px,
        bottom_px=max(box.bottom_px for box in boxes),
    )


def overlap_px(a: Box, b: Box) -> float:
    """How many columns two boxes of one window share; negative by how far they are apart."""
    if a.view.projection == "perspective":
        return min(a.right_px, b.right_px) - max(a.left_px, b.left_px)
    turn_px = float(a.view.width_px)
    apart_px = ((a.left_px + a.right_px - b.left_px - b.right_px) / 2.0 + turn_px / 2.0) % turn_px - turn_px / 2.0
    widths_px = (a.right_px - a.left_px, b.right_px - b.left_px)
    return min(sum(widths_px) / 2.0 - abs(apart_px), *widths_px)


def _arc_px(boxes: Sequence[Box], width_px: float) -> tuple[float, float]:
    """The shortest arc of columns over all boxes: the circle without its widest gap."""
    spans = sorted((box.left_px % width_px, box.right_px - box.left_px) for box in boxes)
    reached = max(left + across for left, across in spans) - width_px
    widest_px, begin_px = -math.inf, 0.0
    for left, across in spans:
        if left - reached > widest_px:
            widest_px, begin_px = left - reached, left
        reached = max(reached, left + across)
    return begin_px, begin_px + width_px - max(widest_px, 0.0)


def _parted(group: list[Thing]) -> list[list[Thing]]:
    """A group cut into sectors of equal width, none wider than a source may be; a photograph is hardly wider."""
    box = around(group)
    width_px = float(box.view.width_px)
    span_px = box.right_px - box.left_px
    count = math.ceil(span_px / width_px * 360.0 / _WIDEST_DEG) if box.view.projection == "equirectangular" else 1
    sectors: list[list[Thing]] = [[] for _ in range(count)]
    for thing in group:
        edges = thing.detection.box
        middle_px = (edges.left_px - box.left_px) % width_px + (edges.right_px - edges.left_px) / 2.0
        sectors[min(int(middle_px / span_px * count), count - 1)].append(thing)
    return [sector for sector in sectors if sector]
