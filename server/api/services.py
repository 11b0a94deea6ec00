"""Everything that the routes use, put together once."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from protocol.errors import InputError, SonoramaError, os_reason
from server.api.jobs.runner import Runner
from server.api.jobs.store import JobStore
from server.api.metrics import Metrics
from server.api.scenes.folder_lock import FolderLock
from server.api.scenes.hub import Hub
from server.api.scenes.store import SceneStore
from server.api.settings import ServerSettings
from server.api.state import private_folder
from server.api.streaming.live_scenes import LiveScenes
from server.api.streaming.osc.scene import OscScene
from server.api.streaming.osc.server import OscServer
from server.api.streaming.osc.settings import OscCounts
from server.api.streaming.policy import stream_policy
from server.files.atomic import remove
from server.library import Addresses, Library, PlaceFolder, is_place, is_single_scene

_LOG = logging.getLogger("sonorama.server")

_LOCK_WAIT_S = 5.0


class Services:
    """The parts of one server, from its start to its stop; created in its event loop.

    Args:
        settings: what the server serves, and how.
        hub: where changes are published.
        metrics: where things are counted.

    Raises:
        InputError: the folder can't be used, or is being served already.
    """

    def __init__(self, settings: ServerSettings, *, hub: Hub, metrics: Metrics) -> None:
        self.settings = settings
        self.hub = hub
        self.metrics = metrics
        served = settings.folder
        private = private_folder(settings.state_dir, served)
        is_single = is_single_scene(served)
        _make_folders(served, remedy="choose another DIR")
        _make_folders(private, private / "uploads", private / "exports", remedy="choose another --state-dir")
        self._locks = [FolderLock(private / "lock", served=served, wait_s=_LOCK_WAIT_S)]
        if is_single:
            around = private_folder(settings.state_dir, served.parent) / "lock"
            self._locks.append(FolderLock(around, served=served, wait_s=_LOCK_WAIT_S, shared=True))
        self.library = Library(
            served.parent if is_single else served,
            addresses=Addresses(private / "addresses.json"),
            only=served.name if is_single else None,
        )
        self.place = PlaceFolder(served.parent) if is_place(served.parent) and served.name == "viewpoints" else None
        """The place whose viewpoints these are, where they are some's."""
        self.store = JobStore(private / "jobs.sqlite3")
        self.store.requeue_interrupted()
        self._remove_leftovers(private)
        self.scenes = SceneStore(self.library, store=self.store, hub=hub, most_waiting=settings.limits.waiting_jobs)
        self.runner = Runner(
            store=self.store,
            scenes=self.scenes,
            hub=hub,
            metrics=metrics,
            private=private,
            command=settings.worker,
            bounds=settings.job_bounds,
            at_once=settings.workers,
            keep_open=[lock.descriptor for lock in self._locks],
        )
        self.live_scenes = LiveScenes(
            self.scenes, hub, stream_policy(settings.token), memory_bytes=settings.memory_bytes
        )
        metrics.add_gauge("listeners", "Clients connected by WebSocket.", lambda: self.live_scenes.listeners)
        self.osc: OscServer | None = None
        self._osc_task: asyncio.Task[None] | None = None
        metrics.add_gauge(
            "live_streams", "Listeners that binaural sound is rendered for.", lambda: self.live_scenes.host.streams
        )
        metrics.add_gauge("live_load", "Which part of the time is spent on them.", lambda: self.live_scenes.host.load)
        metrics.add_gauge("live_underruns", "Their blocks that were late.", lambda: self.live_scenes.host.underruns)
        metrics.add_gauge("jobs_queued", "Jobs that wait.", lambda: len(self.store.jobs(states=("queued",))))
        metrics.add_gauge("jobs_running", "Jobs that run.", lambda: len(self.store.jobs(states=("running",))))
        metrics.add_gauge("readers", "Who follows a scene or a job now.", lambda: hub.readers)

    def faults(self) -> list[str]:
        """Reasons why the server can't do its work; empty if it can."""
        faults = []
        if not self.runner.is_healthy:
            faults.append("no jobs are being done")
        try:
            self.library.names()
            self.store.jobs(most=1)
        except (SonoramaError, sqlite3.Error) as error:
            _LOG.warning("not ready: %s", error)
            faults.append("the folder can't be read")
        return faults

    async def start(self, http_url: str) -> None:
        """Start what needs the server's own address: OSC, if it is asked for.

        Raises:
            InputError: OSC can't be sent to its target or heard at its address, or it isn't said which scene.
            NotFoundError: the scene that OSC is to send does not exist.
        """
        if self.settings.osc is not None:
            scene_id = self.scenes.resolve(self.settings.osc_scene)
            osc_settings = replace(self.settings.osc, http_url=http_url)
            self.osc = OscServer(osc_settings, OscScene(self.live_scenes, scene_id))
            await self.osc.start(or_wait=True)
            for count in fields(OscCounts):
                help_text = f"OSC {'socket ' if count.name == 'errors' else 'packets: '}{count.name}."
                self.metrics.add_gauge(f"osc_{count.name}", help_text, partial(getattr, self.osc.counts, count.name))
            self._osc_task = asyncio.create_task(self.osc.run())

    async def stop(self) -> None:
        """Stop the workers and unlock the folder. Jobs that run are queued again, for the next start."""
        if self._osc_task is not None:
            self._osc_task.cancel()
            await asyncio.gather(self._osc_task, return_exceptions=True)
        await self.live_scenes.stop()
        await self.runner.stop()
        await asyncio.to_thread(self.store.close)
        for lock in self._locks:
            lock.release()

    def _remove_leftovers(self, private: Path) -> None:
        """Remove uploads and exports of jobs that are not known, such as what a killed server left behind."""
        self.library.clear_trash()
        known = {job.job_id for job in self.store.jobs()}
        for part in ("uploads", "exports"):
            for path in (private / part).iterdir():
                if path.name.split(".")[0] in known:
                    continue
                remove(path)


def _make_folders(*folders: Path, remedy: str) -> None:
    """Make folders where there are none; what a server keeps is its user's alone."""
    for folder in folders:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"can't be used ({os_reason(error)})", where=str(folder), remedy=remedy) from error


def services_of(connection: HTTPConnection) -> Services:
    """The services of the app that a request came to."""
    services = connection.app.state.services
    if not isinstance(services, Services):
        raise TypeError("the app has not been started")
    return services


AppServices = Annotated[Services, Depends(services_of)]
