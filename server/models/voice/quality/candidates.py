"""A voicer that makes several clips of each source and keeps the one that fits its words best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.models.voice.prompts import audio_prompt
from server.models.voice.quality.checked import reseeded
from server.pipeline.stages import Sound, Voicer, VoiceRequest


class Judge(Protocol):
    """Judges how well sounds fit words."""

    identity: str

    def likeness(self, clips: Sequence[NDArray[np.float32]], texts: Sequence[str]) -> list[float]:
        """A number for each clip and its text; more is better.

        Args:
            clips: mono at 48 kHz, each of shape (samples,).
            texts: one for each clip.
        """
        ...


class CandidateVoicer:
    """Another voicer makes several candidates for each request, and a judge chooses.

    Args:
        voicer: makes the candidates; its model is freed before that of the judge is loaded.
        judge: compares them with the words for the sound.
        candidates: how many of each, at least 1; the first has the request's own seed.
    """

    def __init__(self, voicer: Voicer, judge: Judge, *, candidates: int) -> None:
        self._voicer, self._judge, self._candidates = voicer, judge, candidates
        self.identity = f"{voicer.identity}+best{candidates}by-{judge.identity}"

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        """The best candidate for each request, in order; a candidate with a note only where all have a note.

        Raises:
            SonoramaError: as the voicer and the judge raise it.
        """
        reseeded_requests = [
            reseeded(request, f"candidate-{number}") if number else request
            for request in requests
            for number in range(self._candidates)
        ]
        sounds = list(self._voicer.voice(reseeded_requests))
        texts = [audio_prompt(request).subject for request in requests for _ in range(self._candidates)]
        scores = self._judge.likeness([sound.samples for sound in sounds], texts)
        for start in range(0, len(sounds), self._candidates):
            own = range(start, start + self._candidates)
            yield sounds[max(own, key=lambda index: (not sounds[index].note, scores[index], -index))]
