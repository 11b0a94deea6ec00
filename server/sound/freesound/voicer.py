"""Freesound as a voice: what fits best of what is found, credited; the rest goes to another voice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from protocol.errors import InputError, UnavailableError, printable
from server.audio.loop import SURPLUS_S, loop_from
from server.pipeline.stages import Sound, Voicer, VoiceRequest
from server.sound.freesound.client import FoundSound, FreesoundClient
from server.sound.freesound.ranking import loopability, ranked, text_fit
from server.sound.freesound.shelf import PreviewShelf
from server.sound.recordings.reading import read_stretch
from server.sound.words import head, phrases

Likeness = Callable[[Sequence[NDArray[np.float32]], Sequence[str]], list[float]]
"""How well clips fit texts, as :meth:`server.models.voice.quality.clap.ClapJudge.likeness` says it."""

# So many of the best by their words are listened to.
_HEARD = 4
# Shorter sounds are clicks, longer ones whole mornings.
_LEAST_S, _MOST_S = 0.5, 180.0
_LOOP = 0.5
# CLAP's cosines of what fits and of what doesn't are some 0.3 apart: that is to outweigh a name.
_LIKENESS = 4.0


@dataclass(frozen=True, slots=True)
class _Take:
    """A sound that was listened to."""

    sound: FoundSound
    clip: NDArray[np.float32] = field(repr=False)
    score: float


class FreesoundVoicer:
    """Plays recordings from Freesound under CC0 and CC BY, and hands what it finds nothing for to another voice.

    Args:
        client: searches.
        shelf: keeps what was fetched.
        otherwise: makes what nothing is found for, and everything once Freesound can't be asked.
        likeness: compares sounds with words, where a model for that is here.
        judge: the identity of that model.
    """

    def __init__(
        self,
        client: FreesoundClient,
        shelf: PreviewShelf,
        otherwise: Voicer,
        *,
        likeness: Likeness | None = None,
        judge: str = "",
    ) -> None:
        self._client, self._shelf, self._otherwise, self._likeness = client, shelf, otherwise, likeness
        self.identity = "+".join(filter(None, ("freesound@1", judge, otherwise.identity)))

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        """One looping clip for each request, in order, with a note of what was chosen, and whose it is.

        Raises:
            InputError: Freesound refuses the key.
        """
        fault = ""
        for request in requests:
            sound: Sound | None = None
            said = fault or f"Freesound has nothing for {request.label!r}"
            if not fault:
                try:
                    sound = self._found(request)
                except UnavailableError as error:
                    # Whatever keeps it from answering now keeps it from answering the next question.
                    fault = said = f"Freesound can't be asked: {error.where} {error.what}"
            if sound is not None:
                yield sound
                continue
            for made in self._otherwise.voice([request]):
                note = "; ".join(filter(None, (f"{said}; another voice makes it", made.note)))
                yield replace(made, note=note, stands_in=bool(fault))

    def _found(self, request: VoiceRequest) -> Sound | None:
        takes = [
            take
            for sound in ranked(self._searched(request), label=request.label, prompt=request.prompt)[:_HEARD]
            if (take := self._heard(sound, request)) is not None
        ]
        if not takes:
            return None
        best = max(self._judged(takes, request), key=lambda take: take.score)
        sound = best.sound
        whose = printable(f"“{sound.name}” by {sound.username}")
        return Sound(
            samples=best.clip,
            loop=True,
            note=f"plays Freesound {sound.id}, {whose} ({sound.licence})",
            credit=f"{whose}, {printable(sound.url)}, {sound.licence} ({printable(sound.license)}), cut and levelled",
        )

    def _searched(self, request: VoiceRequest) -> list[FoundSound]:
        """What is found for the label, else for the noun that the prompt is about."""
        subject = head(next(iter(phrases(request.prompt)), []), frozenset())
        for words in dict.fromkeys(filter(None, (request.label, subject.raw if subject else ""))):
            found = self._client.search(words, least_s=_LEAST_S, most_s=_MOST_S)
            if found:
                return found
        return []

    def _heard(self, sound: FoundSound, request: VoiceRequest) -> _Take | None:
        """A sound once it is fetched and closed to a loop; None where it can't be read."""
        path = self._shelf.path(sound)
        try:
            stretch = read_stretch(
                path, np.random.default_rng(request.seed), wanted_s=request.duration_s + SURPLUS_S
            ).samples
        except InputError:
            return None
        long_enough = min(1.0, len(stretch) / (48_000 * request.duration_s))
        score = text_fit(sound, label=request.label, prompt=request.prompt)
        return _Take(
            sound,
            loop_from(stretch, request.duration_s).astype(np.float32),
            score + _LOOP * loopability(stretch) * long_enough,
        )

    def _judged(self, takes: list[_Take], request: VoiceRequest) -> list[_Take]:
        if self._likeness is None:
            return takes
        cosines = self._likeness([take.clip for take in takes], [request.prompt or request.label] * len(takes))
        return [
            replace(take, score=take.score + _LIKENESS * cosine) for take, cosine in zip(takes, cosines, strict=True)
        ]
