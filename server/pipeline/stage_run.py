"""Runs one stage over its windows, unless an earlier run has its answers, and announces how far it is."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from protocol.events import Event, Notice, Stage, StageAdvanced, StageFinished, StageStarted
from server.pipeline.stage_cache import AnswerCache, T
from server.pipeline.stages import DistanceMap, Impression


def run_stage(
    cache: AnswerCache,
    stage: Stage,
    identity: str,
    *,
    key: str,
    steps: int,
    kind: type[list[T]],
    answers: Iterator[T],
) -> Generator[Event, None, list[T]]:
    """A stage's answers, one for each window, from the cache or else made now.

    Args:
        cache: what earlier runs made.
        stage: the verb.
        identity: name@revision of what runs it.
        key: holds everything that the answers depend on.
        steps: how many answers there will be.
        kind: the type of all answers, to read kept ones as.
        answers: makes them; not touched where the cache has them.
    """
    yield StageStarted(stage=stage, steps=steps, identity=identity)
    kept = cache.recalled(stage, key, kind)
    if kept is not None:
        yield StageFinished(stage=stage, reused=True)
        return kept
    made = []
    for answer in answers:
        made.append(answer)
        yield StageAdvanced(stage=stage, done=len(made), steps=steps)
    cache.keep(stage, key, kind, made)
    yield StageFinished(stage=stage, reused=False)
    return made


def notices(answers: Iterable[Impression | DistanceMap]) -> Iterator[Notice]:
    """What a person should know about answers, each text once."""
    for text in dict.fromkeys(note for answer in answers for note in answer.notes):
        yield Notice(text=text)
