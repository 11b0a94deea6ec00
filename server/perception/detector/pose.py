"""A pose that does not change when a picture is turned or mirrored.

The network steps over its picture and knows left from right, so that it says slightly other things of a turned or a
mirrored picture. A panorama is therefore looked at in a pose found from itself: the column at which its lightness is
centred comes first, and what would otherwise be left-handed is mirrored. A photograph is mirrored only.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from server.pipeline.views import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """How a picture is brought into its canonical pose: mirrored first, turned second."""

    width_px: int
    """Of the picture."""
    mirrored: bool
    first_px: int
    """Which column of the (mirrored) picture comes first; 0 in a photograph."""

    def posed(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Rows of the picture, (H, W, 3), in the canonical pose."""
        facing = pixels[:, ::-1] if self.mirrored else pixels
        if self.first_px == 0:
            return facing
        return np.concatenate([facing[:, self.first_px :], facing[:, : self.first_px]], axis=1)

    def picture_columns(self, posed_columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where continuous columns of the canonical pose, of any shape, are in the picture: not wrapped."""
        columns = posed_columns + self.first_px
        return self.width_px - columns if self.mirrored else columns

    def posed_columns(self, picture_columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """Inverts :meth:`picture_columns`, an array of any shape."""
        columns = self.width_px - picture_columns if self.mirrored else picture_columns
        return columns - self.first_px


def canonical_pose(picture: Picture) -> Pose:
    """The canonical pose of a panorama or a photograph.

    For c₁ and c₂, the first two harmonics of a panorama's columns of light, the phase of c₁ turns with the picture, and
    Im(c₂ · conj(c₁)²) stays the same when the picture turns and changes its sign when it is mirrored. A photograph has
    its light to the right of its middle.
    """
    # Whole numbers: no sum depends on the order of the columns.
    light = cv2.reduce(picture.pixels, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0].sum(axis=1, dtype=np.int64)
    width_px = len(light)
    at = np.arange(width_px) + 0.5
    if picture.view.projection == "perspective":
        mirrored = bool(np.sum(light * (2 * np.arange(width_px) + 1 - width_px)) < 0)
        return Pose(width_px=width_px, mirrored=mirrored, first_px=0)
    first, second = (complex(np.sum(light * np.exp(-2j * np.pi * order * at / width_px))) for order in (1, 2))
    mirrored = bool((second * np.conj(first) ** 2).imag < 0)
    centre_px = -np.angle(np.conj(first) if mirrored else first) * width_px / (2 * np.pi)
    return Pose(width_px=width_px, mirrored=mirrored, first_px=int(np.floor(centre_px)) % width_px)
