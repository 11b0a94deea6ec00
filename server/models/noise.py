"""Where generative models start from: noise that depends on its seed alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def seeded_noise(seeds: Sequence[int], shape: tuple[int, ...]) -> torch.Tensor:
    """Standard normal noise for each seed, from a generator of its own on the CPU, so that batches and devices agree.

    Returns:
        float32 of shape (seeds, *shape), on the CPU.
    """
    import torch

    return torch.stack([torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed)) for seed in seeds])
