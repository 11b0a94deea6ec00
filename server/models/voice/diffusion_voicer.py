"""What every voicer that denoises a clip in steps shares: its settings, its identity, and freeing its model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path

from server.models.runtime import Runtime, freeing
from server.models.voice.prompts import WORDING
from server.pipeline.stages import Sound, VoiceRequest


class DiffusionVoicer(ABC):
    """Makes several sounds at once, each from a seed of its own.

    Args:
        name: of the model, for the identity.
        folder: the checkpoint.
        runtime: where to run.
        revision: of the checkpoint, for the identity.
        steps: of the sampler.
        guidance: how strongly the words bind; 1 is not at all and takes half as long.
    """

    def __init__(
        self, name: str, folder: Path, *, runtime: Runtime, revision: str, steps: int, guidance: float
    ) -> None:
        self._folder, self._runtime = folder, runtime
        self._steps, self._guidance = steps, guidance
        self.identity = f"{name}@{revision}/steps{steps}/guidance{guidance:g}/{runtime.dtype}/{WORDING}"

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        """One clip for each request, in order.

        Raises:
            InputError: the checkpoint is missing, damaged or of another model.
            UnavailableError: the device's memory is exhausted by a single clip.
        """
        return freeing(self._sounds, requests)

    @abstractmethod
    def _sounds(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        """Load the model and yield one clip for each request."""
