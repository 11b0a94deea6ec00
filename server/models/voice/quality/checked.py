"""A voicer whose defective clips are made again."""

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
    """Another voicer, but clips that came out silent, clipped or as mere noise are made again with other seeds.

    Args:
        voicer: makes the clips.
        retries: how often a request may be made again.
    """

    def __init__(self, voicer: Voicer, *, retries: int = 2) -> None:
        self._voicer, self._retries = voicer, retries
        self.identity = f"{voicer.identity}+checked{retries}"

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        """One clip for each request, in order: its first without a defect, else its best, with a note that says so.

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
        for attempt in attempts[yielded:]:
            yield (
                attempt.sound if attempt.defect is None else replace(attempt.sound, note=_note(attempt, self._retries))
            )


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
    return {"clipped": 0, "noise": 1, "silent": 2}[defect.kind], defect.severity


def _note(attempt: _Attempt, retries: int) -> str:
    fault = attempt.defect.description if attempt.defect else ""
    made = f"this clip {fault}, and so were {retries} more" if retries else f"this clip {fault}"
    note = f"{made}; choose another --seed, or give a recording with --clips"
    return f"{attempt.sound.note}; {note}" if attempt.sound.note else note
