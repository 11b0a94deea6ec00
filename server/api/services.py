"""Everything that stands behind the routes, put together once."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from protocol.errors import InputError, SonoramaError
from server.api.folder_lock import FolderLock
from server.api.guard import Token
from server.api.hub import Hub
from server.api.jobs import JobStore
from server.api.limits import Limits
from server.api.metrics import Metrics
from server.api.osc import OscCounts, OscServer, OscSettings
from server.api.runner import Runner
from server.api.scenes import Scenes
from server.api.stage.osc_feed import OscScene
from server.api.stage.policy import stage_policy
from server.api.stage.stage import Stage
from server.library import Library

_LOG = logging.getLogger("sonorama.server")

PRIVATE_FOLDER = ".sonorama"
"""Beside the scenes: jobs, uploads and exports."""

_LOCK_WAIT_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Serving:
    """What a server is to serve, and how.

    Attributes:
        folder: of the scenes.
        worker: the command that starts a worker; see :mod:`server.api.work`.
        presets: what scenes can be made with, the first by default.
        token: what clients must know; None on the loopback alone.
        names: the hosts that the server answers to; None for all.
        limits: how much it takes.
        workers: how many jobs run at once.
        osc: where a scene is sent by OSC; None for nowhere.
        osc_scene: which one.
    """

    folder: Path
    worker: Sequence[str]
    presets: Sequence[str]
    token: Token | None = None
    names: frozenset[str] | None = None
    limits: Limits = field(default_factory=Limits)
    workers: int = 1
    osc: OscSettings | None = None
    osc_scene: str = ""


class Services:
    """The parts of one server, from its start to its stop; made in its event loop.

    Raises:
        InputError: the folder can't be used, or is being served already.
    """

    def __init__(self, serving: Serving, *, hub: Hub, metrics: Metrics) -> None:
        self.serving = serving
        self.hub = hub
        self.metrics = metrics
        private = serving.folder / PRIVATE_FOLDER
        try:
            for part in ("uploads", "exports"):
                (private / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InputError(
                f"can't be used ({reason})", where=str(serving.folder), remedy="choose another DIR"
            ) from error
        self._lock = FolderLock(private / "lock", wait_s=_LOCK_WAIT_S)
        self.library = Library(serving.folder, private=private)
        self.store = JobStore(private / "jobs.sqlite3")
        self.store.interrupted()
        self._clear(private)
        self.scenes = Scenes(self.library, store=self.store, hub=hub, most_waiting=serving.limits.waiting_jobs)
        self.runner = Runner(
            store=self.store,
            scenes=self.scenes,
            hub=hub,
            metrics=metrics,
            private=private,
            command=serving.worker,
            at_once=serving.workers,
            keep_open=(self._lock.descriptor,),
        )
        self.stage = Stage(self.scenes, hub, stage_policy(serving.token))
        self._metrics = metrics
        metrics.watch("listeners", "Clients connected by WebSocket.", lambda: self.stage.listeners)
        self.osc: OscServer | None = None
        self._osc_task: asyncio.Task[None] | None = None
        metrics.watch("live_streams", "Listeners that binaural sound is rendered for.", lambda: self.stage.host.streams)
        metrics.watch("live_underruns", "Their blocks that were late.", lambda: self.stage.host.underruns)
        metrics.watch("jobs_queued", "Jobs that wait.", lambda: len(self.store.jobs(states=("queued",))))
        metrics.watch("jobs_running", "Jobs that run.", lambda: len(self.store.jobs(states=("running",))))
        metrics.watch("readers", "Who follows a scene or a job now.", lambda: hub.readers)

    def faults(self) -> list[str]:
        """Why the server can't do its work; empty if it can."""
        faults = []
        if not self.runner.is_well:
            faults.append("no jobs are being done")
        try:
            self.library.ids()
            self.store.jobs(most=1)
        except (SonoramaError, sqlite3.Error) as error:
            _LOG.warning("not ready: %s", error)
            faults.append("the folder can't be read")
        return faults

    async def start(self, http_url: str) -> None:
        """Begin what needs to know where the server is.

        Raises:
            InputError: OSC can't be sent there.
            NotFoundError: there is no such scene to be sent.
        """
        if self.serving.osc is not None:
            self.scenes.check(self.serving.osc_scene)
            settings = replace(self.serving.osc, http_url=http_url)
            self.osc = OscServer(settings, OscScene(self.stage, self.serving.osc_scene))
            await self.osc.start()
            for field in fields(OscCounts):
                words = f"OSC {'socket ' if field.name == 'errors' else 'packets: '}{field.name}."
                self._metrics.watch(f"osc_{field.name}", words, partial(getattr, self.osc.counts, field.name))
            self._osc_task = asyncio.create_task(self.osc.run())

    async def stop(self) -> None:
        """End the workers and let go of the folder; what runs is queued for the next start."""
        if self._osc_task is not None:
            self._osc_task.cancel()
            await asyncio.gather(self._osc_task, return_exceptions=True)
        await self.stage.stop()
        await self.runner.stop()
        await asyncio.to_thread(self.store.close)
        self._lock.release()

    def _clear(self, private: Path) -> None:
        """Remove what nobody was promised: an upload without a job, what a killed export left."""
        self.library.clear_rubbish()
        known = {job.job_id for job in self.store.jobs()}
        for part in ("uploads", "exports"):
            for path in (private / part).iterdir():
                if path.name.split(".")[0] in known:
                    continue
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


def services_of(connection: HTTPConnection) -> Services:
    """The services of the app that a request came to."""
    services = connection.app.state.services
    if not isinstance(services, Services):
        raise TypeError("the app has not been started")
    return services


Used = Annotated[Services, Depends(services_of)]
