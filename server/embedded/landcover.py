"""Land cover: what each part of a picture is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from server.pipeline.views import View


class Cover(IntEnum):
    """What a pixel shows. OTHER is anything else: a car's roof, a black border, clutter."""

    OTHER = 0
    SKY = 1
    TREES = 2
    GRASS = 3
    WATER = 4
    ROAD = 5
    PAVED = 6
    BUILDING = 7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LandCover:
    """What each pixel of a picture shows.

    Attributes:
        view: the picture's window in the map's own pixels (at most 1024 wide).
        classes: uint8 (H, W) of :class:`Cover`.
        confidence: float32 (H, W) in [0, 1].
    """

    view: View
    classes: NDArray[np.uint8] = field(repr=False)
    confidence: NDArray[np.float32] = field(repr=False)
