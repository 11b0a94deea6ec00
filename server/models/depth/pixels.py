"""Windows into a network's pixels, both sides rounded to what it takes, and its answers back into a window's shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from protocol.errors import UnavailableError
from server.models.runtime import in_batches
from server.pipeline.views import Picture

if TYPE_CHECKING:
    import torch


def fitted(width_px: int, height_px: int, *, longest_px: int, multiple: int) -> tuple[int, int]:
    """Width and height near the shape of a window, the longer side as asked, both multiples of a number.

    >>> fitted(896, 896, longest_px=512, multiple=64)
    (512, 512)
    >>> fitted(4000, 3000, longest_px=512, multiple=64)
    (512, 384)
    >>> fitted(300, 4000, longest_px=512, multiple=64)
    (64, 512)
    """
    scale = longest_px / max(width_px, height_px)
    width, height = (max(1, round(side * scale / multiple)) * multiple for side in (width_px, height_px))
    return width, height


def in_shape_of(window: Picture, width_px: int, height_px: int) -> tuple[int, int]:
    """The width and height of a window's shape that are no finer than an answer of this size."""
    scale = min(width_px / window.view.width_px, height_px / window.view.height_px)
    return max(1, round(window.view.width_px * scale)), max(1, round(window.view.height_px * scale))


def resized(window: Picture, width_px: int, height_px: int) -> NDArray[np.uint8]:
    """A window's pixels at another size, (height, width, 3); averaged where that is smaller."""
    if (window.view.width_px, window.view.height_px) == (width_px, height_px):
        return window.pixels
    image = Image.fromarray(window.pixels).resize((width_px, height_px), Image.Resampling.BILINEAR)
    return np.asarray(image, dtype=np.uint8)


def resampled(value: torch.Tensor, width_px: int, height_px: int) -> torch.Tensor:
    """A map (h, w) at another size, bilinearly; itself where it has that size."""
    import torch

    if tuple(value.shape) == (height_px, width_px):
        return value
    size = (height_px, width_px)
    return torch.nn.functional.interpolate(value[None, None], size=size, mode="bilinear", align_corners=False)[0, 0]


def answers(
    inputs: Sequence[torch.Tensor], run: Callable[[torch.Tensor], torch.Tensor], *, at_once: int
) -> Iterator[torch.Tensor]:
    """What a network makes of each input, neighbours of one shape together; without gradients.

    Args:
        inputs: whose first dimension is not the batch.
        run: takes inputs stacked along a new first dimension, answers along it.
        at_once: how many at most; fewer where memory runs short.

    Raises:
        UnavailableError: not even one fits into memory, or the answer leaves the range of the device's numbers.
    """
    import torch

    def run_all(some: Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
        with torch.inference_mode():
            found = run(torch.stack(list(some))).float()
        if not bool(torch.isfinite(found).all()):
            raise UnavailableError(
                "the depth that the model found is not finite",
                where="--dtype",
                remedy="use --dtype float32; if that is what ran, fetch the model again with: sonorama models pull",
            )
        return list(found)

    for _, alike in groupby(inputs, key=lambda value: tuple(value.shape)):
        yield from in_batches(list(alike), run_all, size=at_once)
