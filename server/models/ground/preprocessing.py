"""Views as a Grounding DINO takes them: of the checkpoint's size, normalised.

The numbers are those of the image processor of transformers, but the resizing is spread over threads and the rest is
left to the device: on a fast one the processor takes longer than the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from server.pipeline.views import Picture

if TYPE_CHECKING:
    import torch

_THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessor:
    """What a checkpoint says about its pictures; makes windows into them.

    Attributes:
        shortest_px: what the shorter side becomes.
        longest_px: what the longer side becomes at most.
        resample: PIL's number of the filter.
        mean: of each channel, in [0, 1].
        deviation: of each channel.
    """

    shortest_px: int
    longest_px: int
    resample: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    @classmethod
    def of(cls, processor: Any) -> Preprocessor:
        """The preprocessor that does the same as an image processor of transformers."""
        return cls(
            shortest_px=processor.size["shortest_edge"],
            longest_px=processor.size["longest_edge"],
            resample=int(processor.resample),
            mean=tuple(processor.image_mean),
            deviation=tuple(processor.image_std),
        )

    def __call__(self, windows: Sequence[Picture], device: str) -> torch.Tensor:
        """Windows of one size as float32 (N, 3, height, width) on a device."""
        import torch

        size = self.size_px(*windows[0].pixels.shape[:2])

        def resized(window: Picture) -> NDArray[np.uint8]:
            height, width = size
            return np.asarray(Image.fromarray(window.pixels).resize((width, height), Image.Resampling(self.resample)))

        with ThreadPoolExecutor(max_workers=_THREADS) as pool:
            stacked = np.stack(list(pool.map(resized, windows)))
        pixels = torch.from_numpy(stacked).to(device).permute(0, 3, 1, 2).float() / 255.0
        mean, deviation = (
            torch.tensor(values, device=device).view(1, 3, 1, 1) for values in (self.mean, self.deviation)
        )
        return ((pixels - mean) / deviation).contiguous()

    def size_px(self, height_px: int, width_px: int) -> tuple[int, int]:
        """The height and width to which a view is resized; its shape is kept to the pixel.

        Args:
            height_px: of the view.
            width_px: of the view.
        """
        from transformers.image_transforms import get_size_with_aspect_ratio

        height, width = get_size_with_aspect_ratio((height_px, width_px), self.shortest_px, self.longest_px)
        return int(height), int(width)
