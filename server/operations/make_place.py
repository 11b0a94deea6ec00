"""Many panoramas become a place in a folder."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from protocol.errors import InputError, UnavailableError
from protocol.events import Event, Notice, StageAdvanced, StageFinished, StageStarted
from protocol.place import Place, PlacedSource, Viewpoint
from protocol.scene import Clip
from server.library.place_folder import PlaceFolder
from server.operations.look_at import About, Looked, LookOrder, look_at, read_found, read_points
from server.pipeline.attitude import AUTO
from server.pipeline.settings import GenerateOptions
from server.pipeline.stage_cache import key_of
from server.pipeline.voice import voiced
from server.place.alignment.alignment import Aligned, aligned, neighbours, seen_by
from server.place.alignment.features import Features
from server.place.alignment.unplaced import with_unplaced
from server.place.found import Found
from server.place.fusion.fused import fused, sightings_of
from server.place.hearing.scene import PlaceScenes
from server.place.poses.ground import Given, in_metres
from server.place.poses.pictures import PosedPicture
from server.place.poses.pose import Pose
from server.place.viewpoints import heading_of_yaw

if TYPE_CHECKING:
    from protocol.place import Origin
    from server.models.choices import Learned
    from server.place.viewpoints import Viewpoints

# So many things of one kind have a sound each; the next begins anew, since nobody hears two of them apart.
_MOST_VOICES = 16
_FARTHEST_LINK_M = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A picture that was looked at."""

    picture: PosedPicture
    pose: Pose
    about: About
    found: Found


def make_place(
    pictures: Sequence[PosedPicture],
    folder: PlaceFolder,
    *,
    preset: str,
    options: GenerateOptions,
    clips: Path | None = None,
    learned: Learned | None = None,
    workers: int = 1,
    align: bool = True,
) -> Iterator[Event]:
    """Make a place of panoramas into a folder. What an earlier run made there is not made again.

    Args:
        pictures: with what is known of where they were taken.
        folder: of the place; it is made.
        preset: which stages run.
        options: what the user chose, for all pictures alike.
        clips: a folder of the user's recordings, which go before what the preset would make.
        learned: which models, and where they run.
        workers: processes that look at pictures.
        align: whether poses are refined by what is seen.

    Yields:
        Events, in order. A picture that can't be used is told of, and left out.

    Raises:
        InputError: no picture can be used, or the folder can't.
        SonoramaError: a clip can't be made or kept.
    """
    folder.prepare()

    # 1 look: each picture on its own
    views = yield from _looked(pictures, folder, preset, options, learned, workers)
    if not views:
        raise InputError("could be used", where="none of the pictures", remedy="see the notes above")

    # 2 align: to where what they see fits together
    given = in_metres([view.pose for view in views], camera_height_m=options.camera_height_m)
    viewpoints, views = yield from _placed(given, views)
    if align:
        viewpoints = yield from _aligned(viewpoints, views, folder)
    names, found = [view.picture.name for view in views], [view.found for view in views]

    # 3 fuse: one world
    yield StageStarted(stage="fuse", steps=1)
    sources = fused(viewpoints, found, names)
    yield StageFinished(stage="fuse", reused=False)

    # 4 voice: one clip for each thing
    sources = yield from _voiced(sources, folder, preset, options, clips, learned)

    # 5 place
    place = _place(views, viewpoints, given.origin, sources, options)
    _save(place, views, folder)


def options_for(pose: Pose, options: GenerateOptions) -> GenerateOptions:
    """What was chosen for all pictures, with what one's pose tells: how high its camera stood, and how it was tilted.

    Args:
        pose: of the picture.
        options: for all pictures alike.
    """
    options = replace(options, camera_height_m=pose.camera_height_m or options.camera_height_m)
    if options.level != AUTO or (pose.pitch_deg is None and pose.roll_deg is None):
        return options
    return replace(options, level=f"{pose.pitch_deg or 0.0},{pose.roll_deg or 0.0}")


def _looked(
    pictures: Sequence[PosedPicture],
    folder: PlaceFolder,
    preset: str,
    options: GenerateOptions,
    learned: Learned | None,
    workers: int,
) -> Generator[Event, None, list[_View]]:
    """Look at every picture, a few at once."""
    orders = [
        LookOrder(
            name=picture.name,
            path=picture.path,
            folder=folder.viewpoint(picture.name).path,
            preset=preset,
            learned=learned,
            options=options_for(picture.pose, options),
        )
        for picture in pictures
    ]
    yield StageStarted(stage="look", steps=len(orders))
    views = []
    reused = True
    for done, (picture, looked) in enumerate(zip(pictures, _answers(orders, workers), strict=True), start=1):
        kept = None if looked.problem else read_found(folder.viewpoint(picture.name).path)
        if kept is None:
            yield Notice(text=f"left out: {looked.problem or picture.path}")
        else:
            pose = picture.pose.completed_by(Pose(heading_deg=kept[1].heading_deg))
            views.append(_View(picture=picture, pose=pose, found=kept[0], about=kept[1]))
        reused &= looked.reused
        yield StageAdvanced(stage="look", done=done, steps=len(orders))
    yield StageFinished(stage="look", reused=reused)
    return views


def _answers(orders: Sequence[LookOrder], workers: int) -> Iterator[Looked]:
    if workers == 1:
        yield from map(look_at, orders)
        return
    # Forked processes inherit locks that nobody holds any more; spawned ones begin anew.
    try:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield from pool.map(look_at, orders)
    except BrokenProcessPool as error:
        raise UnavailableError(
            "a process ended before its picture was looked at; memory may have run out",
            where="--workers",
            remedy="run the same command again, with fewer workers",
        ) from error


