"""CLAP in the layout of laion/clap-htsat-unfused, small and random."""

from pathlib import Path

from tests.server.models.tiny.words import make_roberta_tokenizer


def make_clap(folder: Path, *, projection: int = 32) -> Path:
    """The folder of the checkpoint."""
    import torch
    from transformers import ClapFeatureExtractor, ClapModel

    size = make_roberta_tokenizer(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        ClapModel(clap_config(size, projection=projection)).save_pretrained(folder)
    ClapFeatureExtractor(truncation="rand_trunc", feature_size=64).save_pretrained(folder)
    return folder


def clap_config(vocabulary: int, *, projection: int = 32) -> object:
    """A small configuration: 1001 frames of 64 mel bands, folded to 256 × 256."""
    from transformers import ClapConfig

    return ClapConfig(
        projection_dim=projection,
        text_config={
            "vocab_size": vocabulary,
            "hidden_size": 32,
            "intermediate_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "max_position_embeddings": 130,
            "projection_dim": projection,
        },
        audio_config={
            "spec_size": 256,
            "num_mel_bins": 64,
            "patch_size": 8,
            "patch_stride": [8, 8],
            "patch_embeds_hidden_size": 16,
            "hidden_size": 32,
            "depths": [1, 1],
            "num_attention_heads": [2, 2],
            "window_size": 8,
            "num_classes": 4,
            "projection_dim": projection,
            "enable_fusion": False,
        },
    )
