"""DepthFM in the published layout, small and random: a pickle under the original code's names, and an autoencoder."""

from pathlib import Path
from typing import Any

from tests.server.models.depth.ldm import ldm_unet_shapes

TINY_HYPERPARAMETERS: dict[str, Any] = {
    "image_size": 16,
    "in_channels": 8,
    "out_channels": 4,
    "model_channels": 32,
    "attention_resolutions": [2, 1],
    "num_res_blocks": 1,
    "channel_mult": [1, 1],
    "num_heads": 4,
    "use_spatial_transformer": True,
    "use_linear_in_transformer": True,
    "transformer_depth": 1,
    "context_dim": 24,
    "legacy": False,
}


def make_depthfm(folder: Path) -> Path:
    """A folder with ``depthfm-v1.ckpt`` and the subfolder ``vae`` of its autoencoder."""
    folder.mkdir(parents=True, exist_ok=True)
    make_vae(folder / "vae")
    save_checkpoint(folder / "depthfm-v1.ckpt", TINY_HYPERPARAMETERS, tokens=5)
    return folder


def save_checkpoint(path: Path, hyperparameters: dict[str, Any], *, tokens: int, **instead: Any) -> None:
    """A checkpoint with random weights in the sizes that its hyperparameters ask for."""
    import numpy as np
    import torch

    generator = torch.Generator().manual_seed(0)
    state = {}
    for key, shape in ldm_unet_shapes(hyperparameters).items():
        scales = len(shape) == 1 and key.endswith("weight")
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 100
        drawn = torch.randn(shape, generator=generator) / fan_in**0.5
        state[key] = 1.0 + 0.1 * drawn if scales else drawn
    embedding = np.random.default_rng(0).standard_normal((1, tokens, hyperparameters["context_dim"]))
    torch.save(
        {
            "noising_step": 400,
            "ldm_hparams": hyperparameters,
            "empty_text_embedding": embedding.astype(np.float32),
            "state_dict": state,
        }
        | instead,
        path,
    )


def make_vae(folder: Path) -> Path:
    """An autoencoder of Stable Diffusion 1's kind, eight pixels to a latent."""
    import torch
    from diffusers import AutoencoderKL

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        AutoencoderKL(
            in_channels=3,
            out_channels=3,
            latent_channels=4,
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            block_out_channels=(16,) * 4,
            layers_per_block=1,
            norm_num_groups=8,
            sample_size=64,
        ).save_pretrained(folder)
    return folder
