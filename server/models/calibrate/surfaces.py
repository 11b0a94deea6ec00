"""Which pixels show ground and which show sky, on which the calibration depends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.pipeline.views import Picture

# Nearer to the horizon than this, half a degree of tilt changes the ground's distance by a tenth and more.
_LEAST_DEPRESSION_DEG = 5.0
_COARSE_PX = 128


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surfaces:
    """Ground and sky of a window, at any resolution of its shape.

    Attributes:
        ground: float32 (H, W): the likelihood that a pixel shows flat ground, in [0, 1].
        sky: bool (H, W): which pixels show sky.
    """

    ground: NDArray[np.float32] = field(repr=False)
    sky: NDArray[np.bool_] = field(repr=False)


SurfaceFinder = Callable[[Picture], Surfaces]
"""Finds the surfaces of a window."""


def horizon_surfaces(window: Picture) -> Surfaces:
    """Surfaces by geometry alone: whatever is well below the horizon may be ground, and sky isn't known."""
    view = window.view.resized(_COARSE_PX, max(1, round(_COARSE_PX * window.view.height_px / window.view.width_px)))
    columns, rows = np.meshgrid(np.arange(view.width_px) + 0.5, np.arange(view.height_px) + 0.5)
    _, elevation_deg = view.direction(columns, rows)
    ground = np.where(elevation_deg < -_LEAST_DEPRESSION_DEG, np.float32(0.5), np.float32(0.0))
    return Surfaces(ground=ground.astype(np.float32), sky=np.zeros(ground.shape, dtype=bool))
