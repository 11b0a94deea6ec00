"""Windows into a network's pixels, both sides rounded to what it takes, and its answers back into a window's shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from server.models.runtime import NumbersOverflowError, in_batches
from server.pipeline.views import Picture

if TYPE_CHECKING:
    import torch


def network_size_px(width_px: int, height_px: int, *, longest_px: int, multiple: int) -> tuple[int, int]:
    """The width and height nearest to a window's shape that a network takes.

    Args:
        width_px: of the window.
        height_px: of the window.
        longest_px: the longer side that is asked for.
        multiple: of which both sides must be multiples.

    >>> network_size_px(896, 896, longest_px=512, multiple=64)
    (512, 512)
    >>> network_size_px(4000, 3000, longest_px=512, multiple=64)
    (512, 384)
    >>> network_size_px(300, 4000, longest_px=512, multiple=64)
    (64, 512)
    """
    scale = longest_px / max(width_px, height_px)
    width, height = (max(1, round(side * scale / multiple)) * multiple for side in (width_px, height_px))
    return width, height


def answer_size_px(window: Picture, width_px: int, height_px: int) -> tuple[int, int]:
    """The largest width and height in a window's shape that are no finer than a network's answer.

    Args:
        window: whose shape is kept.
        width_px: of the answer.
        height_px: of the answer.
    """
    scale = min(width_px / window.view.width_px, height_px / window.view.height_px)
    return max(1, round(window.view.width_px * scale)), max(1, round(window.view.height_px * scale))


def resized_pixels(window: Picture, width_px: int, height_px: int) -> NDArray[np.uint8]:
    """A window's pixels at another size; averaged where that is smaller.

    Args:
        window: of any size.
        width_px: to make.
        height_px: to make.

    Returns:
        uint8 of shape (height_px, width_px, 3).
    """
    if (window.view.width_px, window.view.height_px) == (width_px, height_px):
        return window.pixels
    image = Image.fromarray(window.pixels).resize((width_px, height_px), Image.Resampling.BILINEAR)
    return np.asarray(image, dtype=np.uint8)


def centred_channels(pixels: NDArray[np.uint8]) -> torch.Tensor:
    """Pixels (h, w, 3) as float32 in [−1, 1], shape (3, h, w), on the CPU."""
    import torch

    return torch.tensor(pixels).permute(2, 0, 1).float() / 127.5 - 1.0


def resized_map(value: torch.Tensor, width_px: int, height_px: int) -> torch.Tensor:
    """A map at another size, by bilinear interpolation; the map itself where it has that size.

    Args:
        value: shape (h, w).
        width_px: to make.
        height_px: to make.

    Returns:
        Shape (height_px, width_px).
    """
    import torch

    if tuple(value.shape) == (height_px, width_px):
        return value
    size = (height_px, width_px)
    return torch.nn.functional.interpolate(value[None, None], size=size, mode="bilinear", align_corners=False)[0, 0]


def network_outputs(
    inputs: Sequence[torch.Tensor], run: Callable[[torch.Tensor], torch.Tensor], *, at_once: int
) -> Iterator[torch.Tensor]:
    """What a network answers for each input, neighbours of one shape together; without gradients.

    Args:
        inputs: each of any shape (…), without a batch dimension.
        run: takes inputs stacked along a new first dimension, answers along it.
        at_once: how many at most; fewer where memory runs short.

    Raises:
        MemoryExhaustedError: not even one fits.
        NumbersOverflowError: the answer leaves the range of the network's numbers.
    """
    import torch

    def run_all(batch: Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
        with torch.inference_mode():
            outputs = run(torch.stack(list(batch))).float()
        if not bool(torch.isfinite(outputs).all()):
            raise NumbersOverflowError.of("the depth that the model found")
        return list(outputs)

    for _, alike in groupby(inputs, key=lambda value: tuple(value.shape)):
        yield from in_batches(list(alike), run_all, size=at_once)
