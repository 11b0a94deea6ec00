from itertools import pairwise

import numpy as np
import pytest

from server.models.noise import seeded_noise
from server.models.voice.tango_flux.conditions import Conditions
from server.models.voice.tango_flux.flow import denoised, sigmas


@pytest.mark.parametrize("steps", [1, 3, 25, 50])
def test_the_noise_levels_are_those_of_the_published_sampler(steps: int) -> None:
    from diffusers import FlowMatchEulerDiscreteScheduler

    scheduler = FlowMatchEulerDiscreteScheduler(num_train_timesteps=1000)
    scheduler.set_timesteps(sigmas=np.linspace(1.0, 1.0 / steps, steps))
    np.testing.assert_allclose(sigmas(steps), scheduler.sigmas.numpy(), rtol=1e-6)


def conditions(count: int, *, lengths: tuple[int, ...] | None = None):
    import torch

    lengths = lengths or (2,) * count
    longest = max(lengths)
    return Conditions(
        text=torch.ones(count, longest, 4),
        lengths=lengths,
        pooled=torch.ones(count, 4),
        seconds=torch.zeros(count, 1, 4),
        empty=torch.zeros(longest, 4),
        empty_pooled=torch.zeros(4),
    )


def straight(dtype: str = "float32"):
    """A stand-in whose velocity is a·x + t + b·(mean of the text): its flow can be written down."""
    import torch

    class Straight(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.time_text_embed = torch.nn.Module()
            self.time_text_embed.forward = lambda time, pooled: time + 0.0 * pooled.sum()
            self.slope = torch.nn.Parameter(torch.tensor(0.25, dtype=getattr(torch, dtype)))
            self.batches: list[int] = []
            self.times: list[float] = []

        def forward(self, hidden_states, timestep, encoder_hidden_states, pooled_projections, **rest):
            self.batches.append(len(hidden_states))
            time = self.time_text_embed(timestep.to(hidden_states.dtype) * 1000, pooled_projections)
            self.times.append(float(time))
            words = encoder_hidden_states[:, :-1].mean(dim=(1, 2))[:, None, None]
            return (self.slope * hidden_states + (time / 1000).to(hidden_states.dtype) + words,)

    return Straight().requires_grad_(False)


@pytest.mark.parametrize("guidance", [1.0, 3.5])
def test_steps_are_eulers_with_guidance(guidance: float) -> None:
    import torch

    noise = seeded_noise([0, 1], (5, 3))
    expected = noise.double().numpy()
    levels = np.append(np.linspace(1.0, 1 / 6, 6), 0.0)
    for level, below in pairwise(levels):
        without = 0.25 * expected + level
        worded = without + 1.0
        expected = expected + (below - level) * (without + guidance * (worded - without))
    model = straight()
    found = denoised(model, conditions(2), noise, steps=6, guidance=guidance)
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5, atol=1e-6)


def test_without_guidance_only_the_words_are_asked() -> None:
    half, whole = straight(), straight()
    denoised(half, conditions(3), seeded_noise([0, 1, 2], (4, 2)), steps=2, guidance=1.0)
    denoised(whole, conditions(3), seeded_noise([0, 1, 2], (4, 2)), steps=2, guidance=2.0)
    assert half.batches == [3, 3]
    assert whole.batches == [6, 6]


def test_the_time_is_exact_in_sixteen_bits() -> None:
    model = straight("bfloat16")
    denoised(model, conditions(1), seeded_noise([0], (4, 2)), steps=50, guidance=1.0)
    np.testing.assert_allclose(model.times, 1000 * np.linspace(1.0, 1 / 50, 50), rtol=1e-6)
    assert not model.time_text_embed._forward_pre_hooks


def test_only_what_lies_beyond_an_items_own_text_is_hidden() -> None:
    assert conditions(2).visible(3, True) is None
    shown = conditions(2, lengths=(1, 3)).visible(2, True)
    rows = [[True, False, False, True, True, True], [True] * 6]
    assert shown[:, 0, 0].tolist() == rows * 2
    assert conditions(2, lengths=(1, 3)).visible(2, False)[:, 0, 0].tolist() == rows


def test_some_of_the_conditions_are_padded_no_longer_than_they_need() -> None:
    part = conditions(3, lengths=(1, 5, 2)).subset([0, 2])
    assert part.text.shape == (2, 2, 4)
    assert part.empty.shape == (2, 4)
    assert part.lengths == (1, 2)
