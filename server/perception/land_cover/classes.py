"""Land cover: what each part of a picture shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from server.perception.detector.feature_grid import grid_view
from server.perception.detector.sight import sight
from server.perception.land_cover.context import even_ground, in_context, without_ceiling
from server.perception.land_cover.cover import Cover
from server.perception.land_cover.head import Head, head_in_use
from server.perception.land_cover.inputs import cielab, is_black, is_blank
from server.perception.land_cover.refinement import map_view, refined
from server.pipeline.views import Picture, View

__all__ = ["Cover", "LandCover", "land_cover"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LandCover:
    """What each pixel of a picture shows.

    Attributes:
        view: the picture's window in the map's own pixels (at most 1024 wide).
        classes: uint8 (H, W) of :class:`Cover`; OTHER where nothing was photographed.
        confidence: float32 (H, W) in [0, 1].
        unseen: bool (H, W), True where nothing was photographed; None: all was.
    """

    view: View
    classes: NDArray[np.uint8] = field(repr=False)
    confidence: NDArray[np.float32] = field(repr=False)
    unseen: NDArray[np.bool_] | None = field(default=None, repr=False)

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Which pixels were photographed, (H, W)."""
        return np.ones(self.classes.shape, np.bool_) if self.unseen is None else ~self.unseen


def land_cover(picture: Picture) -> LandCover:
    """The land cover of a panorama or a photograph."""
    return _land_cover(picture, head_in_use())


@lru_cache(maxsize=2)
def _land_cover(picture: Picture, head: Head) -> LandCover:
    view = map_view(picture.view)
    if is_blank(picture):
        nothing = np.zeros((view.height_px, view.width_px), np.uint8)
        return LandCover(view=view, classes=nothing, confidence=np.ones_like(nothing, np.float32))
    cells = grid_view(sight(picture))
    seen = ~picture.unseen_in(cells)
    odds = even_ground(head.odds_in(picture), cells, seen)
    if cells.projection == "equirectangular":
        odds = without_ceiling(odds, cells, cielab(picture, cells), seen)
    odds = in_context(odds, cells, seen)
    odds = np.maximum(refined(odds, picture), np.float32(1e-4))
    unseen = None if picture.unseen is None else picture.unseen_in(view)
    odds[1:, is_black(picture, view)] = np.float32(1e-4)
    if unseen is not None:
        odds[1:, unseen] = np.float32(1e-4)
    classes = np.argmax(odds, axis=0).astype(np.uint8)
    confidence = np.max(odds, axis=0) / np.sum(odds, axis=0)
    return LandCover(view=view, classes=classes, confidence=confidence.astype(np.float32), unseen=unseen)
