"""What a decoder makes of a file."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.pipeline.picture.metadata.camera_pose import CameraPose
from server.pipeline.picture.metadata.gpano import GPano
from server.pipeline.picture.metadata.lens import Lens


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decoded:
    """A picture as its file tells it.

    Attributes:
        pixels: uint8 sRGB of shape (H, W, 3), upright.
        width_px: columns of the picture in the file, upright; ``pixels`` may be a smaller copy.
        height_px: rows of the picture in the file, upright.
        gpano: what it tells of its sphere.
        lens: of the camera.
        pose: of the camera.
        transparent: bool of shape (H, W), True where the file shows nothing; None: nowhere.
        cube_layout: of a cube map whose layout isn't to be found out; empty for whatever else.
        notices: what a person should know of how it was decoded.
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    width_px: int
    height_px: int
    gpano: GPano = field(default_factory=GPano)
    lens: Lens = field(default_factory=Lens)
    pose: CameraPose = field(default_factory=CameraPose)
    transparent: NDArray[np.bool_] | None = field(default=None, repr=False)
    cube_layout: str = ""
    notices: tuple[str, ...] = ()
