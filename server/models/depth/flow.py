"""DepthFM's arithmetic: how noisy the flow's beginning is, and the steps along it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_TRAINING_STEPS = 1000
_EPSILON = 1e-5


def kept_share(noising_step: int) -> float:
    """ᾱ, the share of the picture's variance left after a thousandth of noising times ``noising_step``; 1 for 0.

    ᾱ = sigmoid(−2 ln(tan(πt / 2) + 1e-5)) with t = noising_step / 1000: the cosine schedule by its log signal-to-noise
    ratio (E. Hoogeboom et al., "simple diffusion", 2023, eq. 2), which is cos²(πt / 2) but for the 1e-5.

    >>> round(kept_share(500), 4)
    0.5
    """
    if noising_step == 0:
        return 1.0
    return 1.0 / (1.0 + (math.tan(math.pi * noising_step / _TRAINING_STEPS / 2.0) + _EPSILON) ** 2)


def noised(latent: torch.Tensor, noise: torch.Tensor, noising_step: int) -> torch.Tensor:
    """√ᾱ · latent + √(1 − ᾱ) · noise: where the flow begins."""
    share = kept_share(noising_step)
    return math.sqrt(share) * latent + math.sqrt(1.0 - share) * noise


def flowed(start: torch.Tensor, velocity: Callable[[torch.Tensor, float], torch.Tensor], *, steps: int) -> torch.Tensor:
    """The end of the flow dx/dt = v(x, t) from t = 0 to 1 by Euler's method, in equal steps."""
    value = start
    for step in range(steps):
        value = value + velocity(value, step / steps) / steps
    return value


def drawn_noise(shape: tuple[int, ...], *, seed: int, member: int) -> torch.Tensor:
    """Standard normal noise of one member of an ensemble, float32 on the CPU: the same on every device.

    All views get a member's same noise, so that an answer does not depend on which views are asked for beside it.
    """
    import torch

    return torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed + member))
