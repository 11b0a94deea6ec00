"""What the voicers that run pipelines of diffusers share: exact latents, and batches of one length."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from server.models.runtime import in_batches
from server.models.voice.clips import clip_from
from server.models.voice.prompts import audio_prompt
from server.pipeline.stages import Sound, VoiceRequest

if TYPE_CHECKING:
    import torch


def keep_latents_in_float32(network: torch.nn.Module, dtype: torch.dtype) -> None:
    """Make a denoiser take its noisy input, and give its answer, in float32, whatever its own numbers are.

    A sampler sums up many small steps, which 16-bit numbers round away.
    """

    def narrowed(module: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:  # noqa: ARG001
        return (arguments[0].to(dtype), *arguments[1:]), options

    def widened(module: Any, arguments: Any, answer: tuple[Any, ...]) -> tuple[Any, ...]:  # noqa: ARG001
        return (answer[0].float(), *answer[1:])

    network.register_forward_pre_hook(narrowed, with_kwargs=True)
    network.register_forward_hook(widened)


def finished_clips(
    requests: Sequence[VoiceRequest],
    seconds: Sequence[float],
    waveforms: Callable[[Sequence[int]], Sequence[NDArray[np.float32]]],
    *,
    rate_hz: int,
    at_once: int,
) -> Iterator[Sound]:
    """A clip for each request, in order; requests of one length are made together, since a pipeline makes one length.

    Args:
        requests: the clips to make.
        seconds: how long each is made, before it becomes a clip.
        waveforms: makes a waveform, shape (channels, samples), for each of the indices of some requests of one length.
        rate_hz: of the waveforms.
        at_once: how many to begin with; fewer where memory runs short.

    Raises:
        MemoryExhaustedError: not even one fits.
    """
    for _, run in groupby(range(len(requests)), key=seconds.__getitem__):
        alike = list(run)
        for index, waveform in zip(alike, in_batches(alike, waveforms, size=at_once), strict=True):
            request = requests[index]
            samples = clip_from(
                waveform, rate_hz, duration_s=request.duration_s, is_continuous=audio_prompt(request).is_continuous
            )
            yield Sound(samples=samples, loop=True)
