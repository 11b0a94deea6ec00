"""A voicer whose defective clips are made again, and replaced where that is of no use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from server.models.voice.prompts import audio_prompt
from server.models.voice.quality.defects import Defect, defect_of
from server.pipeline.stages import Sound, Voicer, VoiceRequest
from server.pipeline.voice import clip_seed


@dataclass(frozen=True, slots=True)
class _Attempt:
    """The best clip so far of a request, and what is wrong with it."""

    sound: Sound
    defect: Defect | None


class CheckedVoicer:
    """Another voicer, but clips with a :class:`~server.models.voice.quality.defects.Defect` are made again.

    Args:
        voicer: makes the clips.
        stand_in: makes those of which every attempt is beyond use, so that one clip doesn't end a run.
        retries: how often a request may be made again, each time with another seed.
    """

    def __init__(self, voicer: Voicer, *, stand_in: Voicer, retries: int = 2) -> None:
        self._voicer, self._stand_in, self._retries = voicer, stand_in, retries
        self.identity = f"{voicer.identity}+checked{retries}-or-{stand_in.identity}"

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        """One clip for each request, in order: its first without a defect, else its best, with a note that says so.

        Where the best is silent or not finite, it is the stand-in's.

        The clips before the first defective one come as soon as they are made. The defective ones are made again
        together, once the others are done.

        Raises:
            SonoramaError: as the voicer that makes the clips raises it.
        """
        attempts: list[_Attempt] = []
        yielded = 0
        for request, sound in zip(requests, self._voicer.voice(requests), strict=True):
            attempts.append(_attempt(request, sound))
            while yielded < len(attempts) and attempts[yielded].defect is None:
                yield attempts[yielded].sound
                yielded += 1
        for retry in range(1, self._retries + 1):
            failed = [index for index, attempt in enumerate(attempts) if attempt.defect is not None]
            if not failed:
                break
            again = [reseeded(requests[index], f"again-{retry}") for index in failed]
            for index, request, sound in zip(failed, again, self._voicer.voice(again), strict=True):
                attempts[index] = _better(attempts[index], _attempt(request, sound))
        for request, attempt in zip(requests[yielded:], attempts[yielded:], strict=True):
            yield attempt.sound if attempt.defect is None else self._noted(request, attempt.sound, attempt.defect)

    def _noted(self, request: VoiceRequest, best: Sound, defect: Defect) -> Sound:
        """The best clip of a request, or the stand-in's, with a note."""
        fault = f"the model's clip of {request.label!r} {defect.description}"
        if self._retries:
            fault += f", and {self._retries} more were no better"
        remedy = (
            "try --dtype float32"
            if defect.kind == "not finite"
            else "choose another --seed, or give a recording with --clips"
        )
        if defect.is_beyond_use:
            (best,) = self._stand_in.voice([request])
            fault += ", so one made without a model stands in"
        return replace(best, note="; ".join(filter(None, (best.note, fault, remedy))))


def reseeded(request: VoiceRequest, attempt: str) -> VoiceRequest:
    """The same request with another seed, which depends on its own and on the attempt's name."""
    return replace(request, seed=clip_seed(request.seed, attempt))


def _attempt(request: VoiceRequest, sound: Sound) -> _Attempt:
    return _Attempt(sound, defect_of(sound.samples, may_be_noise=audio_prompt(request).may_be_noise))


def _better(first: _Attempt, second: _Attempt) -> _Attempt:
    if first.defect is None or second.defect is None:
        return first if first.defect is None else second
    return first if _rank(first.defect) <= _rank(second.defect) else second


def _rank(defect: Defect) -> tuple[int, float]:
    """Less is better: a clipped clip is still of the source, noise may be, silence is not."""
    return ("clipped", "noise", "silent", "not finite").index(defect.kind), defect.severity
