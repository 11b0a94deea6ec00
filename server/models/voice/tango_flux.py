"""TangoFlux as a voice."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from server.models.runtime import Runtime, free, in_batches
from server.models.voice.clips import clip_from, seconds_to_make
from server.models.voice.oobleck import RATE_HZ, Decoder, decoder_from
from server.models.voice.prompts import WORDING, worded
from server.models.voice.tango_conditions import Conditions, conditions_for
from server.models.voice.tango_flow import denoised, drawn_noise
from server.models.voice.tango_parts import TangoCheckpoint, longest_s
from server.pipeline.stages import Sound, VoiceRequest

if TYPE_CHECKING:
    import torch

# With guidance twice as many sequences of some 670 tokens, which fill a large GPU and take little of a small one.
_AT_ONCE = 8


class TangoFluxVoicer:
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
        self._folder, self._text_folder = folder, text_folder
        self._runtime, self._steps, self._guidance = runtime, steps, guidance
        self.identity = f"tangoflux@{revision}/steps{steps}/guidance{guidance:g}/{runtime.dtype}/{WORDING}"

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        """One clip for each request, in order.

        Raises:
            InputError: the checkpoint is missing, damaged or of another model.
            UnavailableError: the device's memory is exhausted by a single clip.
        """
        if requests:
            try:
                yield from self._voiced(requests)
            finally:
                free()

    def _voiced(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        checkpoint = TangoCheckpoint(self._folder, self._text_folder)
        # The decoder comes first, since it tells how long a clip can be.
        decoder = decoder_from(checkpoint.autoencoder, device=self._runtime.device)
        most_s = longest_s(checkpoint.config, decoder.hop, RATE_HZ)
        seconds = [seconds_to_make(request.duration_s, most_s) for request in requests]
        orders = [worded(request) for request in requests]
        conditions = self._conditions(checkpoint, [order.prompt for order in orders], seconds)
        free()
        transformer = checkpoint.taken("transformer", device=self._runtime.device, dtype=self._runtime.torch_dtype)
        shape = (checkpoint.config.audio_seq_len, checkpoint.config.in_channels)

        def waveforms(indices: Sequence[int]) -> list[NDArray[np.float32]]:
            noise = drawn_noise([requests[index].seed for index in indices], shape)
            return self._waveforms(
                transformer, decoder, conditions.of(indices), noise, [seconds[index] for index in indices]
            )

        made = in_batches(range(len(requests)), waveforms, size=_AT_ONCE)
        for request, order, waveform in zip(requests, orders, made, strict=True):
            samples = clip_from(waveform, RATE_HZ, duration_s=request.duration_s, goes_on=order.goes_on)
            yield Sound(samples=samples, loop=True)

    def _conditions(self, checkpoint: TangoCheckpoint, prompts: list[str], seconds: list[float]) -> Conditions:
        import torch

        device = self._runtime.device
        with torch.inference_mode():
            return conditions_for(
                prompts,
                seconds,
                tokenizer=checkpoint.tokenizer(),
                encoder=checkpoint.taken("text_encoder", device=device, dtype=self._runtime.torch_dtype),
                pooling=checkpoint.taken("fc", device=device, dtype=torch.float32),
                duration_embedder=checkpoint.taken("duration_emebdder", device=device, dtype=torch.float32),
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
