"""A clip for each source: recalled from an earlier run, or voiced and brought to its level."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from dataclasses import asdict

from protocol.events import ClipReady, Event, Notice, StageAdvanced, StageFinished, StageStarted
from protocol.place import PlacedSource
from protocol.scene import Clip, Source
from server.audio.levelling import levelled_clip
from server.pipeline.settings import Settings
from server.pipeline.stage_cache import StageCache, key_of
from server.pipeline.stages import Stages, VoiceRequest


def voiced(
    sources: Sequence[Source] | Sequence[PlacedSource], *, settings: Settings, stages: Stages, cache: StageCache
) -> Generator[Event, None, dict[str, Clip]]:
    """A clip for every source, by its id; those that an earlier run made come first.

    Args:
        sources: what to voice.
        settings: how long a clip is, and the seed of all.
        stages: who voices.
        cache: keeps the clips.

    Yields:
        The events of the stage, and ``ClipReady`` for each source.

    Raises:
        SonoramaError: a clip can't be made or kept.
    """
    yield StageStarted(stage="voice", steps=len(sources), identity=stages.voice.identity)
    clips: dict[str, Clip] = {}
    missing: list[tuple[Source | PlacedSource, VoiceRequest, str]] = []
    for source in sources:
        request = VoiceRequest(
            label=source.label,
            prompt=source.prompt,
            duration_s=settings.duration_s,
            seed=clip_seed(settings.seed, source.id),
            kind=source.kind,
        )
        key = key_of(stages.voice.identity, asdict(request))
        clip = cache.recalled_clip(source.id, key)
        if clip is None:
            missing.append((source, request, key))
            continue
        clips[source.id] = clip
        yield ClipReady(source_id=source.id, clip=clip, reused=True)
        yield StageAdvanced(stage="voice", done=len(clips), steps=len(sources))
    sounds = stages.voice.voice([request for _, request, _ in missing])
    for (source, _, key), sound in zip(missing, sounds, strict=True):
        # What stands in is kept, but not recalled: a later run asks again.
        kept_as = key_of(key, "stands in") if sound.stands_in else key
        clips[source.id] = cache.keep_clip(
            source.id, kept_as, levelled_clip(sound.samples), loop=sound.loop, credit=sound.credit
        )
        if sound.note:
            yield Notice(text=f"{source.id}: {sound.note}")
        yield ClipReady(source_id=source.id, clip=clips[source.id], reused=False)
        yield StageAdvanced(stage="voice", done=len(clips), steps=len(sources))
    yield StageFinished(stage="voice", reused=not missing)
    return clips


def clip_seed(seed: int, source_id: str) -> int:
    """A seed for one source's clip, in [0, 2³²), so that two birds of one scene differ.

    The same for ever: it hashes text, and nothing of Python's own hashing.

    >>> clip_seed(0, "dog-1"), clip_seed(0, "dog-2")
    (3417260942, 207093131)
    """
    return int.from_bytes(hashlib.sha256(f"{seed}/{source_id}".encode()).digest()[:4], "little")
