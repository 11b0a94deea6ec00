"""A voice whose failures are made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from server.models.voice.defects import Defect, defect_of
from server.models.voice.prompts import worded
from server.pipeline.stages import Sound, Voicer, VoiceRequest
from server.pipeline.voice import clip_seed


@dataclass(frozen=True, slots=True)
class _Trial:
    """The best clip so far of a request, and what is wrong with it."""

    sound: Sound
    defect: Defect | None


class CheckedVoicer:
    """Has another voice make again, with another seed, what came out silent, clipped or as mere noise.

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
            SonoramaError: as of the voice that makes the clips.
        """
        trials: list[_Trial] = []
        told = 0
        for request, sound in zip(requests, self._voicer.voice(requests), strict=True):
            trials.append(_tried(request, sound))
            while told < len(trials) and trials[told].defect is None:
                yield trials[told].sound
                told += 1
        for attempt in range(1, self._retries + 1):
            failed = [index for index, trial in enumerate(trials) if trial.defect is not None]
            if not failed:
                break
            again = [reseeded(requests[index], f"again-{attempt}") for index in failed]
            for index, request, sound in zip(failed, again, self._voicer.voice(again), strict=True):
                trials[index] = _better(trials[index], _tried(request, sound))
        for trial in trials[told:]:
            yield trial.sound if trial.defect is None else replace(trial.sound, note=_note(trial, self._retries))


def reseeded(request: VoiceRequest, attempt: str) -> VoiceRequest:
    """The same request with another seed, which depends on its own and on the attempt's name."""
    return replace(request, seed=clip_seed(request.seed, attempt))


def _tried(request: VoiceRequest, sound: Sound) -> _Trial:
    return _Trial(sound, defect_of(sound.samples, may_be_noise=worded(request).may_be_noise))


def _better(one: _Trial, other: _Trial) -> _Trial:
    if one.defect is None or other.defect is None:
        return one if one.defect is None else other
    return one if _rank(one.defect) <= _rank(other.defect) else other


def _rank(defect: Defect) -> tuple[int, float]:
    """Less is better: a clipped clip is still of the thing, noise may be, silence is not."""
    return {"clipped": 0, "noise": 1, "silent": 2}[defect.what], defect.severity


def _note(trial: _Trial, retries: int) -> str:
    words = trial.defect.words if trial.defect else ""
    made = f"this clip {words}, and so were {retries} more" if retries else f"this clip {words}"
    note = f"{made}; choose another --seed, or give a recording with --clips"
    return f"{trial.sound.note}; {note}" if trial.sound.note else note
