"""The journey of a picture, from pixels to a scene: read it from top to bottom.

.. code-block:: text

    1 views      the picture is cut into perspective views, for stages that look through such
    2 propose    what would sound here?
    3 ground     where in each view is it?
    4 distance   how far is everything?
    5 locate     azimuth, elevation and metres, with their uncertainty
    6 merge      one source, not two, where views overlap
    7 select     what a listener can hear apart, and those given by hand
    8 voice      one clip for each
    9 scene      the waist: everything above makes it, everything else reads it
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from protocol.events import Event, Notice, SceneFinished, SourceLocated, StageAdvanced, StageFinished, StageStarted
from protocol.scene import MOST_SOURCES, Environment, Scene, SceneListener
from server.pipeline.distance.scale import in_metres, known_distances
from server.pipeline.given import GivenSource, placed
from server.pipeline.impressions import surest_of_each_label, surroundings_of
from server.pipeline.locate.location import Located, located
from server.pipeline.locate.street_canyon import street_of
from server.pipeline.merge.grouping import merged
from server.pipeline.select.choice import chosen
from server.pipeline.select.explanation import explanation
from server.pipeline.settings import Settings
from server.pipeline.sources import scene_sources
from server.pipeline.stage_cache import AnswerCache, StageCache, key_of
from server.pipeline.stage_run import notices, run_stage
from server.pipeline.stages import DistanceMap, Impression, Proposal, Stages
from server.pipeline.views import Picture, split
from server.pipeline.voice import voiced
from server.pipeline.windows import Windows, seen_proposals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """What a picture shows that would sound.

    Attributes:
        sightings: all that was located, with masks.
        distinct: the same, each thing once.
        maps: how far everything is.
        environment: what surrounds the camera.
    """

    sightings: Sequence[Located]
    distinct: Sequence[Located]
    maps: Sequence[DistanceMap]
    environment: Environment


def looked(picture: Picture, *, settings: Settings, stages: Stages, cache: AnswerCache) -> Generator[Event, None, Look]:
    """The first half of the journey: from pixels to things with places.

    Args:
        picture: what to listen to.
        settings: what the user chose.
        stages: who proposes, grounds and measures.
        cache: what earlier runs made; whatever is found there is not made again.

    Yields:
        Events, in order.

    Raises:
        SonoramaError: a stage can't do its work.
    """
    for text in (picture.taken_for, *picture.notices):
        if text:
            yield Notice(text=text)

    # 1 views
    windows = Windows(picture=picture)
    if stages.see_views:
        yield StageStarted(stage="views", steps=settings.views)
        windows = Windows(picture=picture, views=split(picture, settings.views))
        yield StageFinished(stage="views", reused=False)

    # 2 propose
    proposer = stages.propose
    impressions = yield from run_stage(
        cache,
        "propose",
        proposer.identity,
        key=key_of(windows.key, proposer.identity),
        steps=len(windows.seen_by(proposer)),
        kind=list[Impression],
        answers=proposer.propose(windows.seen_by(proposer)),
    )
    yield from notices(impressions)
    proposals = [proposal for impression in impressions for proposal in impression.proposals]

    # 3 ground
    grounded = seen_proposals((yield from _grounded(proposals, windows, stages, cache)), windows)

    # 4 distance: where an estimator can't tell metres, things of known height do.
    estimator, known = stages.estimate_depth, known_distances(grounded)
    maps = yield from run_stage(
        cache,
        "distance",
        estimator.identity,
        key=key_of(windows.key, estimator.identity, settings.camera_height_m, *map(asdict, known)),
        steps=len(windows.seen_by(estimator)),
        kind=list[DistanceMap],
        answers=in_metres(estimator.estimate_depth(windows.seen_by(estimator), settings.camera_height_m), known),
    )
    yield from notices(maps)

    # 5 locate
    sightings = yield from _located(grounded, maps)

    # 6 merge
    distinct = merged(sightings)

    surroundings, confidence = surroundings_of(impressions)
    return Look(
        sightings=sightings,
        distinct=distinct,
        maps=maps,
        environment=Environment(
            setting=surroundings, confidence=confidence, street=street_of(maps) if surroundings == "outdoor" else None
        ),
    )


def generate(
    picture: Picture, *, settings: Settings, stages: Stages, cache: StageCache, given: Sequence[GivenSource] = ()
) -> Iterator[Event]:
    """Make a scene of a picture, and tell of every step as it happens.

    Args:
        picture: what to listen to.
        settings: what the user chose.
        stages: who proposes, grounds, measures and voices.
        cache: what earlier runs made; whatever is found there is not made again.
        given: sources by hand, beside those found.

    Yields:
        Events, in order; the last is ``SceneFinished``, which whoever saves the scene announces once that is done.

    Raises:
        SonoramaError: a stage can't do its work.
    """
    # 1 to 6
    look = yield from looked(picture, settings=settings, stages=stages, cache=cache)

    # 7 select
    by_hand = [placed(source, picture.original or picture.view, look.maps) for source in given]
    choice = chosen(look.distinct, settings, beside=by_hand)
    kept = choice.kept[: MOST_SOURCES - len(by_hand)]
    sources = scene_sources([*kept, *by_hand], identities=stages.identities, seed=settings.seed)
    for source in sources:
        yield SourceLocated(source=source)
    if words := explanation(choice.left_out):
        yield Notice(text=words)
    if not look.distinct and not by_hand:
        yield Notice(text="nothing that sounds was found; give sources by hand with --sources")

    # 8 voice
    clips = yield from voiced(sources, settings=settings, stages=stages, cache=cache)

    # 9 scene
    scene = Scene(
        format="sonorama.scene",
        version=1,
        id=key_of(picture.sha256, asdict(settings), stages.identities, [asdict(source) for source in sources])[:16],
        image=cache.keep_picture(picture),
        listener=SceneListener(camera_height_m=settings.camera_height_m, heading_deg=picture.heading_deg),
        environment=look.environment,
        sources=tuple(replace(source, clip=clips[source.id]) for source in sources),
    )
    yield SceneFinished(scene=scene)


def _grounded(
    proposals: Sequence[Proposal], windows: Windows, stages: Stages, cache: AnswerCache
) -> Generator[Event, None, list[Proposal]]:
    """Proposals with boxes. What a fused proposer has boxed already, and ambience, needs no grounding."""
    grounded = [proposal for proposal in proposals if proposal.is_grounded]
    wanted = surest_of_each_label(proposal for proposal in proposals if not proposal.is_grounded)
    grounder = stages.ground
    if not wanted:
        return grounded
    if grounder is None:
        names = ", ".join(proposal.label for proposal in wanted)
        yield Notice(text=f"left out, since no stage of this preset can find where they are: {names}")
        return grounded
    found = yield from run_stage(
        cache,
        "ground",
        grounder.identity,
        key=key_of(windows.key, stages.propose.identity, grounder.identity),
        steps=len(windows.seen_by(grounder)),
        kind=list[tuple[Proposal, ...]],
        answers=map(tuple, grounder.ground(windows.seen_by(grounder), wanted)),
    )
    return [*grounded, *(proposal for window in found for proposal in window)]


def _located(proposals: Sequence[Proposal], maps: Sequence[DistanceMap]) -> Generator[Event, None, list[Located]]:
    """Where every proposal is. It takes so little time that no earlier run's answers are kept."""
    yield StageStarted(stage="locate", steps=len(proposals))
    found = []
    for proposal in proposals:
        found.append(located(proposal, maps))
        yield StageAdvanced(stage="locate", done=len(found), steps=len(proposals))
    yield StageFinished(stage="locate", reused=False)
    return found
