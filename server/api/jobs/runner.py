"""Runs the jobs of the queue, each in a process of its own."""

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
from typing import assert_never

from protocol.errors import SonoramaError
from protocol.events import (
    ClipReady,
    Event,
    Notice,
    SceneFinished,
    SourceLocated,
    StageAdvanced,
    StageFinished,
    StageStarted,
)
from protocol.scene import Clip
from server.api.http.problems import Problem
from server.api.jobs.bounds import JobBounds
from server.api.jobs.job import Job, Progress
from server.api.jobs.orders import Export, Generate, Order, Voice
from server.api.jobs.process import WorkerProcess, stopped_problem
from server.api.jobs.store import JobStore
from server.api.metrics import Metrics
from server.api.scenes.editing import revoiced
from server.api.scenes.hub import Hub
from server.api.scenes.store import SceneStore, job_topic
from server.files.atomic import remove

_LOG = logging.getLogger("sonorama.jobs")
_RETRY_AFTER_S = 1.0


@dataclass
class _Running:
    """A job that runs, its worker, and what that has reported so far."""

    job: Job
    worker: WorkerProcess
    progress: Progress | None = None
    clips: dict[str, Clip] = field(default_factory=dict)


class Runner:
    """Takes jobs from the queue and has worker processes do them.

    Args:
        store: the queue.
        scenes: the scenes that the jobs are for.
        hub: where the events of jobs are published.
        metrics: where jobs are counted.
        private: the folder of uploads and exports.
        command: the command that starts a worker.
        bounds: how much a worker may take.
        at_once: how many workers may run at once.
        keep_open: file descriptors that workers keep open.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        scenes: SceneStore,
        hub: Hub,
        metrics: Metrics,
        private: Path,
        command: Sequence[str],
        bounds: JobBounds,
        at_once: int = 1,
        keep_open: Sequence[int] = (),
    ) -> None:
        self._store = store
        self._scenes = scenes
        self._hub = hub
        self._metrics = metrics
        self._private = private
        self._command = command
        self._bounds = bounds
        self._keep_open = keep_open
        self._running: dict[str, _Running] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._worker_loops = [asyncio.create_task(self._run_worker_loop()) for _ in range(at_once)]

    @property
    def is_healthy(self) -> bool:
        """Whether queued jobs are being taken and done."""
        return not self._stopping and not any(loop.done() for loop in self._worker_loops)

    def running_jobs(self) -> list[Job]:
        """The jobs that run, with their progress."""
        return [replace(run.job, progress=run.progress) for run in tuple(self._running.values())]

    def wake(self) -> None:
        """Look into the queue, because a job was added to it."""
        self._wake.set()

    def with_progress(self, job: Job) -> Job:
        """The job with its progress, if it is running."""
        run = self._running.get(job.job_id)
        return job if run is None or job.state != "running" else replace(job, progress=run.progress)

    async def stop_worker(self, job_id: str) -> None:
        """Stop the worker of a job that was cancelled, if it has one."""
        run = self._running.get(job_id)
        if run is not None:
            await run.worker.stop()

    async def stop(self) -> None:
        """Stop all workers; jobs that they have not finished are queued for the next start."""
        self._stopping = True
        self._wake.set()
        await asyncio.gather(*(run.worker.stop() for run in tuple(self._running.values())))
        await asyncio.gather(*self._worker_loops, return_exceptions=True)

    def upload_path(self, job_id: str) -> Path:
        """The path of the picture that was uploaded for a job."""
        return self._private / "uploads" / job_id

    def export_path(self, job_id: str, suffix: str) -> Path:
        """The path of the file that an export writes, whether it is there yet or not."""
        return self._private / "exports" / f"{job_id}{suffix}"

    def discard(self, job_id: str) -> None:
        """Remove the uploaded picture and the exported file of a job."""
        self.upload_path(job_id).unlink(missing_ok=True)
        for path in (self._private / "exports").glob(f"{job_id}.*"):
            path.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what workers that were killed have left half-written, unless another one is writing."""
        if self._running:
            return
        for path in (self._private / "exports").iterdir():
            if path.name.startswith((".", "tmp")):
                remove(path)

    async def _run_worker_loop(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                job = await asyncio.to_thread(self._store.dequeue)
                if job is None:
                    await self._wake.wait()
                else:
                    await self._run(job)
            except Exception:
                # For example a full disk, which must not end the loop.
                _LOG.exception("a worker loop failed")
                await asyncio.sleep(_RETRY_AFTER_S)

    async def _run(self, job: Job) -> None:
        run = _Running(job, WorkerProcess(self._command, bounds=self._bounds, keep_open=self._keep_open))
        self._running[job.job_id] = run
        topics = [job_topic(job.job_id), *([job.scene_id] if job.kind == "generate" else [])]
        for topic in topics:
            self._hub.retain(topic)
        began_s = time.monotonic()
        try:
            self._scenes.announce_job(job)
            problem = await self._execute(run)
            ended = await self._record_end(run, problem)
        except Exception:
            with suppress(Exception):
                await asyncio.to_thread(self._store.finish, job.job_id, "failed", _internal_error())
            raise
        finally:
            del self._running[job.job_id]
            await asyncio.to_thread(self._sweep)
            for topic in topics:
                self._hub.release(topic)
        took_s = time.monotonic() - began_s
        self._metrics.count_job(ended, took_s)
        fields: dict[str, object] = {"job": job.job_id, "kind": job.kind, "scene": job.scene_id, "state": ended.state}
        fields |= {"seconds": round(took_s, 3), "why": ended.problem.what if ended.problem else None}
        if ended.problem is not None and ended.problem.code.startswith("worker"):
            fields["worker"] = run.worker.stderr_tail
        _LOG.info("job ended", extra={"fields": fields})
        self._scenes.announce_job(ended)
        self._hub.end(job_topic(job.job_id))

    async def _execute(self, run: _Running) -> Problem | None:
        """Have a job done; returns what kept it from being done, or None."""
        job = run.job
        now = await asyncio.to_thread(self._store.job, job.job_id)
        if self._stopping or now.state != "running":
            # Told to stop before there was a worker to tell.
            return stopped_problem()
        request = await asyncio.to_thread(self._store.request, job.job_id)
        folder = self._scenes.place(job.scene_id)
        file = (
            self.export_path(job.job_id, request.suffix)
            if isinstance(request, Export)
            else self.upload_path(job.job_id)
        )
        order = Order(request=request, folder=folder, file=file)

        def on_event(event: Event) -> None:
            event = replace(event, scene_id=job.scene_id)
            match event:
                case StageStarted():
                    run.progress = Progress(stage=event.stage, done=0, steps=event.steps)
                case StageAdvanced():
                    run.progress = Progress(stage=event.stage, done=event.done, steps=event.steps)
                case StageFinished():
                    if run.progress is not None:
                        run.progress = replace(run.progress, done=run.progress.steps)
                case ClipReady():
                    run.clips[event.source_id] = event.clip
                case SourceLocated() | Notice() | SceneFinished():
                    # Published below, like all others.
                    pass
                case _:
                    assert_never(event)
            self._hub.publish(job_topic(job.job_id), event)
            if isinstance(request, Generate):
                self._hub.publish(job.scene_id, event)

        problem = await run.worker.execute(order, on_event)
        if problem is not None:
            return replace(problem, where=self._public_place(problem.where, folder))
        if isinstance(request, Voice):
            return await self._replace_clip(job, request, run.clips.get(request.source_id))
        return None

    async def _replace_clip(self, job: Job, request: Voice, clip: Clip | None) -> Problem | None:
        """Give a source the clip that was made for it; returns why that was not possible, or None."""
        if clip is None:
            return _internal_error()
        try:
            scene, _ = await self._scenes.change(
                job.scene_id, lambda scene: revoiced(scene, request.source_id, request.prompt, clip, request.seed)
            )
            # Jobs of one scene run one after another, so that no clip is on its way into it.
            await asyncio.to_thread(self._scenes.forget_unplayed, job.scene_id, scene)
        except SonoramaError as error:
            return Problem.of(error)
        return None

    def _public_place(self, where: str, folder: Path) -> str:
        """The place of a problem without the paths of this machine's folders."""
        where = re.sub(rf"{re.escape(str(self._private))}[^:]*", "the file", where)
        return where.replace(f"{folder}/", "").replace(str(folder), "the scene")

    async def _record_end(self, run: _Running, problem: Problem | None) -> Job:
        """Record that a job has ended, or that it is queued for the next start; returns the job."""
        job_id = run.job.job_id
        problem = None if problem is None else problem.public()
        if problem is None:
            ended = await self._change_store(lambda: self._store.finish(job_id, "done"))
            await asyncio.to_thread(self.upload_path(job_id).unlink, missing_ok=True)
            return ended
        if self._stopping and problem.code == "stopped":
            await asyncio.to_thread(self._store.put_back, job_id)
            return await asyncio.to_thread(self._store.job, job_id)
        return await self._change_store(lambda: self._store.finish(job_id, "failed", problem))

    async def _change_store(self, change: Callable[[], Job]) -> Job:
        """Change a job in the store, as soon as the disk has room for that; returns the job."""
        while True:
            try:
                return await asyncio.to_thread(change)
            except sqlite3.OperationalError:
                if self._stopping:
                    raise
                _LOG.exception("the end of a job can't be kept yet")
                await asyncio.sleep(_RETRY_AFTER_S)


def _internal_error() -> Problem:
    return Problem(code="error", what="the server failed", where="server", remedy="see the server's log, then retry")
