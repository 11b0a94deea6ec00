"""What of a picture a source takes: an outline, the point for its dot, and the box that labels should leave free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol.scene import Source
from server.export.pictures.drawing import Point, rounded_box
from server.export.pictures.lettering.label_layout import Rectangle
from server.export.pictures.lettering.words import goes_all_round
from server.export.pictures.regions import Region, source_region
from server.pipeline.stages import Proposal
from server.pipeline.views import View

Line = tuple[NDArray[np.float64], bool]
"""Points of shape (N, 2), and whether the last joins the first."""

# Outlines are drawn piece by piece, since a straight edge on the sphere bends in a photograph.
_EDGE_PIECES = 48
# What fills a photograph still has its outline inside.
_MARGIN_PX = 4.0
# What takes more of the picture than this can't be left free of labels.
_SMALL = 0.06


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Extent:
    """Where in a picture a source is.

    Attributes:
        mark: the point for its dot, on the source; None where the picture doesn't show it, or it is everywhere.
        lines: around it.
        region: what belongs to it, where it has no plain shape.
        body: its box, where that is small and in one piece.
    """

    mark: Point | None
    lines: tuple[Line, ...] = ()
    region: Region | None = None
    body: Rectangle | None = None


def source_extent(source: Source, view: View, proposals: Sequence[Proposal], *, margin_px: float) -> Extent:
    """Where in a picture a source is: by the masks it was found with, else as wide and high as it is.

    Args:
        source: of the scene.
        view: the picture, in the pixels to draw in.
        proposals: of the run that found the source.
        margin_px: how far from the edge of its region a dot should be.
    """
    if source.distance_m is None:
        return Extent(mark=None)
    column, row = (float(value) for value in view.pixel(source.azimuth_deg, source.elevation_deg))
    region = source_region(source, view, proposals)
    if region is not None:
        return Extent(
            mark=region.point_inside((column, row), margin_px),
            lines=tuple((line, True) for line in region.outlines()),
            region=region,
            body=_small(region.box(), view),
        )
    lines = _lines(source, view) if source.width_deg > 0.0 and source.height_deg > 0.0 else ()
    shown = bool(view.contains(source.azimuth_deg, source.elevation_deg))
    return Extent(mark=(column, row) if shown else None, lines=lines, body=_body(lines, view))


def _body(lines: Sequence[Line], view: View) -> Rectangle | None:
    if len(lines) != 1 or not lines[0][1]:
        return None
    (left, top), (right, bottom) = lines[0][0].min(axis=0), lines[0][0].max(axis=0)
    return _small((float(left), float(top), float(right), float(bottom)), view)


def _small(box: Rectangle, view: View) -> Rectangle | None:
    area = (box[2] - box[0]) * (box[3] - box[1])
    return box if area <= _SMALL * view.width_px * view.height_px else None


def _lines(source: Source, view: View) -> tuple[Line, ...]:
    """Lines around a source as wide and high as it is."""
    top = min(source.elevation_deg + source.height_deg / 2, 90.0)
    foot = max(source.elevation_deg - source.height_deg / 2, -90.0)
    if view.projection == "perspective":
        return _bent_frame(source, view, top, foot)
    _, (top_px, foot_px) = view.pixel(0.0, np.array([top, foot]))
    if goes_all_round(source):
        ends = (-9.0, view.width_px + 9.0)
        return tuple((np.array([[ends[0], row], [ends[1], row]]), False) for row in (top_px, foot_px))
    width_px = source.width_deg / 360.0 * view.width_px
    left_px = (0.5 - source.azimuth_deg / 360.0) * view.width_px - width_px / 2
    # Across the seam a box goes on at the other side.
    lefts = [left_px + turn for turn in (-view.width_px, 0, view.width_px)]
    return tuple(
        (rounded_box((left, float(top_px), left + width_px, float(foot_px)), view.width_px / 200), True)
        for left in lefts
        if left + width_px > 0.0 and left < view.width_px
    )


def _bent_frame(source: Source, view: View, top_deg: float, foot_deg: float) -> tuple[Line, ...]:
    """The frame around a source in a photograph; none where the photograph doesn't show it."""
    half_deg = source.width_deg / 2
    across = np.linspace(source.azimuth_deg + half_deg, source.azimuth_deg - half_deg, _EDGE_PIECES)
    down = np.linspace(top_deg, foot_deg, _EDGE_PIECES)
    azimuth_deg = np.concatenate([across, np.full_like(down, across[-1]), across[::-1], np.full_like(down, across[0])])
    elevation_deg = np.concatenate([np.full_like(across, top_deg), down, np.full_like(across, foot_deg), down[::-1]])
    columns, rows = view.pixel(azimuth_deg, elevation_deg)
    shown = np.isfinite(columns)
    if not shown.any():
        return ()
    columns = np.clip(columns[shown], _MARGIN_PX, view.width_px - _MARGIN_PX)
    rows = np.clip(rows[shown], _MARGIN_PX, view.height_px - _MARGIN_PX)
    is_inside = np.ptp(columns) > 0.0 and np.ptp(rows) > 0.0
    return ((np.stack([columns, rows], axis=-1), True),) if is_inside else ()
