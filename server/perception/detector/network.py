"""NanoDet-g, run by OpenCV.

The network is all-convolutional: a picture in, maps out at strides of 8, 16 and 32 pixels (features at 4 as well). See
``data/NOTICE.md`` for where it comes from and ``tools/convert_detector.py`` for how it got here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

CLASS_NAMES = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
    "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow", "elephant",
    "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard",
    "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange", "broccoli",
    "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant", "bed", "dining table", "toilet",
    "tv", "laptop", "mouse", "remote", "keyboard", "cell phone", "microwave", "oven", "toaster", "sink",
    "refrigerator", "book", "clock", "vase", "scissors", "teddy bear", "hair drier", "toothbrush",
)  # fmt: skip
"""The classes of COCO in the order of the network's scores."""

BOX_STRIDES = (8, 16, 32)
FEATURE_STRIDES = (4, 8, 16, 32)
COARSEST_STRIDE = 32

_LEAST_SIDE_PX = 64
"""OpenCV reads beyond the end of maps that are a single cell high or wide, and then anything may come out."""
_FILE = Path(__file__).parent / "data" / "nanodet-g.onnx"
_FEATURES = {4: ("backbone_4",), **{stride: (f"backbone_{stride}", f"neck_{stride}") for stride in BOX_STRIDES}}
# What the network was trained on: blue, green, red, less their means in ImageNet, divided by their deviations.
_MEAN_BGR = np.array([103.53, 116.28, 123.675], np.float32)
_DEVIATION_BGR = np.array([57.375, 57.12, 58.395], np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Maps:
    """What the network says of H × W pixels.

    Attributes:
        scores: for each stride s of ``BOX_STRIDES``, float32 (80, H / s, W / s) in [0, 1].
        distances: for each of them, float32 (44, H / s, W / s): 11 bins for each side of a box.
        features: for each stride s of ``FEATURE_STRIDES`` what the backbone made and, but for the finest, the neck:
            float32 (C, H / s, W / s) each.
    """

    scores: tuple[NDArray[np.float32], ...] = field(repr=False)
    distances: tuple[NDArray[np.float32], ...] = field(repr=False)
    features: tuple[tuple[NDArray[np.float32], ...], ...] = field(repr=False)


class Network:
    """The network, read from its file."""

    def __init__(self) -> None:
        self._net = cv2.dnn.readNetFromONNX(np.fromfile(_FILE, np.uint8))
        self._outputs = tuple(self._net.getUnconnectedOutLayersNames())

    def maps(self, pixels: NDArray[np.uint8]) -> Maps:
        """What the network says of RGB pixels, (H, W, 3); H and W are multiples of ``COARSEST_STRIDE``."""
        height_px, width_px = pixels.shape[:2]
        picture = np.zeros((3, max(height_px, _LEAST_SIDE_PX), max(width_px, _LEAST_SIDE_PX)), np.float32)
        normalised = (pixels[..., ::-1].astype(np.float32) - _MEAN_BGR) / _DEVIATION_BGR
        picture[:, :height_px, :width_px] = normalised.transpose(2, 0, 1)
        self._net.setInput(picture[None])
        said = dict(zip(self._outputs, self._net.forward(self._outputs), strict=True))

        def of_pixels(name: str, stride: int) -> NDArray[np.float32]:
            return np.asarray(said[name][0, :, : height_px // stride, : width_px // stride], dtype=np.float32)

        return Maps(
            scores=tuple(of_pixels(f"scores_{stride}", stride) for stride in BOX_STRIDES),
            distances=tuple(of_pixels(f"distances_{stride}", stride) for stride in BOX_STRIDES),
            features=tuple(tuple(of_pixels(name, stride) for name in _FEATURES[stride]) for stride in FEATURE_STRIDES),
        )
