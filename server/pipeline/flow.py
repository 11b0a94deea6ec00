"""The journey of a picture, from pixels to a scene: read it from top to bottom.

.. code-block:: text

    1 views      the picture is cut into perspective views, for stages that look through such
    2 propose    what would sound here?
    3 ground     where in each view is it?
    4 distance   how far is everything?
    5 locate     azimuth, elevation and metres, with their uncertainty
    6 merge      one source, not two, where views overlap
    7 select     the most audible few, and those given by hand
    8 voice      one clip for each
    9 scene      the waist: everything above makes it, everything else reads it
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import chain

from protocol.messages import (
    ClipReady,
    Event,
    Notice,
    SceneReady,
    SourceLocated,
    StageAdvanced,
    StageFinished,
    StageStarted,
)
from protocol.messages import Stage as StageName
from protocol.scene import Clip, Environment, Listener, Scene, Setting, Source
from server.pipeline.canyon import street_of
from server.pipeline.given import GivenSource, placed
from server.pipeline.known_sizes import in_metres, measures
from server.pipeline.locate import located
from server.pipeline.merge import merged
from server.pipeline.select import selected
from server.pipeline.settings import Settings
from server.pipeline.shelf import Shelf, T, key_of
from server.pipeline.sources import scene_sources
from server.pipeline.stages import DistanceMap, Impression, Proposal, Sees, Stages, VoiceRequest
from server.pipeline.views import Picture, split
from server.pipeline.voice import clip_seed, finished


def generate(
    picture: Picture, *, settings: Settings, stages: Stages, shelf: Shelf, given: Sequence[GivenSource] = ()
) -> Iterator[Event]:
    """Make a scene of a picture, and tell of every step as it happens.

    Args:
        picture: what to listen to.
        settings: what the user chose.
        stages: who proposes, grounds, measures and voices.
        shelf: what earlier runs made; whatever is found there is not made again.
        given: sources by hand, beside those found.

    Yields:
        Events, in order; the last is ``SceneReady``.

    Raises:
        SonoramaError: a stage can't do its work.
    """
    # 1 views
    windows: dict[Sees, Sequence[Picture]] = {"picture": (picture,)}
    if stages.see_views:
        yield StageStarted(stage="views", steps=settings.views)
        windows["views"] = split(picture, settings.views)
        yield StageFinished(stage="views", reused=False)
    looked = key_of(picture.sha256, len(windows.get("views", ())))

    # 2 propose
    proposer = stages.propose
    impressions: list[Impression] = yield from _remembered(
        shelf,
        "propose",
        proposer.identity,
        key=key_of(looked, proposer.identity),
        steps=len(windows[proposer.sees]),
        kind=list[Impression],
        answers=proposer.propose(windows[proposer.sees]),
    )
    proposals = [proposal for impression in impressions for proposal in impression.proposals]
    for note in dict.fromkeys(note for impression in impressions for note in impression.notes):
        yield Notice(text=note)

    # 3 ground: what a fused proposer has boxed already, and ambience, need it not.
    loose = _distinct(proposal for proposal in proposals if not proposal.is_grounded)
    proposals = [proposal for proposal in proposals if proposal.is_grounded]
    grounder = stages.ground
    if loose and grounder is not None:
        boxed: list[tuple[Proposal, ...]] = yield from _remembered(
            shelf,
            "ground",
            grounder.identity,
            key=key_of(looked, proposer.identity, grounder.identity),
            steps=len(windows[grounder.sees]),
            kind=list[tuple[Proposal, ...]],
            answers=map(tuple, grounder.ground(windows[grounder.sees], loose)),
        )
        proposals += chain.from_iterable(boxed)
    elif loose:
        names = ", ".join(proposal.label for proposal in loose)
        yield Notice(text=f"left out, since no stage of this preset can find where they are: {names}")

    # 4 distance: where a ranger can't tell metres, things of known height do.
    ranger = stages.distance
    known = measures(proposals)
    maps: list[DistanceMap] = yield from _remembered(
        shelf,
        "distance",
        ranger.identity,
        key=key_of(looked, ranger.identity, settings.camera_height_m, *map(asdict, known)),
        steps=len(windows[ranger.sees]),
        kind=list[DistanceMap],
        answers=in_metres(ranger.distance(windows[ranger.sees], settings.camera_height_m), known),
    )

    for note in dict.fromkeys(note for one in maps for note in one.notes):
        yield Notice(text=note)

    # 5 locate, 6 merge, 7 select
    found = merged([located(proposal, maps) for proposal in proposals])
    chosen = [*selected(found, settings.top), *(placed(source, picture.view, maps) for source in given)]
    sources = scene_sources(chosen, identities=stages.identities, seed=settings.seed)
    for source in sources:
        yield SourceLocated(source=source)
    if not sources:
        yield Notice(text="nothing that sounds was found; give sources by hand with --sources")

    # 8 voice
    clips = yield from voiced(sources, settings=settings, stages=stages, shelf=shelf)

    # 9 scene
    setting, confidence = _setting(impressions)
    scene = Scene(
        format="sonorama.scene",
        version=1,
        id=key_of(picture.sha256, asdict(settings), stages.identities, [asdict(source) for source in sources])[:16],
        image=shelf.keep_picture(picture),
        listener=Listener(camera_height_m=settings.camera_height_m, heading_deg=picture.heading_deg),
        environment=Environment(
            setting=setting, confidence=confidence, street=street_of(maps) if setting == "outdoor" else None
        ),
        sources=tuple(replace(source, clip=clips[source.id]) for source in sources),
    )
    yield SceneReady(scene=scene)


def _remembered(
    shelf: Shelf, stage: StageName, identity: str, *, key: str, steps: int, kind: type[list[T]], answers: Iterator[T]
) -> Generator[Event, None, list[T]]:
    """A stage's answers, from the shelf or else made now, one for each window."""
    yield StageStarted(stage=stage, steps=steps, identity=identity)
    kept = shelf.recalled(stage, key, kind)
    if kept is not None:
        yield StageFinished(stage=stage, reused=True)
        return kept
    made = []
    for answer in answers:
        made.append(answer)
        yield StageAdvanced(stage=stage, done=len(made), steps=steps)
    shelf.keep(stage, key, kind, made)
    yield StageFinished(stage=stage, reused=False)
    return made


