"""What a pixel shows near a border may be what is on the other side of it, and as far away as that."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from server.pipeline.views import View

Array = NDArray[np.float64]

# Land cover draws borders to within this, and loses what is slimmer; near one, a pixel is the other thing's so often.
# With less, what is slim (lamps, people that nobody detects) has too small sigmas; these were chosen in drawn streets
# 200 to 211 of ``benchmarks.distance``, so that 95 % of what stands lies within two sigmas.
_REACH_DEG, _OTHERS_SHARE = 2.0, 0.25
# Nothing is believed to be farther than it seems by more than this, in ln metres: the sky is no distance.
_MOST_FARTHER = 1.0


def association_sigma(log_m: Array, view: View) -> Array:
    """One standard deviation of ln metres from not knowing on which side of a border each pixel is, (H, W).

    A pixel shows what it seems to with probability 1 − p, else the farthest or the nearest thing around it, whichever
    is farther from it by Δ in ln metres: about the distance that it seems to have, the variance is p · Δ².

    Args:
        log_m: ln metres, (H, W), the sky's those of the farthest thing; NaN where nothing is seen, and then so is the
            answer.
        view: the window in the map's own pixels.
    """
    around = view.projection == "equirectangular"
    reach_px = max(1, round(_REACH_DEG * view.width_px / (360.0 if around else view.hfov_deg)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach_px + 1, 2 * reach_px + 1))

    def wide(unseen: float) -> NDArray[np.float32]:
        known = np.where(np.isnan(log_m), unseen, log_m).astype(np.float32)
        return np.pad(known, ((0, 0), (reach_px, reach_px)), mode="wrap" if around else "edge")

    inside = np.s_[:, reach_px:-reach_px]
    farthest, nearest = cv2.dilate(wide(-np.inf), disc)[inside], cv2.erode(wide(np.inf), disc)[inside]
    gap = np.maximum(np.minimum(farthest - log_m, _MOST_FARTHER), log_m - nearest)
    sigma: Array = np.sqrt(_OTHERS_SHARE) * np.maximum(gap, 0.0)
    return sigma
