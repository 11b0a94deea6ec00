"""Noise into latents: a rectified flow integrated by Euler's method, with classifier-free guidance.

X. Liu et al., "Flow Straight and Fast", ICLR 2023; J. Ho and T. Salimans, "Classifier-Free Diffusion Guidance", 2022.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

    from server.models.voice.tango_flux.conditions import Conditions

_TRAINED_STEPS = 1000.0


def sigmas(steps: int) -> list[float]:
    """The noise level before each step and after the last: from 1 evenly to 1/steps, then 0.

    Rounded to float32, as the published sampler has them.

    >>> sigmas(4)
    [1.0, 0.75, 0.5, 0.25, 0.0]
    """
    return [float(np.float32(level)) for level in np.linspace(1.0, 1.0 / steps, steps)] + [0.0]


def denoised(
    transformer: Any, conditions: Conditions, noise: torch.Tensor, *, steps: int, guidance: float
) -> torch.Tensor:
    """The latents at the end of the flow that starts at some noise.

    The latents stay in float32, whatever the transformer's numbers are: fifty small steps are summed up.

    Args:
        transformer: a ``FluxTransformer2DModel``.
        conditions: of n clips, on the transformer's device.
        noise: float32, shape (n, latents, channels), on the transformer's device.
        steps: how many, at least 1.
        guidance: how far to go from the velocity without words beyond that with words. At 1 or less only the latter
            is computed, which halves the work.

    Returns:
        float32, shape (n, latents, channels).
    """
    import torch

    device, dtype = noise.device, next(transformer.parameters()).dtype
    guided = guidance > 1.0
    hidden = conditions.hidden(guided).to(dtype)
    visible = conditions.visible(noise.shape[1], guided)
    fixed = {
        "encoder_hidden_states": hidden,
        "pooled_projections": conditions.pooled_all(guided).to(dtype),
        "txt_ids": torch.zeros(hidden.shape[1], 3, device=device),
        "img_ids": torch.arange(noise.shape[1], device=device, dtype=torch.float32)[:, None].repeat(1, 3),
        "joint_attention_kwargs": None if visible is None else {"attention_mask": visible},
        "return_dict": False,
    }
    levels = sigmas(steps)
    latents = noise
    with _exact_time(transformer) as time:
        for level, next_level in pairwise(levels):
            time.fill_(level * _TRAINED_STEPS)
            entering = (torch.cat([latents, latents]) if guided else latents).to(dtype)
            velocity = transformer(hidden_states=entering, timestep=time / _TRAINED_STEPS, **fixed)[0].float()
            if guided:
                without, worded = velocity.chunk(2)
                velocity = without + guidance * (worded - without)
            latents = latents + (next_level - level) * velocity
    return latents


@contextmanager
def _exact_time(transformer: Any) -> Iterator[torch.Tensor]:
    """A tensor of shape (1,) whose value the transformer embeds as its time, in float32.

    Left to itself it rounds the time to its own numbers first, which in bfloat16 are 4 apart near 1000, a fifth of a
    step out of fifty.
    """
    import torch

    time = torch.zeros(1, device=next(transformer.parameters()).device)

    def with_exact_time(module: Any, arguments: tuple[Any, ...]) -> tuple[Any, ...]:  # noqa: ARG001
        return (time, *arguments[1:])

    handle = transformer.time_text_embed.register_forward_pre_hook(with_exact_time)
    try:
        yield time
    finally:
        handle.remove()
