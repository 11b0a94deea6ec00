from pathlib import Path

import numpy as np
import pytest

from server.models.voice.tango_flux.checkpoint import TangoCheckpoint
from server.models.voice.tango_flux.conditions import Conditions, conditions_for, masked_mean
from tests.server.models.voice.tango_flux.reference import Reference

PROMPTS = ("dog", "a small church bell ringing in the rain with no wind", "")


def test_the_mean_is_over_the_tokens_that_count() -> None:
    import torch

    hidden = np.random.default_rng(0).standard_normal((3, 5, 4))
    lengths = [5, 2, 1]
    mask = torch.tensor([[int(place < length) for place in range(5)] for length in lengths])
    expected = [row[:length].sum(axis=0) / length for row, length in zip(hidden, lengths, strict=True)]
    np.testing.assert_allclose(masked_mean(torch.tensor(hidden), mask).numpy(), expected, rtol=1e-9)


@pytest.fixture(scope="module")
def found(tango: Path) -> Conditions:
    import torch

    checkpoint = TangoCheckpoint(tango, tango / "flan-t5-large")
    parts = {
        name: checkpoint.take(name, device="cpu", dtype=torch.float32)
        for name in ("text_encoder", "fc", "duration_emebdder")
    }
    return conditions_for(
        PROMPTS,
        [-3.0, 12.5, 99.0],
        tokenizer=checkpoint.tokenizer(),
        encoder=parts["text_encoder"],
        pooling=parts["fc"],
        duration_embedder=parts["duration_emebdder"],
    )


def test_words_are_encoded_in_a_batch_as_alone(tango: Path, found: Conditions) -> None:
    reference = Reference(tango)
    for row, prompt in enumerate(PROMPTS):
        hidden, pooled = (value.detach().numpy() for value in reference.encoded(prompt))
        assert found.lengths[row] == len(hidden)
        np.testing.assert_allclose(found.text[row, : len(hidden)].detach(), hidden, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(found.pooled[row].detach(), pooled, rtol=1e-5, atol=1e-5)
        empty, empty_pooled = (value.detach().numpy() for value in reference.encoded("", len(hidden)))
        np.testing.assert_allclose(found.empty[: len(hidden)].detach(), empty, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(found.empty_pooled.detach(), empty_pooled, rtol=1e-5, atol=1e-5)


def test_seconds_become_one_token_and_are_clamped(tango: Path, found: Conditions) -> None:
    reference = Reference(tango)
    for row, seconds in enumerate((0.0, 12.5, 30.0)):
        np.testing.assert_allclose(found.seconds[row], reference.seconds_token(seconds), rtol=1e-5, atol=1e-6)
