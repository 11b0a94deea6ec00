"""Depth Anything V2, trained further to answer in metres.

L. Yang et al., "Depth Anything V2", NeurIPS 2024. The weights of the size Small are under Apache-2.0, those of the
larger sizes for non-commercial use only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from protocol.errors import InputError
from server.models.depth.pixels import answer_size_px, network_outputs, resized_map
from server.models.pretrained import loaded_model, loaded_part
from server.models.runtime import Runtime, freeing
from server.pipeline.views import Picture

if TYPE_CHECKING:
    import torch

_AT_ONCE = {"cpu": 1, "mps": 4, "cuda": 16}


class DepthAnythingV2:
    """Predicts metres along the optical axis, up to the longest of its configuration (outdoors 80 m).

    Args:
        folder: a checkpoint in the layout of transformers, of a metric model.
        runtime: where it runs.
        revision: of the checkpoint, for the identity.
        at_once: how many windows run together; None: as many as suit the device.
    """

    relative_error = 0.35
    """Assumed, not published: half of all pixels within about a quarter of the truth, in pictures of other cameras
    than those of the synthetic streets that the outdoor model was tuned on."""

    def __init__(self, folder: Path, *, runtime: Runtime, revision: str, at_once: int | None = None) -> None:
        self._folder, self._runtime = folder, runtime
        self._at_once = at_once or _AT_ONCE[runtime.device_kind]
        self.identity = f"depth-anything-v2@{revision}/{runtime.dtype}"

    def predict_depth(self, windows: Sequence[Picture]) -> Iterator[NDArray[np.float32]]:
        """For each window, z-depth in metres, float32 of shape (h, w), in the network's pixels.

        Raises:
            InputError: the folder is missing or damaged, or its model answers no metres.
            UnavailableError: a single window exhausts the device's memory, or leaves the range of its numbers.
        """
        return freeing(self._answers, windows)

    def _answers(self, windows: Sequence[Picture]) -> Iterator[NDArray[np.float32]]:
        model = self._model()
        processor = self._processor()
        inputs = [self._input(processor, window) for window in windows]
        depths_m = network_outputs(inputs, lambda pixels: model(pixels).predicted_depth, at_once=self._at_once)
        for window, depth_m in zip(windows, depths_m, strict=True):
            height_px, width_px = depth_m.shape
            yield resized_map(depth_m, *answer_size_px(window, width_px, height_px)).cpu().numpy()

    def _processor(self) -> Any:
        from transformers import AutoImageProcessor

        return loaded_part(AutoImageProcessor, self._folder, backend="pil")

    def _input(self, processor: Any, window: Picture) -> torch.Tensor:
        """A window as the model takes it, (3, h, w): sides in multiples of a patch, on the device."""
        pixels: torch.Tensor = processor(images=window.pixels, return_tensors="pt")["pixel_values"][0]
        return pixels.to(device=self._runtime.device, dtype=self._runtime.torch_dtype)

    def _model(self) -> Any:
        from transformers import DepthAnythingForDepthEstimation

        model = loaded_model(DepthAnythingForDepthEstimation, self._folder, dtype=self._runtime.torch_dtype)
        if model.config.depth_estimation_type != "metric":
            raise InputError(
                "this Depth Anything tells relative depth, no metres",
                where=str(self._folder),
                remedy="choose a checkpoint whose name says Metric",
            )
        return model.to(self._runtime.device)
