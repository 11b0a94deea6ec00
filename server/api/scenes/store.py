"""The scenes that are served: read, changed one change at a time, and told of."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from protocol.errors import InputError, SceneError, printable
from protocol.events import ClipReady, SceneFinished, SceneRemoved, SourceChanged, SourceRemoved
from protocol.scene import STRICT, Scene
from server.api.http.problems import ConflictError, NotFoundError, StaleError, TooManyError
from server.api.jobs.job import ACTIVE, Job
from server.api.jobs.orders import Export, Generate, Voice
from server.api.jobs.store import JobStore
from server.api.scenes.editing import source_of
from server.api.scenes.events import JobChanged
from server.api.scenes.hub import Hub
from server.files.inside import is_inside
from server.library import Library

SCENE = TypeAdapter(Scene)
_MOST_SHOWN = 8
Readiness = Literal["ready", "making", "unfinished"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SceneSummary:
    """One scene of the library."""

    scene_id: str
    """Of the scene in this library: its address, made from the name of its folder."""
    name: str
    """Of its folder, for people; what can't be printed is shown as an escape."""
    state: Readiness
    """``making`` while a job makes it; ``unfinished`` if the job failed or was cancelled."""
    sources: Annotated[int, Field(ge=0)] | None
    """How many, once it is ready."""
    job_id: str | None
    """Of the job that makes it, or failed to."""


