"""Where in a picture the sources are seen that have no plain shape: water, trees, a road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from protocol.scene import BoxReference, Source
from server.export.pictures.drawing import Point
from server.export.pictures.lettering.label_layout import Rectangle
from server.pipeline.boxes.footprint import covered
from server.pipeline.stages import Box, Proposal
from server.pipeline.views import View

Share = NDArray[np.float32]

# Masks are looked up at this fraction of the picture's pixels where they are of another window.
_COARSE = 2
# Outlines are smoothed over this share of the picture's long side; specks of less than its square are left out.
_SMOOTH = 1 / 600
_SPECK = 12.0
_PAD_PX = 48
# Contours are drawn through the means of so many neighbouring points.
_NEIGHBOURS = 9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """A part of a picture.

    Attributes:
        view: the picture.
        padded: how much of each pixel belongs to it, float32 from 0 to 1, with 48 pixels more on every side: what goes
            on across the seam of a panorama, or beyond the edge, has no edge there.
    """

    view: View
    padded: Share = field(repr=False)

    @property
    def share(self) -> Share:
        """How much of each pixel of the picture belongs to it, shape (H, W)."""
        return self.padded[_PAD_PX:-_PAD_PX, _PAD_PX:-_PAD_PX]

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Which pixels of the picture belong to it, shape (H, W)."""
        inside: NDArray[np.bool_] = self.share > 0.5
        return inside

    def box(self) -> Rectangle:
        """Left, top, right and bottom of it, in pixels."""
        rows, columns = np.nonzero(self.mask)
        return float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)

    def outlines(self) -> list[NDArray[np.float64]]:
        """Closed lines around it and around its holes, each of points (N, 2) that may lie outside the picture."""
        found, _ = cv2.findContours((self.padded > 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        speck_px2 = (_SPECK * _SMOOTH * max(self.view.width_px, self.view.height_px)) ** 2
        large = [line for line in found if cv2.contourArea(line) >= speck_px2]
        return [_smoothed(line[:, 0].astype(np.float64) + 0.5 - _PAD_PX) for line in large or found]

    def point_inside(self, towards: Point, margin_px: float) -> Point:
        """The point of it nearest to another: that itself, if it lies inside.

        Args:
            towards: column and row, without numbers for what is behind a photograph.
            margin_px: how far from its edge the point should be; less where it is too slim.
        """
        deep = cv2.distanceTransform((self.padded > 0.5).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        deep = deep[_PAD_PX:-_PAD_PX, _PAD_PX:-_PAD_PX]
        rows, columns = np.nonzero(deep >= min(margin_px, 0.7 * float(deep.max())))
        if not np.isfinite(towards[0]):
            towards = (self.view.width_px / 2, self.view.height_px / 2)
        aside = np.abs(columns + 0.5 - towards[0])
        if self.view.projection == "equirectangular":
            aside = np.minimum(aside, self.view.width_px - aside)
        nearest = int(np.argmin(np.hypot(aside, rows + 0.5 - towards[1])))
        if aside[nearest] <= 0.5 and abs(rows[nearest] + 0.5 - towards[1]) <= 0.5:
            return towards
        return float(columns[nearest] + 0.5), float(rows[nearest] + 0.5)


def source_region(source: Source, view: View, proposals: Sequence[Proposal]) -> Region | None:
    """What of a picture belongs to a source; None for one of plain extents, and for what the picture doesn't show.

    Args:
        source: of the scene.
        view: the picture, in the pixels to draw in.
        proposals: of the run that found the source, with their masks.
    """
    references = set(source.provenance.boxes)
    shaped = [each for each in proposals if each.box and _has_mask(each) and _reference(each.box) in references]
    # One and the same box may be that of the ground and of those who walk on it.
    shaped = [each for each in shaped if each.label == source.label] or shaped
    if not shaped:
        return None
    share: Share = np.max([_share(each, view) for each in shaped], axis=0)
    # As coarse as the masks are, so smooth are their edges.
    finest_px = max(max(each.mask.shape) for each in shaped if each.mask is not None)
    sigma_px = max(view.width_px, view.height_px) * max(_SMOOTH, 0.7 / finest_px)
    beside = ((0, 0), (_PAD_PX, _PAD_PX))
    wide = np.pad(share, beside, mode="wrap") if view.projection == "equirectangular" else np.pad(share, beside, "edge")
    padded: Share = np.pad(wide, ((_PAD_PX, _PAD_PX), (0, 0)), mode="edge")
    smooth = np.asarray(cv2.GaussianBlur(padded, (0, 0), sigma_px), dtype=np.float32)
    region = Region(view=view, padded=smooth if (smooth > 0.5).any() else padded)
    return region if region.mask.any() else None


def _has_mask(proposal: Proposal) -> bool:
    return proposal.mask is not None and bool(proposal.mask.any())


def _reference(box: Box) -> BoxReference:
    return BoxReference(
        window=box.view.name,
        left_px=box.left_px,
        top_px=box.top_px,
        right_px=box.right_px,
        bottom_px=box.bottom_px,
    )


def _share(proposal: Proposal, view: View) -> Share:
    """A proposal's mask in the pixels of a picture, shape (H, W)."""
    box, mask = proposal.box, proposal.mask
    if box is None or mask is None:
        raise ValueError(f"{proposal.label!r} has no mask")
    if box.view.resized(view.width_px, view.height_px) == replace(view, name=box.view.name):
        seen = mask
    else:
        columns, rows = np.meshgrid(
            np.arange(0.5 * _COARSE, view.width_px, _COARSE), np.arange(0.5 * _COARSE, view.height_px, _COARSE)
        )
        azimuth_deg, elevation_deg = view.direction(columns, rows)
        seen = covered(box, mask, azimuth_deg.ravel(), elevation_deg.ravel()).reshape(columns.shape)
    size = (view.width_px, view.height_px)
    return np.asarray(cv2.resize(seen.astype(np.float32), size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _smoothed(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """A closed line of points (N, 2) without the stairs of its pixels."""
    count = min(_NEIGHBOURS, len(line))
    around = np.concatenate([line[-(count // 2) :], line, line[: count // 2]]) if count > 1 else line
    kernel = np.ones(count) / count
    return np.stack([np.convolve(around[:, axis], kernel, mode="valid") for axis in (0, 1)], axis=-1)
