"""Pictures and detections that the tests of the detector share."""

import numpy as np

from server.perception.detector.sight import Detection, Sight
from server.pipeline.views import Picture, View


def panorama(pixels: np.ndarray) -> Picture:
    height_px, width_px = pixels.shape[:2]
    view = View(name="panorama", projection="equirectangular", width_px=width_px, height_px=height_px)
    return Picture(pixels=np.ascontiguousarray(pixels), view=view)


def photograph(pixels: np.ndarray, *, hfov_deg: float) -> Picture:
    height_px, width_px = pixels.shape[:2]
    view = View(name="photograph", projection="perspective", width_px=width_px, height_px=height_px, hfov_deg=hfov_deg)
    return Picture(pixels=np.ascontiguousarray(pixels), view=view)


def edges_px(detection: Detection) -> np.ndarray:
    """Left, top, right, bottom."""
    box = detection.box
    return np.array([box.left_px, box.top_px, box.right_px, box.bottom_px])


def azimuth_deg(detection: Detection) -> float:
    left_px, top_px, right_px, bottom_px = edges_px(detection)
    azimuth, _ = detection.box.view.direction((left_px + right_px) / 2, (top_px + bottom_px) / 2)
    return float(azimuth)


def surest(found: Sight, name: str, *, at_deg: float, within_deg: float) -> float:
    """The greatest confidence of a thing of that name about an azimuth; 0 where there is none."""
    return max(
        (
            detection.confidence
            for detection in found.detections
            if detection.name == name and abs((azimuth_deg(detection) - at_deg + 180) % 360 - 180) <= within_deg
        ),
        default=0.0,
    )
