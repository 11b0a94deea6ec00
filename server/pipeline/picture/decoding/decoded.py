"""What a decoder makes of a file."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.pipeline.picture.camera_pose import CameraPose


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decoded:
    """A picture as its file tells it.

    Attributes:
        pixels: uint8 sRGB of shape (H, W, 3), upright.
        hfov_deg: the horizontal field of view of a photograph, where the file tells.
        pose: of the camera.
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    hfov_deg: float | None = None
    pose: CameraPose = field(default_factory=CameraPose)
