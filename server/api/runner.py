"""Who does the jobs: one after another, each in a process of its own."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from protocol.errors import SonoramaError
from protocol.messages import ClipReady, Event, StageAdvanced, StageFinished, StageStarted
from protocol.scene import Clip
from server.api.editing import revoiced
from server.api.hub import Hub
from server.api.jobs import Job, JobStore, Progress
from server.api.metrics import Metrics
from server.api.problems import Problem
from server.api.process import WorkerProcess, stopped
from server.api.scenes import Scenes, job_topic
from server.api.work import Export, Generate, Order, Voice

_LOG = logging.getLogger("sonorama.jobs")
_AFTER_A_FAULT_S = 1.0


@dataclass
class _Running:
    """What is known of a job while it runs."""

    job: Job
    worker: WorkerProcess
    progress: Progress | None = None
    clips: dict[str, Clip] = field(default_factory=dict)


class Runner:
    """Takes jobs from the queue.

    Args:
        store: the queue.
        scenes: what the jobs are for.
        hub: whom to tell.
        metrics: what is counted.
        private: the folder of uploads and exports.
        command: what starts a worker.
        at_once: how many workers there may be.
        keep_open: descriptors that workers hold open.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        scenes: Scenes,
        hub: Hub,
        metrics: Metrics,
        private: Path,
        command: Sequence[str],
        at_once: int = 1,
        keep_open: Sequence[int] = (),
    ) -> None:
        self._store = store
        self._scenes = scenes
        self._hub = hub
        self._metrics = metrics
        self._private = private
        self._command = command
        self._keep_open = keep_open
        self._running: dict[str, _Running] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._lanes = [asyncio.create_task(self._lane()) for _ in range(at_once)]

    @property
    def is_well(self) -> bool:
        """Whether jobs that are queued will be done."""
        return not self._stopping and not any(lane.done() for lane in self._lanes)

    @property
    def worker_pids(self) -> dict[str, int]:
        """The process behind each running job."""
        return {job_id: run.worker.pid for job_id, run in self._running.items() if run.worker.pid is not None}

    def running_jobs(self) -> list[Job]:
        """The jobs that run, and how far they are."""
        return [replace(run.job, progress=run.progress) for run in tuple(self._running.values())]

    def wake(self) -> None:
        """Look into the queue: there is something new."""
        self._wake.set()

    def with_progress(self, job: Job) -> Job:
        """A job, and how far it is if it runs."""
        run = self._running.get(job.job_id)
        return job if run is None or job.state != "running" else replace(job, progress=run.progress)

    async def stop_worker(self, job_id: str) -> None:
        """End the worker of a job, if there is one: the job was cancelled."""
        run = self._running.get(job_id)
        if run is not None:
            await run.worker.stop()

    async def stop(self) -> None:
        """End all workers; what they did not finish is queued for the next start."""
        self._stopping = True
        self._wake.set()
        await asyncio.gather(*(run.worker.stop() for run in tuple(self._running.values())))
        await asyncio.gather(*self._lanes, return_exceptions=True)

    def upload(self, job_id: str) -> Path:
        """Where a job's picture is."""
        return self._private / "uploads" / job_id

    def export(self, job_id: str, suffix: str) -> Path:
        """Where a job's rendered file is, or will be."""
        return self._private / "exports" / f"{job_id}{suffix}"

    def discard(self, job_id: str) -> None:
        """Remove the files of a job that is forgotten."""
        self.upload(job_id).unlink(missing_ok=True)
        for path in (self._private / "exports").glob(f"{job_id}.*"):
            path.unlink(missing_ok=True)

    async def _lane(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                job = await asyncio.to_thread(self._store.started)
                if job is None:
                    await self._wake.wait()
                else:
                    await self._run(job)
            except Exception:
                # A full disk, say: it must not end the queue.
                _LOG.exception("the queue stumbled")
                await asyncio.sleep(_AFTER_A_FAULT_S)

    async def _run(self, job: Job) -> None:
        run = _Running(job, WorkerProcess(self._command, keep_open=self._keep_open))
        self._running[job.job_id] = run
        topics = [job_topic(job.job_id), *([job.scene_id] if job.kind == "generate" else [])]
        for topic in topics:
            self._hub.retain(topic)
        began_s = time.monotonic()
        try:
            self._scenes.tell_of_job(job)
            problem = await self._problem(run)
            ended = await self._ended(run, problem)
        except Exception:
            with suppress(Exception):
                await asyncio.to_thread(self._store.finished, job.job_id, "failed", _stumbled())
            raise
        finally:
            del self._running[job.job_id]
            for topic in topics:
                self._hub.release(topic)
        took_s = time.monotonic() - began_s
        self._metrics.job_ended(ended, took_s)
        fields: dict[str, object] = {"job": job.job_id, "kind": job.kind, "scene": job.scene_id, "state": ended.state}
        fields |= {"seconds": round(took_s, 3), "why": ended.problem.what if ended.problem else None}
        if ended.problem is not None and ended.problem.code.startswith("worker"):
            fields["worker"] = run.worker.last_words
        _LOG.info("job ended", extra={"fields": fields})
        self._scenes.tell_of_job(ended)
        self._hub.end(job_topic(job.job_id))

    async def _problem(self, run: _Running) -> Problem | None:
        """What kept a job from being done; None if nothing did."""
        job = run.job
        now = await asyncio.to_thread(self._store.job, job.job_id)
        if self._stopping or now.state != "running":
            # Told to stop before there was a worker to tell.
            return stopped()
        request = await asyncio.to_thread(self._store.request, job.job_id)
        folder = self._scenes.place(job.scene_id)
        file = self.export(job.job_id, request.suffix) if isinstance(request, Export) else self.upload(job.job_id)
        order = Order(request=request, folder=str(folder), file=str(file))

        def tell(event: Event) -> None:
            match event:
                case StageStarted():
                    run.progress = Progress(stage=event.stage, done=0, steps=event.steps)
                case StageAdvanced():
                    run.progress = Progress(stage=event.stage, done=event.done, steps=event.steps)
                case StageFinished() if run.progress is not None:
                    run.progress = replace(run.progress, done=run.progress.steps)
                case ClipReady():
                    run.clips[event.source_id] = event.clip
            self._hub.publish(job_topic(job.job_id), event)
            if isinstance(request, Generate):
                self._hub.publish(job.scene_id, event)

        problem = await run.worker.outcome(order, tell)
        if problem is not None:
            return replace(problem, where=self._public(problem.where, folder))
        if isinstance(request, Voice):
            return await self._voiced(job, request, run.clips.get(request.source_id))
        return None

    async def _voiced(self, job: Job, request: Voice, clip: Clip | None) -> Problem | None:
        """Give a source the clip that was made for it."""
        if clip is None:
            return _stumbled()
        try:
            scene, _ = await self._scenes.changed(
                job.scene_id, lambda scene: revoiced(scene, request.source_id, request.prompt, clip, request.seed)
            )
            # Jobs of one scene run one after another, so that no clip is on its way into it.
            await asyncio.to_thread(self._scenes.forget_unplayed, job.scene_id, scene)
        except SonoramaError as error:
            return Problem.of(error)
        return None

    def _public(self, where: str, folder: Path) -> str:
        """A place in words that tell nothing of this machine's folders."""
        where = re.sub(rf"{re.escape(str(self._private))}[^:]*", "the file", where)
        return where.replace(f"{folder}/", "").replace(str(folder), "the scene")

    async def _ended(self, run: _Running, problem: Problem | None) -> Job:
        """The job as it is kept, once its worker has ended."""
        job_id = run.job.job_id
        if problem is None:
            ended = await self._kept(lambda: self._store.finished(job_id, "done"))
            await asyncio.to_thread(self.upload(job_id).unlink, missing_ok=True)
            return ended
        if self._stopping and problem.code == "stopped":
            await asyncio.to_thread(self._store.returned, job_id)
            return await asyncio.to_thread(self._store.job, job_id)
        return await self._kept(lambda: self._store.finished(job_id, "failed", problem))

    async def _kept(self, change: Callable[[], Job]) -> Job:
        """A job as it was changed in the store, once the disk has room for that."""
        while True:
            try:
                return await asyncio.to_thread(change)
            except sqlite3.OperationalError:
                if self._stopping:
                    raise
                _LOG.exception("the end of a job can't be kept yet")
                await asyncio.sleep(_AFTER_A_FAULT_S)


def _stumbled() -> Problem:
    return Problem(code="error", what="the server failed", where="server", remedy="see the server's log, then retry")
