"""Points of a panorama that are found again in another, as directions with descriptors (SIFT, Lowe 2004)."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import scene_from_polar
from server.pipeline.views import Picture

_WIDTH_PX = 1536
_MOST = 1200
# Nearer to the poles a panorama is stretched so much that nothing looks alike.
_STEEPEST_DEG = 40.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """N points of a picture.

    Attributes:
        rays: unit vectors to the front, left and up, float32 (N, 3).
        descriptors: uint8 (N, 128).
    """

    rays: NDArray[np.float32] = field(repr=False)
    descriptors: NDArray[np.uint8] = field(repr=False)


NO_FEATURES = Features(rays=np.zeros((0, 3), np.float32), descriptors=np.zeros((0, 128), np.uint8))


def features(picture: Picture) -> Features:
    """The most telling points of a level panorama between 40° below and above the horizon; of a photograph, none.

    Args:
        picture: upright.
    """
    view = picture.view
    if view.projection != "equirectangular":
        return NO_FEATURES
    width_px = min(_WIDTH_PX, view.width_px)
    small = cv2.resize(picture.pixels, (width_px, width_px // 2), interpolation=cv2.INTER_AREA)
    top = round(width_px / 2 * (0.5 - _STEEPEST_DEG / 180.0))
    band = cv2.cvtColor(small[top : width_px // 2 - top], cv2.COLOR_RGB2GRAY)
    mask = None
    if picture.unseen is not None:
        unseen = picture.unseen_in(view.resized(width_px, width_px // 2))[top : width_px // 2 - top]
        mask = np.where(unseen, 0, 255).astype(np.uint8)
    points, descriptors = cv2.SIFT.create(nfeatures=_MOST).detectAndCompute(band, mask)
    if not points:
        return NO_FEATURES
    places = np.array([point.pt for point in points])
    # OpenCV counts from the middle of the first pixel.
    azimuth_deg, elevation_deg = view.resized(width_px, width_px // 2).direction(
        places[:, 0] + 0.5, places[:, 1] + 0.5 + top
    )
    return Features(
        rays=scene_from_polar(azimuth_deg, elevation_deg).astype(np.float32), descriptors=descriptors.astype(np.uint8)
    )
