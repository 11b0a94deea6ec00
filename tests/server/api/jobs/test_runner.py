"""The moments between a job's start and its worker's."""

import asyncio
import os
import sys

import pytest

from server.api.app import create_app
from server.api.jobs.orders import Export
from server.api.settings import ServerSettings
from server.library import SceneFolder
from tests.protocol.test_scene import SCENE
from tests.server.api.server_process import children
from tests.timing import PATIENCE_S, stretched


@pytest.mark.parametrize("what", ["cancelled", "stopped"])
def test_a_job_that_is_stopped_before_its_worker_starts_starts_none(tmp_path, what):
    touched = tmp_path / "touched"
    worker = (sys.executable, "-c", f"import pathlib; pathlib.Path({str(touched)!r}).touch()")
    folder = SceneFolder(tmp_path / "library" / "street")
    folder.prepare()
    folder.save(SCENE)

    async def state():
        app = create_app(
            ServerSettings(
                folder=tmp_path / "library", state_dir=tmp_path / "state", worker=worker, presets=("embedded",)
            )
        )
        async with app.router.lifespan_context(app):
            services = app.state.services
            started, begun = services.store.dequeue, asyncio.Event()

            def started_late():
                job = started()
                if job is not None:
                    # The moment that is meant: the job runs, and nobody knows of a worker yet.
                    if what == "cancelled":
                        services.store.cancel(job.job_id)
                    else:
                        services.runner._stopping = True
                    loop.call_soon_threadsafe(begun.set)
                return job

            loop = asyncio.get_running_loop()
            services.store.dequeue = started_late
            job = await services.scenes.submit(Export(), scene_id="street")
            services.runner.wake()
            await asyncio.wait_for(begun.wait(), PATIENCE_S)
            while services.runner.running_jobs():
                await asyncio.sleep(0.01)
            await asyncio.sleep(stretched(0.1))
            await services.runner.stop()
            return services.store.job(job.job_id)

    job = asyncio.run(state())
    assert job.state == ("cancelled" if what == "cancelled" else "queued")
    assert not touched.exists()


def test_jobs_of_two_scenes_run_at_once_if_they_may(tmp_path):
    for name in ("street", "square"):
        folder = SceneFolder(tmp_path / "library" / name)
        folder.prepare()
        folder.save(SCENE)

    async def main():
        settings = ServerSettings(
            folder=tmp_path / "library",
            state_dir=tmp_path / "state",
            worker=("sleep", "30"),
            presets=("embedded",),
            workers=2,
        )
        app = create_app(settings)
        async with app.router.lifespan_context(app):
            services = app.state.services
            for scene_id in ("street", "street", "square"):
                await services.scenes.submit(Export(), scene_id=scene_id)
            others = len(children(os.getpid()))
            services.runner.wake()
            until_s = asyncio.get_running_loop().time() + PATIENCE_S
            while len(children(os.getpid())) < others + 2 and asyncio.get_running_loop().time() < until_s:
                await asyncio.sleep(0.01)
            running = services.runner.running_jobs()
            assert services.runner.is_healthy
            return sorted(job.scene_id for job in running), len(services.store.jobs(states=("queued",)))

    assert asyncio.run(main()) == (["square", "street"], 1)


def test_what_a_killed_worker_left_half_written_is_swept(tmp_path):
    folder = SceneFolder(tmp_path / "library" / "street")
    folder.prepare()
    folder.save(SCENE)
    leaves = "import pathlib, sys, json; order = json.loads(sys.stdin.readline()); out = pathlib.Path(order['file']); "
    leaves += "out.with_name('.x.01234567.wav').touch(); (out.parent / 'tmpabc').mkdir(); "
    leaves += "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"

    async def main():
        settings = ServerSettings(
            folder=tmp_path / "library",
            state_dir=tmp_path / "state",
            worker=(sys.executable, "-c", leaves),
            presets=("embedded",),
        )
        app = create_app(settings)
        async with app.router.lifespan_context(app):
            services = app.state.services
            job = await services.scenes.submit(Export(), scene_id="street")
            services.runner.wake()
            async with asyncio.timeout(PATIENCE_S):
                while services.store.job(job.job_id).state != "failed" or services.runner.running_jobs():
                    await asyncio.sleep(0.01)
                while left := [path.name for path in services.runner.export_path("x", ".wav").parent.iterdir()]:
                    await asyncio.sleep(0.01)
            return left, services.store.job(job.job_id).problem.code

    assert asyncio.run(main()) == ([], "worker_killed")
