"""DepthFM's arithmetic: how noisy the start of the flow is, and the steps along it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_TRAINING_STEPS = 1000
_EPSILON = 1e-5


def alpha_bar(noising_step: int) -> float:
    """ᾱ, the share of the picture's variance that is left after so many of 1000 steps of noising; 1 for step 0.

    ᾱ = sigmoid(−2 ln(tan(πt / 2) + 1e-5)) with t = noising_step / 1000: the cosine schedule by its log signal-to-noise
    ratio (E. Hoogeboom et al., "simple diffusion", 2023, eq. 2), which is cos²(πt / 2) but for the 1e-5.

    >>> round(alpha_bar(500), 4)
    0.5
    """
    if noising_step == 0:
        return 1.0
    return 1.0 / (1.0 + (math.tan(math.pi * noising_step / _TRAINING_STEPS / 2.0) + _EPSILON) ** 2)


def noised(latent: torch.Tensor, noise: torch.Tensor, noising_step: int) -> torch.Tensor:
    """√ᾱ · latent + √(1 − ᾱ) · noise: the start of the flow.

    Args:
        latent: of the picture, any shape.
        noise: standard normal, of the same shape.
        noising_step: in [0, 1000).

    Returns:
        The same shape.
    """
    signal = alpha_bar(noising_step)
    return math.sqrt(signal) * latent + math.sqrt(1.0 - signal) * noise


def integrated(
    start: torch.Tensor, velocity: Callable[[torch.Tensor, float], torch.Tensor], *, steps: int
) -> torch.Tensor:
    """The end of the flow dx/dt = v(x, t) from t = 0 to 1 by Euler's method, in equal steps.

    Args:
        start: x at t = 0, any shape.
        velocity: v of x and t, of the shape of x.
        steps: how many, at least 1.

    Returns:
        x at t = 1, of the shape of ``start``.
    """
    value = start
    for step in range(steps):
        value = value + velocity(value, step / steps) / steps
    return value
