"""What a picture shows, seen once: things, and features for whatever else wants to know."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from server.perception.detector.boxes import Boxes, decoded, joined
from server.perception.detector.levels import Level, Tile, other_levels, tiles, whole_level
from server.perception.detector.network import COARSEST_STRIDE, FEATURE_STRIDES, Maps, Network
from server.perception.detector.pose import Pose, canonical_pose
from server.perception.detector.votes import Elected, elected
from server.perception.filled import filled
from server.pipeline.boxes.seen import seen_part
from server.pipeline.stages import Box
from server.pipeline.views import Picture, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One thing.

    Attributes:
        name: COCO's name of its class.
        confidence: how probable it is that this is there, in [0, 1].
        box: where, in pixels of the picture's own window.
    """

    name: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sight:
    """What a picture shows.

    Attributes:
        detections: things, surest first.
        features: for each stride s of ``FEATURE_STRIDES``, float16 (C, H / s, W / s): features of the whole level, H by
            W pixels (1024 by 2048 for a panorama), in the canonical pose. ``feature_grid`` brings them into the
            picture's own.
        level: the level that they are of.
        pose: the canonical pose.
        view: the picture's.
    """

    detections: tuple[Detection, ...]
    features: tuple[NDArray[np.float16], ...] = field(repr=False)
    level: Level
    pose: Pose
    view: View


@lru_cache(maxsize=2)
def sight(picture: Picture) -> Sight:
    """What a panorama or a photograph shows; nothing is detected where nothing was photographed."""
    shown = filled(picture)
    pose = canonical_pose(shown)
    posed = pose.posed(shown.pixels)
    network = Network()
    whole = whole_level(picture.view)
    boxes, features = [], []
    for tile in tiles(whole, posed):
        maps = network.maps(tile.pixels)
        boxes.append(_boxes(whole, tile, maps))
        features.append(_features(tile, maps))
    seen = [(whole, joined(boxes))]
    seen += [
        (level, joined([_boxes(level, tile, network.maps(tile.pixels)) for tile in tiles(level, posed)]))
        for level in other_levels(picture.view)
    ]
    things = elected(seen, around_px=float(picture.view.width_px) if whole.around else np.inf)
    found = [_detection(thing, pose, picture.view) for thing in things]
    parts = [seen_part(detection.box, picture.unseen) for detection in found]
    return Sight(
        detections=tuple(replace(each, box=box) for each, box in zip(found, parts, strict=True) if box is not None),
        features=tuple(np.concatenate(parts, axis=2) for parts in zip(*features, strict=True)),
        level=whole,
        pose=pose,
        view=picture.view,
    )


def _boxes(level: Level, tile: Tile, maps: Maps) -> Boxes:
    """The boxes whose centres are a tile's own, in pixels of the posed picture."""
    found = decoded(maps, start_px=tile.start_px - tile.left_px, stop_px=tile.stop_px - tile.left_px)
    edges_px = found.edges_px + np.array([tile.left_px, 0, tile.left_px, 0])
    edges_px = edges_px / np.array([level.scale, level.row_scale] * 2) + np.array([0, level.top_px, 0, level.top_px])
    # Cells below a photograph's last row, that only fill up the coarsest stride, may have boxes there.
    inside = (edges_px[:, 3] > level.top_px) & (edges_px[:, 1] < level.bottom_px)
    return Boxes(edges_px=edges_px, classes=found.classes, scores=found.scores)[inside]


def _as_float16(values: NDArray[np.float32]) -> NDArray[np.float16]:
    """Values rounded, and those beyond its range the largest there are."""
    most = float(np.finfo(np.float16).max)
    return np.clip(values, -most, most).astype(np.float16)


def _features(tile: Tile, maps: Maps) -> list[NDArray[np.float16]]:
    """The features of a tile's own columns, (C, H / s, own / s) for each stride s."""
    start_px, stop_px = tile.start_px - tile.left_px, tile.stop_px - tile.left_px
    stop_px += -stop_px % COARSEST_STRIDE
    return [
        np.concatenate([_as_float16(part[:, :, start_px // stride : stop_px // stride]) for part in parts])
        for stride, parts in zip(FEATURE_STRIDES, maps.features, strict=True)
    ]


def _detection(thing: Elected, pose: Pose, view: View) -> Detection:
    """A thing of the posed picture as a detection in the picture itself."""
    left_px, top_px, right_px, bottom_px = thing.edges_px
    left_px, right_px = np.sort(pose.picture_columns(np.array([left_px, right_px])))
    if view.projection == "equirectangular":
        width_px = min(right_px - left_px, view.width_px)
        left_px %= view.width_px
        right_px = left_px + width_px
    else:
        left_px, right_px = max(left_px, 0.0), min(right_px, view.width_px)
    return Detection(
        name=thing.class_name,
        confidence=thing.confidence,
        box=Box(
            view=view,
            left_px=float(left_px),
            top_px=float(max(top_px, 0.0)),
            right_px=float(right_px),
            bottom_px=float(min(bottom_px, view.height_px)),
        ),
    )
