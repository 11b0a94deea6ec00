"""TangoFlux as a voicer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from server.models.noise import seeded_noise
from server.models.runtime import Runtime, free, in_batches
from server.models.voice.clips import clip_from, generation_length_s
from server.models.voice.diffusion_voicer import DiffusionVoicer
from server.models.voice.oobleck.checkpoint import RATE_HZ, load_decoder
from server.models.voice.oobleck.decoder import Decoder
from server.models.voice.prompts import audio_prompt
from server.models.voice.tango_flux.checkpoint import TangoCheckpoint, longest_clip_s
from server.models.voice.tango_flux.conditions import Conditions, conditions_for
from server.models.voice.tango_flux.flow import denoised
from server.pipeline.stages import Sound, VoiceRequest

if TYPE_CHECKING:
    import torch

# With guidance twice as many sequences of some 670 tokens, which fill a large GPU and take little of a small one.
_AT_ONCE = 8


class TangoFluxVoicer(DiffusionVoicer):
    """Makes sounds with TangoFlux, several at once; each depends on its own seed, not on what is made beside it.

    Text is encoded first and its encoder freed; the transformer and the autoencoder's decoder come after it.

    Args:
        folder: the published checkpoint: ``config.json``, ``tangoflux.safetensors`` and ``vae.safetensors``.
        text_folder: configuration and tokenizer of ``google/flan-t5-large``; its weights are in the checkpoint.
        runtime: where to run.
        revision: of the checkpoint.
        steps: of the flow; 25 to 50 are usual.
        guidance: how strongly the words bind; 3.5 to 4.5 are usual, 1 is none and takes half as long.
    """

    def __init__(
        self,
        folder: Path,
        text_folder: Path,
        *,
        runtime: Runtime,
        revision: str,
        steps: int = 50,
        guidance: float = 4.5,
    ) -> None:
        super().__init__("tangoflux", folder, runtime=runtime, revision=revision, steps=steps, guidance=guidance)
        self._text_folder = text_folder

    def _sounds(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        checkpoint = TangoCheckpoint(self._folder, self._text_folder)
        # The decoder comes first, since the longest clip depends on it.
        decoder = load_decoder(checkpoint.autoencoder, device=self._runtime.device)
        most_s = longest_clip_s(checkpoint.config, decoder.hop, RATE_HZ)
        seconds = [generation_length_s(request.duration_s, most_s) for request in requests]
        prompts = [audio_prompt(request) for request in requests]
        conditions = self._conditions(checkpoint, [prompt.text for prompt in prompts], seconds)
        free()
        transformer = checkpoint.take("transformer", device=self._runtime.device, dtype=self._runtime.torch_dtype)
        shape = (checkpoint.config.audio_seq_len, checkpoint.config.in_channels)

        def waveforms(indices: Sequence[int]) -> list[NDArray[np.float32]]:
            noise = seeded_noise([requests[index].seed for index in indices], shape)
            return self._waveforms(
                transformer, decoder, conditions.subset(indices), noise, [seconds[index] for index in indices]
            )

        made = in_batches(range(len(requests)), waveforms, size=_AT_ONCE)
        for request, prompt, waveform in zip(requests, prompts, made, strict=True):
            samples = clip_from(waveform, RATE_HZ, duration_s=request.duration_s, is_continuous=prompt.is_continuous)
            yield Sound(samples=samples, loop=True)

    def _conditions(self, checkpoint: TangoCheckpoint, prompts: list[str], seconds: list[float]) -> Conditions:
        import torch

        device = self._runtime.device
        with torch.inference_mode():
            return conditions_for(
                prompts,
                seconds,
                tokenizer=checkpoint.tokenizer(),
                encoder=checkpoint.take("text_encoder", device=device, dtype=self._runtime.torch_dtype),
                pooling=checkpoint.take("fc", device=device, dtype=torch.float32),
                duration_embedder=checkpoint.take("duration_emebdder", device=device, dtype=torch.float32),
            )

    def _waveforms(
        self, transformer: Any, decoder: Decoder, conditions: Conditions, noise: torch.Tensor, seconds: list[float]
    ) -> list[NDArray[np.float32]]:
        import torch

        with torch.inference_mode():
            latents = denoised(
                transformer,
                conditions,
                noise.to(self._runtime.device),
                steps=self._steps,
                guidance=self._guidance,
            )
            # One at a time: a clip fills the device, and the largest tensors of all are met here.
            return [
                decoder.decoded(latent.T, math.floor(length_s * RATE_HZ)).numpy()
                for latent, length_s in zip(latents, seconds, strict=True)
            ]
