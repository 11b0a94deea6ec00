"""Whether a picture was taken by day or by night."""

from __future__ import annotations

import cv2
import numpy as np

from server.perception.land_cover.classes import Cover, LandCover
from server.pipeline.views import Picture

# sRGB, of 255: even an overcast sky at dusk is exposed lighter, and a sky over street lamps darker.
_NIGHT_SKY = 60.0
# So much sky has to be seen, as a share of what of the map is.
_LEAST_SHARE = 0.01


def is_night(picture: Picture, cover: LandCover) -> bool:
    """Whether the sky is dark. Where no sky is seen it is taken for day, and so are exposures that show the stars."""
    is_sky = cover.classes == Cover.SKY
    if np.mean(is_sky[cover.seen]) < _LEAST_SHARE:
        return False
    height_px, width_px = is_sky.shape
    small = cv2.resize(picture.pixels, (width_px, height_px), interpolation=cv2.INTER_AREA)
    return float(np.median(small[is_sky])) < _NIGHT_SKY
