"""Stable Audio Open in diffusers' layout, small and random: 64 latents of 2048 samples, 2.97 s."""

import json
import warnings
from pathlib import Path

from tests.server.models.tiny.words import make_t5_tokenizer

WIDTH = 32


def make_stable_audio(folder: Path) -> Path:
    """The folder of the checkpoint."""
    import torch
    from diffusers import AutoencoderOobleck, StableAudioDiTModel
    from diffusers.pipelines.stable_audio.modeling_stable_audio import StableAudioProjectionModel
    from transformers import T5Config, T5EncoderModel

    size = make_t5_tokenizer(folder / "tokenizer", longest=48)
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*weight_norm.*is deprecated", category=FutureWarning)
        torch.manual_seed(0)
        AutoencoderOobleck(
            encoder_hidden_size=4, decoder_channels=4, decoder_input_channels=8, channel_multiples=[1, 2, 2, 4, 4]
        ).save_pretrained(folder / "vae")
        StableAudioDiTModel(
            sample_size=64,
            in_channels=8,
            num_layers=2,
            attention_head_dim=8,
            num_attention_heads=4,
            num_key_value_attention_heads=2,
            out_channels=8,
            cross_attention_dim=WIDTH,
            time_proj_dim=16,
            global_states_input_dim=2 * WIDTH,
            cross_attention_input_dim=WIDTH,
        ).save_pretrained(folder / "transformer")
        StableAudioProjectionModel(
            text_encoder_dim=WIDTH, conditioning_dim=WIDTH, min_value=0, max_value=512
        ).save_pretrained(folder / "projection_model")
        T5EncoderModel(
            T5Config(vocab_size=size, d_model=WIDTH, d_kv=8, d_ff=48, num_layers=2, num_heads=4)
        ).save_pretrained(folder / "text_encoder")
    scheduler = folder / "scheduler" / "scheduler_config.json"
    scheduler.parent.mkdir()
    scheduler.write_text(
        json.dumps(
            {
                "_class_name": "CosineDPMSolverMultistepScheduler",
                "num_train_timesteps": 1000,
                "prediction_type": "v_prediction",
                "sigma_data": 1.0,
                "sigma_max": 500,
                "sigma_min": 0.3,
                "sigma_schedule": "exponential",
                "solver_order": 2,
                "solver_type": "midpoint",
            }
        )
    )
    return folder
