"""TangoFlux in the published layout, small and random: 64 latents of 2048 samples, 2.97 s."""

import json
import warnings
from pathlib import Path

from tests.server.models.tiny.words import make_t5_tokenizer

LATENTS = 64
WIDTH = 32


def make_tangoflux(folder: Path) -> Path:
    """The folder of the checkpoint; its T5 configuration and tokenizer lie in its subfolder ``flan-t5-large``."""
    import torch
    from diffusers import AutoencoderOobleck, FluxTransformer2DModel
    from diffusers.pipelines.stable_audio.modeling_stable_audio import StableAudioNumberConditioner
    from safetensors.torch import save_file
    from transformers import T5Config, T5EncoderModel

    text_folder = folder / "flan-t5-large"
    text_folder.mkdir(parents=True)
    size = make_t5_tokenizer(text_folder)
    text_config = T5Config(
        vocab_size=size,
        d_model=WIDTH,
        d_kv=8,
        d_ff=48,
        num_layers=2,
        num_heads=4,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=False,
    )
    text_config.save_pretrained(text_folder)
    config = {
        "num_layers": 1,
        "num_single_layers": 2,
        "in_channels": 8,
        "attention_head_dim": 128,
        "joint_attention_dim": WIDTH,
        "num_attention_heads": 1,
        "audio_seq_len": LATENTS,
        "max_duration": 30,
        "uncondition": False,
        "text_encoder_name": "google/flan-t5-large",
    }
    (folder / "config.json").write_text(json.dumps(config))
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*weight_norm.*is deprecated", category=FutureWarning)
        torch.manual_seed(0)
        transformer = FluxTransformer2DModel(
            in_channels=8,
            num_layers=1,
            num_single_layers=2,
            attention_head_dim=128,
            num_attention_heads=1,
            joint_attention_dim=WIDTH,
            pooled_projection_dim=WIDTH,
            guidance_embeds=False,
        )
        model = torch.nn.ModuleDict(
            {
                "transformer": transformer,
                "fc": torch.nn.Sequential(torch.nn.Linear(WIDTH, WIDTH), torch.nn.ReLU()),
                "duration_emebdder": StableAudioNumberConditioner(WIDTH, 0, 30),
                "text_encoder": T5EncoderModel(text_config),
            }
        )
        autoencoder = AutoencoderOobleck(
            encoder_hidden_size=4,
            decoder_channels=4,
            decoder_input_channels=8,
            channel_multiples=[1, 2, 2, 4, 4],
        )
    state = {key: value.contiguous() for key, value in model.state_dict().items()}
    del state["text_encoder.encoder.embed_tokens.weight"]
    save_file(state, folder / "tangoflux.safetensors")
    save_file({key: value.contiguous() for key, value in autoencoder.state_dict().items()}, folder / "vae.safetensors")
    return folder