def _distinct(proposals: Iterable[Proposal]) -> list[Proposal]:
    """The surest proposal of each label: what to look for, once, in every view."""
    surest: dict[str, Proposal] = {}
    for proposal in proposals:
        known = surest.get(proposal.label)
        if known is None or proposal.confidence > known.confidence:
            surest[proposal.label] = proposal
    return list(surest.values())


def _setting(impressions: Sequence[Impression]) -> tuple[Setting, float]:
    """The setting that the windows vote for, weighted by how sure each is, and its share of all votes."""
    votes: defaultdict[Setting, float] = defaultdict(float)
    for impression in impressions:
        votes[impression.setting] += impression.setting_confidence
    if sum(votes.values()) == 0:
        return "unknown", 0.0
    setting = max(votes, key=lambda candidate: votes[candidate])
    return setting, votes[setting] / len(impressions)


def voiced(
    sources: Sequence[Source], *, settings: Settings, stages: Stages, shelf: Shelf
) -> Generator[Event, None, dict[str, Clip]]:
    """A clip for every source, by its id; those that an earlier run made come first.

    Yields:
        The events of the stage, and ``ClipReady`` for each source.

    Raises:
        SonoramaError: a clip can't be made or kept.
    """
    yield StageStarted(stage="voice", steps=len(sources), identity=stages.voice.identity)
    clips: dict[str, Clip] = {}
    waiting: list[tuple[Source, VoiceRequest, str]] = []
    for source in sources:
        request = VoiceRequest(
            label=source.label,
            prompt=source.prompt,
            duration_s=settings.duration_s,
            seed=clip_seed(settings.seed, source.id),
            kind=source.kind,
        )
        key = key_of(stages.voice.identity, asdict(request))
        clip = shelf.recalled_clip(source.id, key)
        if clip is None:
            waiting.append((source, request, key))
            continue
        clips[source.id] = clip
        yield ClipReady(source_id=source.id, clip=clip, reused=True)
        yield StageAdvanced(stage="voice", done=len(clips), steps=len(sources))
    sounds = stages.voice.voice([request for _, request, _ in waiting])
    for (source, _, key), sound in zip(waiting, sounds, strict=True):
        clips[source.id] = shelf.keep_clip(source.id, key, finished(sound.samples), loop=sound.loop)
        if sound.note:
            yield Notice(text=f"{source.id}: {sound.note}")
        yield ClipReady(source_id=source.id, clip=clips[source.id], reused=False)
        yield StageAdvanced(stage="voice", done=len(clips), steps=len(sources))
    yield StageFinished(stage="voice", reused=not waiting)
    return clips
