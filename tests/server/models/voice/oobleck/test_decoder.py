from pathlib import Path

import numpy as np
import pytest

from server.models.voice.oobleck import decoder
from server.models.voice.oobleck.checkpoint import load_decoder
from server.models.voice.oobleck.decoder import Decoder, reach


@pytest.fixture(scope="module")
def latents():
    import torch

    return torch.randn(8, 64, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def whole(tango: Path, latents) -> np.ndarray:
    """By diffusers' own autoencoder, all at once."""
    from tests.server.models.voice.tango_flux.reference import Reference

    return Reference(tango).autoencoder.decode(latents[None]).sample[0].detach().numpy()


@pytest.mark.parametrize(
    ("tile", "samples"), [(64, 64 * 2048), (64, 50_000), (20, 64 * 2048), (20, 50_000), (16, 1), (1, 9_000)]
)
def test_tiles_make_the_whole(tango: Path, latents, whole: np.ndarray, tile: int, samples: int, monkeypatch) -> None:
    monkeypatch.setattr(decoder, "TILE_LATENTS", tile)
    found = load_decoder(tango / "vae.safetensors", device="cpu").decoded(latents, samples).numpy()
    assert found.shape == (2, samples)
    np.testing.assert_allclose(found, whole[:, :samples], atol=1e-5 * np.abs(whole).max())


def test_tiles_overlap_by_what_a_sample_depends_on_and_no_more(tango: Path, latents, whole: np.ndarray) -> None:
    loaded = load_decoder(tango / "vae.safetensors", device="cpu")
    assert loaded.margin == reach((8, 8, 4, 4, 2)) == 10
    seen = slice((30 - loaded.margin), (31 + loaded.margin))
    changed = latents.clone()
    changed[:, : seen.start], changed[:, seen.stop :] = 9.0, -9.0
    middle = slice(30 * 2048, 31 * 2048)
    np.testing.assert_array_equal(
        loaded.decoded(changed, 64 * 2048)[:, middle], loaded.decoded(latents, 64 * 2048)[:, middle]
    )
    nearer = latents.clone()
    nearer[:, : seen.start + 1] = 9.0
    assert not np.array_equal(
        loaded.decoded(nearer, 64 * 2048)[:, middle], loaded.decoded(latents, 64 * 2048)[:, middle]
    )


def test_only_the_seconds_asked_are_decoded(latents) -> None:
    import torch

    seen = []

    class Counting(torch.nn.Module):
        def forward(self, part):
            seen.append(part.shape[-1])
            return part.repeat_interleave(4, dim=-1)

    counted = Decoder(Counting(), (2, 2))
    found = counted.decoded(latents, 30)
    assert seen == [8 + counted.margin]
    assert torch.equal(found, latents[:, :8].repeat_interleave(4, dim=-1)[:, :30])


def test_memory_that_never_suffices_is_told() -> None:
    import torch

    class Full(torch.nn.Module):
        def forward(self, part):
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(torch.cuda.OutOfMemoryError):
        Decoder(Full(), (2, 2)).decoded(torch.zeros(8, 64), 100)
