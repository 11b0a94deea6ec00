"""Jobs: listed, read, followed, cancelled, retried, forgotten; and the files that exports make."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from server.api.answers import responses
from server.api.jobs import Job, State
from server.api.problems import ConflictError, NotFoundError
from server.api.routes.events import job_events
from server.api.routes.files import file_response, file_responses
from server.api.routes.generation import job_response
from server.api.routes.parameters import JobId, Range, SceneId
from server.api.scenes import job_topic
from server.api.services import Used
from server.api.work import Export

router = APIRouter(prefix="/v1", tags=["jobs"])

_MEDIA_TYPES = {
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".zip": "application/zip",
    ".glb": "model/gltf-binary",
    ".sonorama": "application/zip",
}


class JobList(BaseModel):
    """Jobs, newest first."""

    jobs: list[Job]


@router.get("/jobs", responses=responses())
def list_jobs(
    services: Used,
    scene_id: Annotated[str | None, Query(max_length=64)] = None,
    state: State | None = None,
    most: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> JobList:
    """Jobs, newest first."""
    jobs = services.store.jobs(scene_id=scene_id, states=() if state is None else (state,), most=most)
    return JobList(jobs=[services.runner.with_progress(job) for job in jobs])


@router.get("/jobs/{job_id}", responses=responses(404))
def read_job(job_id: JobId, services: Used) -> Job:
    """How a job stands, and how far it is."""
    return services.runner.with_progress(services.store.job(job_id))


def _known_job(job_id: JobId, services: Used) -> str:
    return services.store.job(job_id).job_id


@router.get("/jobs/{job_id}/events", response_class=EventSourceResponse, responses=responses(404))
async def follow_job(job_id: Annotated[str, Depends(_known_job)], services: Used) -> AsyncIterable[ServerSentEvent]:
    """How a job stands and what it brings, as server-sent events, until it ends."""
    async for event in job_events(services, job_id):
        yield event


@router.post("/jobs/{job_id}/cancel", status_code=202, responses=responses(404, 409))
async def cancel_job(job_id: JobId, services: Used) -> Job:
    """Have a job not done, or not done any further. What it has made so far is kept for a retry."""
    job = await asyncio.to_thread(services.store.cancelled, job_id)
    await services.runner.stop_worker(job_id)
    services.scenes.tell_of_job(job)
    services.hub.end(job_topic(job_id))
    return job


@router.post("/jobs/{job_id}/retry", status_code=202, response_model=Job, responses=responses(404, 409))
async def retry_job(job_id: JobId, services: Used) -> Response:
    """Have a job that failed or was cancelled done after all; it goes on where it was left."""
    job = await asyncio.to_thread(services.store.queued_again, job_id)
    services.scenes.tell_of_job(job)
    services.runner.wake()
    return job_response(job)


@router.delete("/jobs/{job_id}", status_code=204, responses=responses(404, 409))
async def forget_job(job_id: JobId, services: Used) -> None:
    """Forget a job that has ended, with the file that it made. The scene stays."""
    await asyncio.to_thread(services.store.forget, job_id)
    await asyncio.to_thread(services.runner.discard, job_id)


@router.post(
    "/scenes/{scene_id}/exports", status_code=202, response_model=Job, responses=responses(404, 409), tags=["scenes"]
)
async def export_scene(scene_id: SceneId, export: Export, services: Used) -> Response:
    """Render a scene to a file. The answer is the job that does it; the file is at the job's /file when it is done."""
    job = await services.scenes.submitted(export, scene_id=scene_id)
    services.runner.wake()
    return job_response(job)


@router.get(
    "/jobs/{job_id}/file",
    response_class=Response,
    responses=responses(404, 409) | file_responses(*dict.fromkeys(_MEDIA_TYPES.values())),
)
def read_file(
    job_id: JobId,
    request: Request,
    services: Used,
    _: Range = None,
) -> Response:
    """The file that an export made."""
    job = services.store.job(job_id)
    export = services.store.request(job_id)
    if not isinstance(export, Export):
        raise NotFoundError("makes no file", where=f"job {job_id}", remedy="ask for an export's file")
    if job.state != "done":
        raise ConflictError(f"is {job.state}", where=f"job {job_id}", remedy="wait until it is done")
    path = services.runner.export(job_id, export.suffix)
    try:
        with path.open("rb") as file:
            etag = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise NotFoundError("has lost its file", where=f"job {job_id}", remedy="export again") from error
    name = f"{job.scene_id}-{export.format}{export.suffix}"
    media_type = _MEDIA_TYPES[export.suffix]
    return file_response(request, path, etag=etag, media_type=media_type, filename=name, immutable=False)
