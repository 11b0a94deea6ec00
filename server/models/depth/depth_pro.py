"""Depth Pro, given the field of view that it would otherwise guess.

A. Bochkovskii et al., "Depth Pro: Sharp Monocular Metric Depth in Less Than a Second", ICLR 2025. The weights are for
research only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from server.models.depth.pixels import answer_size_px, centred_channels, network_outputs, resized_map
from server.models.pretrained import loaded_model
from server.models.runtime import Runtime, freeing
from server.pipeline.views import Picture

if TYPE_CHECKING:
    import torch

# A window is 35 patches already.
_AT_ONCE = {"cpu": 1, "mps": 1, "cuda": 4}
# As published: from 0.1 mm to 10 km.
_LEAST_INVERSE, _MOST_INVERSE = 1e-4, 1e4


class DepthPro:
    """Predicts metres along the optical axis.

    Args:
        folder: a checkpoint in the layout of transformers.
        runtime: where it runs.
        revision: of the checkpoint, for the identity.
        at_once: how many windows run together; None: as many as suit the device.
    """

    relative_error = 0.3
    """Assumed, not published: a little more than half of all pixels within a quarter of the truth."""

    def __init__(self, folder: Path, *, runtime: Runtime, revision: str, at_once: int | None = None) -> None:
        self._folder, self._runtime = folder, runtime
        self._at_once = at_once or _AT_ONCE[runtime.device_kind]
        self.identity = f"depth-pro@{revision}/{runtime.dtype}"

    def predict_depth(self, windows: Sequence[Picture]) -> Iterator[NDArray[np.float32]]:
        """For each window, z-depth in metres, float32 of shape (h, w), at the coarser size of window and network.

        The network answers inverse depth C for a focal length as long as the picture is wide; of a window that is
        2·tan(hfov / 2) focal lengths wide, the inverse depth is C times that (the paper's section 3.2).

        Raises:
            InputError: the folder is missing, damaged or of another model.
            UnavailableError: a single window exhausts the device's memory, or leaves the range of its numbers.
        """
        return freeing(self._answers, windows)

    def _answers(self, windows: Sequence[Picture]) -> Iterator[NDArray[np.float32]]:
        model = self._model()
        side_px = round(model.config.patch_size / min(model.config.scaled_images_ratios))
        inputs = [self._input(window, side_px) for window in windows]
        outputs = network_outputs(inputs, lambda pixels: model(pixels).predicted_depth, at_once=self._at_once)
        for window, canonical in zip(windows, outputs, strict=True):
            inverse = canonical * (2.0 * math.tan(math.radians(window.view.hfov_deg) / 2.0))
            height_px, width_px = (min(side_px, side) for side in (window.view.height_px, window.view.width_px))
            inverse = resized_map(inverse, *answer_size_px(window, width_px, height_px))
            yield (1.0 / inverse.clamp(_LEAST_INVERSE, _MOST_INVERSE)).cpu().numpy()

    def _input(self, window: Picture, side_px: int) -> torch.Tensor:
        """A window as the model takes it: a square whatever its shape, in [−1, 1], (3, side, side), on the device."""
        import torch

        pixels = centred_channels(window.pixels)
        # Without averaging, as the model was trained.
        square = torch.nn.functional.interpolate(
            pixels[None], size=(side_px, side_px), mode="bilinear", align_corners=False
        )[0]
        return square.to(device=self._runtime.device, dtype=self._runtime.torch_dtype)

    def _model(self) -> Any:
        from transformers import DepthProForDepthEstimation

        model = loaded_model(
            DepthProForDepthEstimation, self._folder, dtype=self._runtime.torch_dtype, use_fov_model=False
        )
        return model.to(self._runtime.device)
