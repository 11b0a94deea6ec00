"""How well a clip sounds like what words say, by CLAP.

Y. Wu et al., "Large-Scale Contrastive Language-Audio Pretraining with Feature Fusion and Keyword-to-Caption
Augmentation", ICASSP 2023.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import soxr
from numpy.typing import NDArray

from server.models.pretrained import loaded_model, loaded_part
from server.models.runtime import Runtime, free
from server.pipeline.loop import RATE_HZ

if TYPE_CHECKING:
    import torch

_AT_ONCE = 16


class ClapJudge:
    """Compares sounds with words.

    Args:
        folder: a checkpoint in the layout of ``laion/clap-htsat-unfused``: ``config.json``, weights,
            ``preprocessor_config.json`` and the tokenizer.
        runtime: where to run; the numbers are float32, since scores lie close together.
        revision: of the checkpoint.
    """

    def __init__(self, folder: Path, *, runtime: Runtime, revision: str) -> None:
        self._folder, self._device = folder, runtime.device
        self.identity = f"clap@{revision}"

    def likeness(self, clips: Sequence[NDArray[np.float32]], texts: Sequence[str]) -> list[float]:
        """The cosine of the angle between each clip and its text, in [−1, 1].

        A clip longer than the ten seconds that the model hears is judged by the mean of its stretches: the model's own
        way, a stretch by chance, would have equal clips judged differently.

        Args:
            clips: mono at 48 kHz.
            texts: one for each clip.

        Raises:
            InputError: the checkpoint is missing or can't be used.
        """
        if not clips:
            return []
        try:
            return self._likeness(clips, texts)
        finally:
            free()

    def _likeness(self, clips: Sequence[NDArray[np.float32]], texts: Sequence[str]) -> list[float]:
        import torch
        from transformers import AutoTokenizer, ClapFeatureExtractor, ClapModel

        extractor = loaded_part(ClapFeatureExtractor, self._folder)
        tokenizer = loaded_part(AutoTokenizer, self._folder)
        model = loaded_model(ClapModel, self._folder, dtype=torch.float32).to(self._device)
        with torch.inference_mode():
            words = self._of_texts(model, tokenizer, texts)
            return [
                float((_of_clip(model, extractor, clip, self._device) @ word).mean())
                for clip, word in zip(clips, words, strict=True)
            ]

    def _of_texts(self, model: Any, tokenizer: Any, texts: Sequence[str]) -> torch.Tensor:
        """A unit vector for each text; shape (n, d)."""
        import torch

        rows = []
        for start in range(0, len(texts), _AT_ONCE):
            some = list(texts[start : start + _AT_ONCE])
            limit = min(tokenizer.model_max_length, model.config.text_config.max_position_embeddings - 2)
            tokens = tokenizer(some, padding=True, truncation=True, max_length=limit, return_tensors="pt")
            ids, mask = tokens.input_ids.to(self._device), tokens.attention_mask.to(self._device)
            rows.append(model.get_text_features(input_ids=ids, attention_mask=mask).pooler_output)
        return torch.nn.functional.normalize(torch.cat(rows), dim=-1)


def _of_clip(model: Any, extractor: Any, clip: NDArray[np.float32], device: str) -> torch.Tensor:
    """A unit vector for each stretch of a clip; shape (stretches, d)."""
    import torch

    rate_hz = extractor.sampling_rate
    heard = soxr.resample(clip, RATE_HZ, rate_hz) if rate_hz != RATE_HZ else clip
    parts = stretches(np.asarray(heard, dtype=np.float32), extractor.nb_max_samples)
    features = extractor(parts, sampling_rate=rate_hz, return_tensors="pt")
    answer = model.get_audio_features(
        input_features=features["input_features"].to(device),
        # A model with fusion would have one of them be longer by chance.
        is_longer=torch.zeros(len(parts), 1, dtype=torch.bool, device=device),
    )
    return torch.nn.functional.normalize(answer.pooler_output, dim=-1)


def stretches(clip: NDArray[np.float32], most: int) -> list[NDArray[np.float32]]:
    """A clip in as few equally long parts as have at most so many samples.

    >>> [part.size for part in stretches(np.zeros(10, np.float32), 4)]
    [4, 3, 3]
    """
    return np.array_split(clip, max(1, math.ceil(clip.size / most)))
