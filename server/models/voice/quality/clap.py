"""How well the sound of a clip fits words, by CLAP.

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

from server.audio.loop import RATE_HZ
from server.models.pretrained import loaded_model, loaded_part
from server.models.runtime import Runtime, free

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

        A clip longer than the ten seconds that the model takes is judged by the mean over its parts. The model's own
        way, a random part, would judge equal clips differently.

        Args:
            clips: mono at 48 kHz, each of shape (samples,).
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
            words = self._text_vectors(model, tokenizer, texts)
            return [
                float((_clip_vectors(model, extractor, clip, self._device) @ word).mean())
                for clip, word in zip(clips, words, strict=True)
            ]

    def _text_vectors(self, model: Any, tokenizer: Any, texts: Sequence[str]) -> torch.Tensor:
        """A unit vector for each text; shape (n, d)."""
        import torch

        rows = []
        for start in range(0, len(texts), _AT_ONCE):
            batch = list(texts[start : start + _AT_ONCE])
            limit = min(tokenizer.model_max_length, model.config.text_config.max_position_embeddings - 2)
            tokens = tokenizer(batch, padding=True, truncation=True, max_length=limit, return_tensors="pt")
            ids, mask = tokens.input_ids.to(self._device), tokens.attention_mask.to(self._device)
            rows.append(model.get_text_features(input_ids=ids, attention_mask=mask).pooler_output)
        return torch.nn.functional.normalize(torch.cat(rows), dim=-1)


def _clip_vectors(model: Any, extractor: Any, clip: NDArray[np.float32], device: str) -> torch.Tensor:
    """A unit vector for each part of a clip; shape (parts, d)."""
    import torch

    rate_hz = extractor.sampling_rate
    resampled = soxr.resample(clip, RATE_HZ, rate_hz) if rate_hz != RATE_HZ else clip
    parts = equal_parts(np.asarray(resampled, dtype=np.float32), extractor.nb_max_samples)
    features = extractor(parts, sampling_rate=rate_hz, return_tensors="pt")
    answer = model.get_audio_features(
        input_features=features["input_features"].to(device),
        # A model with fusion would choose one of them at random as the longer one.
        is_longer=torch.zeros(len(parts), 1, dtype=torch.bool, device=device),
    )
    return torch.nn.functional.normalize(answer.pooler_output, dim=-1)


def equal_parts(clip: NDArray[np.float32], most_samples: int) -> list[NDArray[np.float32]]:
    """A clip (samples,) in as few equally long parts as have at most so many samples.

    >>> [part.size for part in equal_parts(np.zeros(10, np.float32), 4)]
    [4, 3, 3]
    """
    return np.array_split(clip, max(1, math.ceil(clip.size / most_samples)))
