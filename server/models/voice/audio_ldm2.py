"""AudioLDM 2 as a voicer.

H. Liu et al., "AudioLDM 2: Learning Holistic Audio Generation with Self-supervised Pretraining", TASLP 2024. 16 kHz;
the weights may be used for non-commercial purposes only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.models.noise import seeded_noise
from server.models.pretrained import loaded_model, loaded_part
from server.models.runtime import Runtime
from server.models.voice.clips import generation_length_s
from server.models.voice.diffusion_voicer import DiffusionVoicer
from server.models.voice.pipelines import finished_clips, keep_latents_in_float32
from server.models.voice.prompts import AudioPrompt, audio_prompt
from server.models.voice.t5_tokenizer import t5_tokenizer
from server.pipeline.stages import Sound, VoiceRequest

_AT_ONCE = 8
# The published language model's setting, which newer transformers drop from its configuration.
_LANGUAGE_TOKENS = 8


class AudioLdm2Voicer(DiffusionVoicer):
    """Makes sounds with AudioLDM 2, several at once, each from a seed of its own.

    Args:
        folder: the checkpoint in the layout of ``cvssp/audioldm2``.
        runtime: where to run.
        revision: of the checkpoint.
        steps: of the sampler; 200 are usual.
        guidance: how strongly the words bind; 3.5 is usual, 1 is none and takes half as long.
    """

    def __init__(
        self, folder: Path, *, runtime: Runtime, revision: str, steps: int = 200, guidance: float = 3.5
    ) -> None:
        super().__init__("audioldm2", folder, runtime=runtime, revision=revision, steps=steps, guidance=guidance)

    def _sounds(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        pipeline = _pipeline(self._folder, self._runtime)
        vocoder = pipeline.vocoder.config
        rate_hz = vocoder.sampling_rate
        frame_s = float(np.prod(vocoder.upsample_rates)) / rate_hz
        most_s = pipeline.unet.config.sample_size * pipeline.vae_scale_factor * frame_s
        prompts = [audio_prompt(request) for request in requests]
        seconds = [generation_length_s(request.duration_s, most_s) for request in requests]

        def waveforms(indices: Sequence[int]) -> list[NDArray[np.float32]]:
            chosen, seeds = [prompts[index] for index in indices], [requests[index].seed for index in indices]
            made = self._waveforms(pipeline, chosen, seeds, seconds[indices[0]], frame_s)
            return [waveform[None] for waveform in made]

        yield from finished_clips(requests, seconds, waveforms, rate_hz=rate_hz, at_once=_AT_ONCE)

    def _waveforms(
        self, pipeline: Any, prompts: Sequence[AudioPrompt], seeds: Sequence[int], length_s: float, frame_s: float
    ) -> NDArray[np.float32]:
        """One waveform for each prompt, all equally long: shape (clips, samples)."""
        import torch

        scale = pipeline.vae_scale_factor
        frames = -(-int(length_s / frame_s) // scale) * scale
        shape = (pipeline.unet.config.in_channels, frames // scale, pipeline.vocoder.config.model_in_dim // scale)
        with torch.inference_mode():
            made: NDArray[np.float32] = pipeline(
                **_conditions(pipeline, prompts, guided=self._guidance > 1.0),
                audio_length_in_s=length_s,
                num_inference_steps=self._steps,
                guidance_scale=self._guidance,
                latents=seeded_noise(seeds, shape),
                output_type="np",
            ).audios
        return made


def _conditions(pipeline: Any, prompts: Sequence[AudioPrompt], *, guided: bool) -> dict[str, Any]:
    """The encoded prompts of all clips, as arguments of the pipeline.

    Each prompt is encoded by itself: the language model in between counts its positions over padding too, so that
    longer prompts beside it would change its answer. What is padded afterwards is masked.
    """
    import torch

    halves: list[list[tuple[Any, Any, Any]]] = []
    for prompt in prompts:
        embeds, mask, generated = pipeline.encode_prompt(
            prompt=[prompt.text],
            device=pipeline.device,
            num_waveforms_per_prompt=1,
            do_classifier_free_guidance=guided,
            negative_prompt=[prompt.negative] if guided else None,
            max_new_tokens=_LANGUAGE_TOKENS,
        )
        rows = 2 if guided else 1
        halves.append(list(zip(embeds.chunk(rows), mask.chunk(rows), generated.chunk(rows), strict=True)))
    longest = max(half[0][0].shape[1] for half in halves)

    def joined(half: int, which: int) -> Any:
        tensors = [parts[half][which] for parts in halves]
        if which == 2:
            return torch.cat(tensors)
        return torch.cat([_lengthened(tensor, longest) for tensor in tensors])

    names = ("prompt_embeds", "attention_mask", "generated_prompt_embeds")
    conditions = {name: joined(-1, which) for which, name in enumerate(names)}
    if guided:
        conditions |= {f"negative_{name}": joined(0, which) for which, name in enumerate(names)}
    return conditions


def _lengthened(tensor: Any, length: int) -> Any:
    """A tensor of shape (1, n, …) with zeros up to a length."""
    import torch

    missing = tensor.new_zeros((1, length - tensor.shape[1], *tensor.shape[2:]))
    return torch.cat([tensor, missing], dim=1)


def _pipeline(folder: Path, runtime: Runtime) -> Any:
    """The pipeline with all of its models; autoencoder and vocoder in float32.

    The published folder calls its language model a ``GPT2Model``, which newer pipelines can't use as such; with a head,
    which is tied to the embedding and never asked, it is the same model.
    """
    import torch
    from diffusers import (
        AudioLDM2Pipeline,
        AudioLDM2ProjectionModel,
        AudioLDM2UNet2DConditionModel,
        AutoencoderKL,
        DDIMScheduler,
    )
    from transformers import (
        ClapFeatureExtractor,
        ClapModel,
        GPT2LMHeadModel,
        RobertaTokenizerFast,
        SpeechT5HifiGan,
        T5EncoderModel,
    )

    dtype, wide = runtime.torch_dtype, torch.float32
    pipeline = AudioLDM2Pipeline(
        vae=loaded_model(AutoencoderKL, folder / "vae", torch_dtype=wide),
        text_encoder=loaded_model(ClapModel, folder / "text_encoder", dtype=dtype),
        text_encoder_2=loaded_model(T5EncoderModel, folder / "text_encoder_2", dtype=dtype),
        projection_model=loaded_model(AudioLDM2ProjectionModel, folder / "projection_model", torch_dtype=dtype),
        language_model=loaded_model(GPT2LMHeadModel, folder / "language_model", dtype=dtype),
        tokenizer=loaded_part(RobertaTokenizerFast, folder / "tokenizer"),
        tokenizer_2=t5_tokenizer(folder / "tokenizer_2"),
        feature_extractor=loaded_part(ClapFeatureExtractor, folder / "feature_extractor"),
        unet=loaded_model(AudioLDM2UNet2DConditionModel, folder / "unet", torch_dtype=dtype),
        scheduler=loaded_part(DDIMScheduler, folder / "scheduler"),
        vocoder=loaded_model(SpeechT5HifiGan, folder / "vocoder", dtype=wide),
    ).to(runtime.device)
    keep_latents_in_float32(pipeline.unet, dtype)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
