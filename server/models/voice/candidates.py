"""A voice that makes several clips of each thing and keeps the one that sounds most like it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.models.voice.checked import reseeded
from server.models.voice.prompts import worded
from server.pipeline.stages import Sound, Voicer, VoiceRequest


class Judge(Protocol):
    """Tells how well sounds fit words."""

    identity: str

    def likeness(self, clips: Sequence[NDArray[np.float32]], texts: Sequence[str]) -> list[float]:
        """A number for each clip and its text; more is better."""
        ...


class CandidateVoicer:
    """Has another voice make several candidates for each request, and a judge choose.

    Args:
        voicer: makes the candidates; it is done, and its model freed, before the judge's is loaded.
        judge: compares them with the words for the sound.
        candidates: how many of each, at least 1; the first has the request's own seed.
    """

    def __init__(self, voicer: Voicer, judge: Judge, *, candidates: int) -> None:
        self._voicer, self._judge, self._candidates = voicer, judge, candidates
        self.identity = f"{voicer.identity}+best{candidates}by-{judge.identity}"

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        """The best candidate for each request, in order; one with a note only where all have one.

        Raises:
            SonoramaError: as of the voice and the judge.
        """
        asked = [
            reseeded(request, f"candidate-{number}") if number else request
            for request in requests
            for number in range(self._candidates)
        ]
        sounds = list(self._voicer.voice(asked))
        texts = [worded(request).subject for request in requests for _ in range(self._candidates)]
        scores = self._judge.likeness([sound.samples for sound in sounds], texts)
        for start in range(0, len(sounds), self._candidates):
            own = range(start, start + self._candidates)
            yield sounds[max(own, key=lambda index: (not sounds[index].note, scores[index], -index))]
