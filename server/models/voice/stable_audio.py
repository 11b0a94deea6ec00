"""Stable Audio Open as a voicer.

Z. Evans et al., "Stable Audio Open", 2024. The weights come under Stability AI's community licence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from protocol.errors import InputError
from server.models.checkpoint_file import FETCH_AGAIN, required_file
from server.models.noise import seeded_noise
from server.models.pretrained import loaded_model
from server.models.runtime import Runtime
from server.models.voice.clips import generation_length_s
from server.models.voice.diffusion_voicer import DiffusionVoicer
from server.models.voice.oobleck.decoder import Decoder, remove_weight_norm
from server.models.voice.pipelines import finished_clips, keep_latents_in_float32
from server.models.voice.prompts import AudioPrompt, audio_prompt
from server.models.voice.t5_tokenizer import t5_tokenizer
from server.pipeline.stages import Sound, VoiceRequest

if TYPE_CHECKING:
    import torch

_AT_ONCE = 4


class StableAudioVoicer(DiffusionVoicer):
    """Makes sounds with Stable Audio Open, several at once, each from a seed of its own.

    The published sampler takes its noise from torchsde's Brownian trees. Noise drawn step by step from a generator for
    each clip has the same law at a fixed number of steps, needs no more packages, and is the same in any batch.

    Args:
        folder: the checkpoint in the layout of ``stabilityai/stable-audio-open-1.0`` for diffusers.
        runtime: where to run.
        revision: of the checkpoint.
        steps: of the sampler; 100 are usual.
        guidance: how strongly the words bind; 7 is usual, 1 is none and takes half as long.
    """

    def __init__(
        self, folder: Path, *, runtime: Runtime, revision: str, steps: int = 100, guidance: float = 7.0
    ) -> None:
        super().__init__("stable-audio", folder, runtime=runtime, revision=revision, steps=steps, guidance=guidance)

    def _sounds(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        pipeline = _pipeline(self._folder, self._runtime)
        autoencoder = pipeline.vae
        rate_hz = autoencoder.config.sampling_rate
        decoder = Decoder(remove_weight_norm(autoencoder.decoder), autoencoder.upsampling_ratios)
        most_s = pipeline.transformer.config.sample_size * decoder.hop / rate_hz
        prompts = [audio_prompt(request) for request in requests]
        seconds = [generation_length_s(request.duration_s, most_s) for request in requests]

        def waveforms(indices: Sequence[int]) -> list[NDArray[np.float32]]:
            length_s = seconds[indices[0]]
            latents = self._latents(
                pipeline, [prompts[index] for index in indices], [requests[index].seed for index in indices], length_s
            )
            return [decoder.decoded(latent, math.floor(length_s * rate_hz)).numpy() for latent in latents]

        yield from finished_clips(requests, seconds, waveforms, rate_hz=rate_hz, at_once=_AT_ONCE)

    def _latents(
        self, pipeline: Any, prompts: Sequence[AudioPrompt], seeds: Sequence[int], length_s: float
    ) -> torch.Tensor:
        """Shape (clips, latent channels, latents)."""
        import torch

        config = pipeline.transformer.config
        # Seeded with what the first noise was not, so that no later noise repeats it.
        generators = [torch.Generator("cpu").manual_seed(2**32 + seed) for seed in seeds]
        with torch.inference_mode():
            latents: torch.Tensor = pipeline(
                prompt=[prompt.text for prompt in prompts],
                negative_prompt=[prompt.negative for prompt in prompts] if self._guidance > 1.0 else None,
                audio_end_in_s=length_s,
                num_inference_steps=self._steps,
                guidance_scale=self._guidance,
                latents=seeded_noise(seeds, (config.in_channels, config.sample_size)),
                generator=generators,
                output_type="latent",
            ).audios
        return latents


def _pipeline(folder: Path, runtime: Runtime) -> Any:
    """The pipeline with all of its models; the autoencoder in float32."""
    import torch
    from diffusers import AutoencoderOobleck, StableAudioDiTModel, StableAudioPipeline
    from diffusers.pipelines.stable_audio.modeling_stable_audio import StableAudioProjectionModel
    from transformers import T5EncoderModel

    dtype = runtime.torch_dtype
    pipeline = StableAudioPipeline(
        vae=loaded_model(AutoencoderOobleck, folder / "vae", torch_dtype=torch.float32),
        text_encoder=loaded_model(T5EncoderModel, folder / "text_encoder", dtype=dtype),
        projection_model=loaded_model(StableAudioProjectionModel, folder / "projection_model", torch_dtype=dtype),
        tokenizer=t5_tokenizer(folder / "tokenizer"),
        transformer=loaded_model(StableAudioDiTModel, folder / "transformer", torch_dtype=dtype),
        scheduler=_stored_sampler(folder / "scheduler"),
    ).to(runtime.device)
    keep_latents_in_float32(pipeline.transformer, dtype)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _sampler(stored: Mapping[str, Any]) -> Any:
    """The published sampler, DPM-Solver++ for SDEs, with the stored configuration.

    C. Lu et al., "DPM-Solver++", 2022. The model takes the noise level σ as the angle 2/π · atan σ.
    """
    import torch
    from diffusers import EDMDPMSolverMultistepScheduler

    class CosineSampler(EDMDPMSolverMultistepScheduler):  # type: ignore[misc]
        def precondition_noise(self, sigma: Any) -> torch.Tensor:
            level: torch.Tensor = torch.as_tensor(sigma)
            return level.atan() / math.pi * 2

    return CosineSampler(**{name: stored.get(name, published) for name, published in _SAMPLER.items()})


def _stored_sampler(folder: Path) -> Any:
    """The sampler with the configuration of a folder.

    Raises:
        InputError: the configuration is missing, or is none of a sampler.
    """
    path = required_file(folder / "scheduler_config.json")
    try:
        return _sampler(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, AttributeError, TypeError, NotImplementedError) as error:
        raise InputError("is no configuration of a sampler", where=str(path), remedy=FETCH_AGAIN) from error


# The published values, for what a configuration leaves out.
_SAMPLER = {
    "sigma_min": 0.3,
    "sigma_max": 500.0,
    "sigma_data": 1.0,
    "sigma_schedule": "exponential",
    "solver_order": 2,
    "prediction_type": "v_prediction",
    "solver_type": "midpoint",
    "algorithm_type": "sde-dpmsolver++",
}
