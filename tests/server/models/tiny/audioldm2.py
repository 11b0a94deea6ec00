"""AudioLDM 2 in the published layout, small and random: 16 kHz, up to 2.56 s."""

from pathlib import Path

from tests.server.models.tiny.clap import clap_config
from tests.server.models.tiny.words import make_roberta_tokenizer, make_t5_tokenizer

WIDTH = 32


def make_audioldm2(folder: Path) -> Path:
    """The folder of the checkpoint; its language model is a plain GPT2Model, as the published one is."""
    import torch
    from diffusers import AudioLDM2ProjectionModel, AudioLDM2UNet2DConditionModel, AutoencoderKL, DDIMScheduler
    from transformers import (
        ClapFeatureExtractor,
        ClapModel,
        GPT2Config,
        GPT2Model,
        SpeechT5HifiGan,
        SpeechT5HifiGanConfig,
        T5Config,
        T5EncoderModel,
    )

    letters = make_roberta_tokenizer(folder / "tokenizer")
    size = make_t5_tokenizer(folder / "tokenizer_2")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        AudioLDM2UNet2DConditionModel(
            sample_size=64,
            in_channels=4,
            out_channels=4,
            block_out_channels=(8, 16),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            layers_per_block=1,
            norm_num_groups=8,
            attention_head_dim=4,
            cross_attention_dim=((None, 16, WIDTH), (None, 16, WIDTH)),
        ).save_pretrained(folder / "unet")
        AutoencoderKL(
            in_channels=1,
            out_channels=1,
            latent_channels=4,
            block_out_channels=(8, 8, 16),
            down_block_types=("DownEncoderBlock2D",) * 3,
            up_block_types=("UpDecoderBlock2D",) * 3,
            norm_num_groups=8,
        ).save_pretrained(folder / "vae")
        ClapModel(clap_config(letters, projection=16)).save_pretrained(folder / "text_encoder")
        T5EncoderModel(
            T5Config(vocab_size=size, d_model=WIDTH, d_kv=8, d_ff=48, num_layers=1, num_heads=4)
        ).save_pretrained(folder / "text_encoder_2")
        GPT2Model(
            GPT2Config(n_embd=16, n_head=2, n_layer=2, vocab_size=100, n_positions=99, bos_token_id=0, eos_token_id=0)
        ).save_pretrained(folder / "language_model")
        AudioLDM2ProjectionModel(text_encoder_dim=16, text_encoder_1_dim=WIDTH, langauge_model_dim=16).save_pretrained(
            folder / "projection_model"
        )
        vocoder = SpeechT5HifiGan(
            SpeechT5HifiGanConfig(
                model_in_dim=16,
                sampling_rate=16_000,
                upsample_initial_channel=16,
                upsample_rates=[16, 10],
                upsample_kernel_sizes=[32, 20],
                resblock_kernel_sizes=[3],
                resblock_dilation_sizes=[[1, 3]],
                normalize_before=False,
            )
        )
        with torch.no_grad():
            for weight in vocoder.parameters():
                # As made they would all but silence it.
                weight.mul_(8.0)
        vocoder.save_pretrained(folder / "vocoder")
    ClapFeatureExtractor(truncation="rand_trunc").save_pretrained(folder / "feature_extractor")
    DDIMScheduler(
        beta_start=0.0015, beta_end=0.0195, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False
    ).save_pretrained(folder / "scheduler")
    return folder
