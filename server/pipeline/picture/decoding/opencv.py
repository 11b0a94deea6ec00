"""By OpenCV: what Pillow doesn't read, which is radiance and pixels of more than 8 bits."""

from __future__ import annotations

from pathlib import Path

import cv2

from server.pipeline.picture.colour import pixels_from_numbers
from server.pipeline.picture.decoding.decoded import Decoded


def decoded_by_opencv(path: Path) -> Decoded:
    """A picture whose size has been looked at before.

    Raises:
        ValueError: OpenCV can't decode it.
    """
    # It would print to the terminal what the error says already.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    values = cv2.imread(str(path), cv2.IMREAD_ANYDEPTH | cv2.IMREAD_COLOR)
    if values is None:
        raise ValueError("its pixels can't be decoded")
    height_px, width_px = values.shape[:2]
    return Decoded(pixels=pixels_from_numbers(values[..., ::-1]), width_px=width_px, height_px=height_px)