def _placed(given: Given, views: list[_View]) -> Generator[Event, None, tuple[Viewpoints, list[_View]]]:
    """Viewpoints at their places, without those that nothing places."""
    sightings, _ = sightings_of([view.found for view in views])
    seen = seen_by(given.viewpoints, sightings)
    viewpoints, is_placed = with_unplaced(given.viewpoints, seen, given.is_placed)
    for number in np.flatnonzero(~is_placed):
        yield Notice(text=f"left out: nothing tells where {views[int(number)].picture.path} was taken")
    kept = np.flatnonzero(is_placed)
    return viewpoints.only(kept), [views[int(number)] for number in kept]


def _aligned(given: Viewpoints, views: Sequence[_View], folder: PlaceFolder) -> Generator[Event, None, Viewpoints]:
    """Viewpoints where what they see fits together."""

    def shown(number: int) -> Features:
        return read_points(folder.viewpoint(views[number].picture.name).path)

    yield StageStarted(stage="align", steps=1)
    result = aligned(given, sightings_of([view.found for view in views])[0], shown)
    if words := _moves(result, views):
        yield Notice(text=words)
    yield StageFinished(stage="align", reused=False)
    return result.viewpoints


def _moves(result: Aligned, views: Sequence[_View]) -> str:
    """What alignment moved, in words."""
    if not len(views) or max(result.moved_m.max(), np.abs(result.turned_deg).max()) < 0.01:
        return ""
    farthest = int(np.argmax(result.moved_m))
    return (
        f"viewpoints moved by {np.median(result.moved_m):.1f} m and turned by "
        f"{np.median(np.abs(result.turned_deg)):.1f}° (medians) to where what they see fits; the farthest, "
        f"{views[farthest].picture.name}, by {result.moved_m[farthest]:.1f} m and "
        f"{abs(result.turned_deg[farthest]):.1f}°"
    )


def _voiced(
    sources: Sequence[PlacedSource],
    folder: PlaceFolder,
    preset: str,
    options: GenerateOptions,
    clips: Path | None,
    learned: Learned | None,
) -> Generator[Event, None, tuple[PlacedSource, ...]]:
    """The sources with their clips."""
    from server import presets

    speaker: dict[str, str] = {}
    ranks: dict[tuple[str, str, str], list[str]] = {}
    for source in sources:
        alike = ranks.setdefault((source.label, source.prompt, source.kind), [])
        if len(alike) < _MOST_VOICES:
            alike.append(source.id)
            speaker[source.id] = source.id
        else:
            speaker[source.id] = alike[len(speaker) % _MOST_VOICES]
    speaking = [source for source in sources if speaker[source.id] == source.id]
    made: dict[str, Clip] = yield from voiced(
        speaking,
        settings=options.settings,
        stages=presets.stages(preset, clips=clips, learned=learned),
        cache=folder.clips,
    )
    return tuple(replace(source, clip=made[speaker[source.id]]) for source in sources)


def _place(
    views: Sequence[_View],
    viewpoints: Viewpoints,
    origin: Origin | None,
    sources: tuple[PlacedSource, ...],
    options: GenerateOptions,
) -> Place:
    names = [view.picture.name for view in views]
    links = _links(viewpoints, views)
    made = tuple(
        Viewpoint(
            name=name,
            position_m=_triple(viewpoints.position_m[number]),
            position_sigma_m=_triple(viewpoints.position_sigma_m[number]),
            heading_deg=round(heading_of_yaw(float(viewpoints.yaw_rad[number])), 3) % 360.0,
            heading_sigma_deg=min(round(float(np.degrees(viewpoints.yaw_sigma_rad[number])), 3), 180.0),
            camera_height_m=float(viewpoints.camera_height_m[number]),
            links=tuple(sorted(links[name])),
            environment=views[number].about.environment,
        )
        for number, name in enumerate(names)
    )
    key = key_of([view.about.image.sha256 for view in views], [str(each) for each in made], str(options), len(sources))
    return Place(format="sonorama.place", version=1, id=key[:16], origin=origin, viewpoints=made, sources=sources)


def _links(viewpoints: Viewpoints, views: Sequence[_View]) -> dict[str, set[str]]:
    """Whom one can step to: the neighbours that were given, else those that are near."""
    links: dict[str, set[str]] = {view.picture.name: set(view.pose.links) for view in views}
    names = set(links)
    is_given = any(links.values())
    if not is_given:
        for first, second in neighbours(viewpoints, 2) if len(viewpoints) > 1 else []:
            apart = viewpoints.position_m[first] - viewpoints.position_m[second]
            if np.linalg.norm(apart) <= _FARTHEST_LINK_M:
                links[views[first].picture.name].add(views[second].picture.name)
                links[views[second].picture.name].add(views[first].picture.name)
    return {name: some & names for name, some in links.items()}


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (round(float(value), 3) for value in values)
    return x, y, z


def _save(place: Place, views: Sequence[_View], folder: PlaceFolder) -> None:
    """Write the scene of each viewpoint, and then the place."""
    scenes = PlaceScenes(place)
    for viewpoint, view in zip(place.viewpoints, views, strict=True):
        scene = scenes.at(
            np.array(viewpoint.position_m),
            viewpoint.heading_deg,
            scene_id=f"{place.id}-{view.about.image.sha256[:12]}",
            image=view.about.image,
            camera_height_m=viewpoint.camera_height_m,
            environment=viewpoint.environment,
        )
        folder.lend(viewpoint.name, [source.clip for source in scene.sources if source.clip is not None])
        folder.viewpoint(viewpoint.name).save(scene)
    folder.forget(viewpoint.name for viewpoint in place.viewpoints)
    folder.save(place)
    folder.clips.forget_unplayed(place)
