"""What of a box was photographed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from server.pipeline.boxes.footprint import framed
from server.pipeline.stages import Box

# Of what a box shows, at least so much must have been photographed; and of a row or a column at its edge.
_LEAST_SEEN = 0.5


def seen_part(box: Box, unseen: NDArray[np.bool_] | None) -> Box | None:
    """A box without its edges that show nothing, told to be cut there; None where that is most of it.

    Args:
        box: in the pixels of its window.
        unseen: bool (H, W) over that window, at any resolution, True where nothing was photographed; None: all was.
    """
    if unseen is None:
        return box
    height_px, width_px = unseen.shape
    across, down = width_px / box.view.width_px, height_px / box.view.height_px
    left, top, right, bottom = framed(box)
    columns = np.arange(int(left * across), max(int(np.ceil(right * across)), int(left * across) + 1))
    rows = np.arange(int(top * down), min(max(int(np.ceil(bottom * down)), int(top * down) + 1), height_px))
    seen = ~unseen[rows[:, None], columns % width_px]
    if seen.all():
        return box
    if seen.mean() < _LEAST_SEEN:
        return None
    kept_columns, kept_rows = (np.flatnonzero(seen.mean(axis=axis) >= _LEAST_SEEN) for axis in (0, 1))
    if not kept_columns.size or not kept_rows.size:
        return None
    return replace(
        box,
        cut=True,
        left_px=max(left, columns[kept_columns[0]] / across),
        top_px=max(top, rows[kept_rows[0]] / down),
        right_px=min(right, (columns[kept_columns[-1]] + 1) / across),
        bottom_px=min(bottom, (rows[kept_rows[-1]] + 1) / down),
    )