class SceneStore:
    """Scenes of a library, in one event loop; disk work happens beside it."""

    def __init__(self, library: Library, *, store: JobStore, hub: Hub, most_waiting: int) -> None:
        self._library = library
        self._store = store
        self._hub = hub
        self._most_waiting = most_waiting
        # A change takes milliseconds: one at a time, whichever scene it is of.
        self._changing = asyncio.Lock()

    def place(self, scene_id: str) -> Path:
        """The folder of a scene, whether it is there yet or not.

        Raises:
            SceneError: there can be no such scene.
        """
        return self._library.place(scene_id).path

    def folder(self, scene_id: str) -> Path:
        """The folder of a scene that is there, whole or in the making.

        Raises:
            NotFoundError: there is no such scene.
        """
        if not self._library.has(scene_id):
            raise _no_such_scene(scene_id)
        return self._library.place(scene_id).path

    def forget_unplayed(self, scene_id: str, scene: Scene) -> None:
        """Remove the clips that a scene plays no more; no job of it may be making one."""
        self._library.place(scene_id).forget_unplayed(scene)

    def resolve(self, scene: str) -> str:
        """The id of a scene that is told by its id or its name; the only one's where nothing is told.

        Raises:
            InputError: nothing is told, and there is not just one scene.
            NotFoundError: there is no such scene.
        """
        names = self._library.names()
        if not scene:
            if len(names) != 1:
                raise InputError(
                    f"there are {len(names)} scenes", where=str(self._library.path), remedy="say which one: --osc-scene"
                )
            return next(iter(names))
        for scene_id, name in names.items():
            if scene in (scene_id, name):
                return scene_id
        self.check(scene)
        return scene

    def require_many(self) -> None:
        """See that scenes can be added.

        Raises:
            ConflictError: a single scene is served.
        """
        if self._library.only is not None:
            raise ConflictError(
                "only this scene is served", where="scenes", remedy="serve a folder of scenes to make more"
            )

    def check(self, scene_id: str) -> None:
        """See that there is such a scene, or a job that is to make it.

        Raises:
            NotFoundError: there is none.
        """
        if not self._library.has(scene_id) and self._maker(scene_id) is None:
            raise _no_such_scene(scene_id, self._library.names())

    def summaries(self) -> list[SceneSummary]:
        """All scenes, by id; those that a job is to make, too."""
        jobs = {job.scene_id: job for job in self._store.jobs(newest=False) if job.kind == "generate"}
        names = self._library.names()
        ids = {*names, *(job.scene_id for job in jobs.values() if job.state != "done")}
        return [
            self._summary(scene_id, printable(names.get(scene_id, scene_id)), jobs.get(scene_id))
            for scene_id in sorted(ids)
        ]

    def _summary(self, scene_id: str, name: str, job: Job | None) -> SceneSummary:
        job_id = None if job is None else job.job_id
        if job is not None and job.is_active and not self._is_announced(scene_id):
            return SceneSummary(scene_id=scene_id, name=name, state="making", sources=None, job_id=job_id)
        try:
            scene = self._library.folder(scene_id).scene()
        except SceneError:
            return SceneSummary(scene_id=scene_id, name=name, state="unfinished", sources=None, job_id=job_id)
        return SceneSummary(scene_id=scene_id, name=name, state="ready", sources=len(scene.sources), job_id=job_id)

    def scene(self, scene_id: str) -> tuple[Scene, str]:
        """A finished scene, and the ETag of its state.

        Raises:
            NotFoundError: there is no such scene.
            ConflictError: it is not finished, or damaged.
        """
        maker = self._maker(scene_id)
        if not self._library.has(scene_id) and maker is None:
            raise _no_such_scene(scene_id)
        if maker is not None and maker.is_active and not self._is_announced(scene_id):
            raise ConflictError(
                "is still being made", where=f"scene {scene_id}", remedy=f"wait for job {maker.job_id}, or follow it"
            )
        try:
            scene = self._library.folder(scene_id).scene()
        except SceneError as error:
            raise ConflictError(
                "is unfinished or damaged", where=f"scene {scene_id}", remedy="retry its job, or delete it"
            ) from error
        return scene, _etag(scene)

    def clip(self, scene_id: str, sha256: str) -> Path:
        """The file of a clip by its content, as soon as it is made.

        Raises:
            NotFoundError: the scene has no such clip.
        """
        folder = self.folder(scene_id)
        made = [event.clip for event in self._hub.retained(scene_id) if isinstance(event, ClipReady)]
        if not made:
            try:
                made = [source.clip for source in self._library.folder(scene_id).scene().sources if source.clip]
            except SceneError:
                made = []
        for clip in made:
            if clip.sha256 == sha256 and is_inside(folder, folder / clip.path):
                return folder / clip.path
        raise NotFoundError("there is no such clip", where=f"clip {sha256[:64]!r}", remedy="read the scene")

    async def change(
        self, scene_id: str, edit: Callable[[Scene], Scene], *, if_match: str | None = None
    ) -> tuple[Scene, str]:
        """Change a finished scene and tell of it; the change is on the disk once this returns.

        Args:
            scene_id: which one.
            edit: from the scene as it is to the scene as it is to be.
            if_match: ETags of the states that the client would change, if it cares; "*" for any.

        Raises:
            NotFoundError: there is no such scene.
            ConflictError: it is not finished, or damaged.
            StaleError: it is not in that state any more.
        """
        async with self._changing:
            before, etag = await asyncio.to_thread(self.scene, scene_id)
            if if_match is not None and not _is_among(etag, if_match):
                raise StaleError(
                    "was changed since you read it", where=f"scene {scene_id}", remedy="read it again, then change it"
                )
            after = edit(before)
            await asyncio.to_thread(self._library.folder(scene_id).rewrite, after)
        self._announce(scene_id, before, after)
        return after, _etag(after)

    def _announce(self, scene_id: str, before: Scene, after: Scene) -> None:
        old = {source.id: source for source in before.sources}
        new = {source.id: source for source in after.sources}
        for source_id in old.keys() - new.keys():
            self._hub.publish(scene_id, SourceRemoved(scene_id=scene_id, source_id=source_id))
        for source_id, source in new.items():
            if old.get(source_id) != source:
                self._hub.publish(scene_id, SourceChanged(scene_id=scene_id, source=source))

    async def delete(self, scene_id: str) -> list[Job]:
        """Delete a scene, and forget its jobs, which are returned.

        Raises:
            NotFoundError: there is no such scene.
            ConflictError: a job works on it.
        """
        async with self._changing:
            jobs = await asyncio.to_thread(self._store.jobs, scene_id=scene_id)
            if not self._library.has(scene_id) and not jobs:
                raise _no_such_scene(scene_id)
            if any(job.is_active for job in jobs):
                raise ConflictError("a job works on it", where=f"scene {scene_id}", remedy="cancel its jobs first")
            if self._library.has(scene_id):
                await asyncio.to_thread(self._library.delete, scene_id)
            for job in jobs:
                await asyncio.to_thread(self._store.forget, job.job_id)
        self._hub.publish(scene_id, SceneRemoved(scene_id=scene_id))
        self._hub.end(scene_id)
        return jobs

    async def submit(self, request: Generate | Voice | Export, *, scene_id: str, job_id: str | None = None) -> Job:
        """Queue a job for a scene: it will be done even if the server is killed once this returns.

        Args:
            request: what is to be done.
            scene_id: of which scene.
            job_id: the job's; None for a new one.

        Returns:
            The job.

        Raises:
            NotFoundError: there is no such scene, and the job isn't to make it.
            ConflictError: the scene is not finished, or damaged.
            TooManyError: too many jobs wait.
        """
        async with self._changing:
            await self._check_queue()
            if not isinstance(request, Generate):
                scene, _ = await asyncio.to_thread(self.scene, scene_id)
                if isinstance(request, Voice):
                    source_of(scene, request.source_id)
            job = await asyncio.to_thread(self._store.add, request, scene_id=scene_id, job_id=job_id)
        self.announce_job(job)
        return job

    async def retry(self, job_id: str) -> Job:
        """Queue a job again that failed or was cancelled.

        Raises:
            NotFoundError: there is no such job.
            ConflictError: it is queued, running or done.
            TooManyError: as many jobs wait as may.
        """
        async with self._changing:
            await self._check_queue()
            job = await asyncio.to_thread(self._store.requeue, job_id)
        self.announce_job(job)
        return job

    async def _check_queue(self) -> None:
        waiting = await asyncio.to_thread(self._store.jobs, states=("queued",))
        if len(waiting) >= self._most_waiting:
            raise TooManyError(
                f"{len(waiting)} jobs are waiting already", where="queue", remedy="try again when some are done"
            )

    def announce_job(self, job: Job) -> None:
        """Tell whoever follows the job or its scene how the job stands."""
        for topic in (job_topic(job.job_id), job.scene_id):
            self._hub.publish(topic, JobChanged(job=job))

    def _is_announced(self, scene_id: str) -> bool:
        """Whether the job that makes a scene has said that it is on the disk; it may have a little to do still."""
        return any(isinstance(event, SceneFinished) for event in self._hub.retained(scene_id))

    def _maker(self, scene_id: str) -> Job | None:
        jobs = [job for job in self._store.jobs(scene_id=scene_id) if job.kind == "generate"]
        active = [job for job in jobs if job.state in ACTIVE]
        return next(iter(active or jobs), None)


def job_topic(job_id: str) -> str:
    """The hub's topic of one job; scenes have their ids for topics."""
    return f"job/{job_id}"


def _etag(scene: Scene) -> str:
    return f'"{hashlib.sha256(SCENE.dump_json(scene)).hexdigest()[:32]}"'


def _is_among(etag: str, if_match: str) -> bool:
    """Whether a state is one of those in an If-Match header (RFC 9110, section 13.1.1): a weak ETag never is."""
    return if_match.strip() == "*" or etag in (part.strip() for part in if_match.split(","))


def _no_such_scene(scene_id: str, others: Collection[str] = ()) -> NotFoundError:
    """Where the other scenes are known and few, the remedy names them."""
    named = f"take {', '.join(sorted(others))}" if 0 < len(others) <= _MOST_SHOWN else "list the scenes"
    return NotFoundError("there is no such scene", where=f"scene {scene_id[:64]!r}", remedy=named)
