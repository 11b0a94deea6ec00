"""Jobs: listed, read, followed, cancelled, retried, forgotten; and the files that exports make."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Iterator
from dataclasses import fields
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, JsonValue

from protocol.errors import InputError
from protocol.scene import STRICT
from server.api.http.answers import responses
from server.api.http.bodies import body_model
from server.api.http.problems import ConflictError, NotFoundError
from server.api.http.routes.events import job_events
from server.api.http.routes.files import content_digest, file_response, file_responses
from server.api.http.routes.generation import job_response
from server.api.http.routes.parameters import JobId, Range, SceneId
from server.api.jobs.job import Job, State
from server.api.jobs.orders import Encoding, Export
from server.api.scenes.store import job_topic
from server.api.services import AppServices
from server.export.formats import FORMATS
from server.export.options import RemoteExportOptions

router = APIRouter(prefix="/v1", tags=["jobs"])

_MEDIA_TYPES = dict.fromkeys(media_type for row in FORMATS.values() for media_type in row.media_types.values())


def _accepted() -> Iterator[dict[str, JsonValue]]:
    """For OpenAPI: each format with its encodings, and with the options that it doesn't take."""
    options = [field.name for field in fields(RemoteExportOptions)]
    for row in FORMATS.values():
        refused: dict[str, JsonValue] = {option: False for option, _ in row.refusals_of(options)}
        encodings: list[JsonValue] = [encoding for encoding in get_args(Encoding) if row.has_encoding(encoding)]
        encoding: JsonValue = {"enum": encodings} if encodings else False
        schema: dict[str, JsonValue] = {"properties": {"format": {"const": row.name}, "encoding": encoding, **refused}}
        # Where none is given, the default one is meant.
        yield schema if row.name == Export().format else {**schema, "required": ["format"]}


class _NewExport(BaseModel):
    """Render a scene to a file; the options are those of ``sonorama render``, of which each format takes its own."""

    model_config = STRICT | ConfigDict(frozen=True, json_schema_extra={"anyOf": list(_accepted())})


NewExport = body_model("Export", Export, base=_NewExport)


class JobList(BaseModel):
    """Jobs, newest first."""

    jobs: list[Job]


@router.get("/jobs", responses=responses())
def list_jobs(
    services: AppServices,
    scene_id: Annotated[str | None, Query(max_length=64)] = None,
    state: State | None = None,
    most: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> JobList:
    """Jobs, newest first."""
    jobs = services.store.jobs(scene_id=scene_id, states=() if state is None else (state,), most=most)
    return JobList(jobs=[services.runner.with_progress(job) for job in jobs])


@router.get("/jobs/{job_id}", responses=responses(404))
def read_job(job_id: JobId, services: AppServices) -> Job:
    """The state of a job, and its progress."""
    return services.runner.with_progress(services.store.job(job_id))


def _known_job(job_id: JobId, services: AppServices) -> str:
    return services.store.job(job_id).job_id


@router.get("/jobs/{job_id}/events", response_class=EventSourceResponse, responses=responses(404))
async def follow_job(
    job_id: Annotated[str, Depends(_known_job)], services: AppServices
) -> AsyncIterable[ServerSentEvent]:
    """The state of a job and its events, as server-sent events, until it ends."""
    async for event in job_events(services, job_id):
        yield event


@router.post("/jobs/{job_id}/cancel", status_code=202, responses=responses(404, 409))
async def cancel_job(job_id: JobId, services: AppServices) -> Job:
    """Cancel a job that is queued or running. What it has made so far is kept for a retry."""
    job = await asyncio.to_thread(services.store.cancel, job_id)
    await services.runner.stop_worker(job_id)
    services.scenes.announce_job(job)
    services.hub.end(job_topic(job_id))
    return job


@router.post("/jobs/{job_id}/retry", status_code=202, response_model=Job, responses=responses(404, 409))
async def retry_job(job_id: JobId, services: AppServices) -> Response:
    """Queue a job again that failed or was cancelled; it continues where it stopped."""
    job = await services.scenes.retry(job_id)
    services.runner.wake()
    return job_response(job)


@router.delete("/jobs/{job_id}", status_code=204, responses=responses(404, 409))
async def forget_job(job_id: JobId, services: AppServices) -> None:
    """Forget a job that has ended, and delete the file that it made. The scene stays."""
    await asyncio.to_thread(services.store.forget, job_id)
    await asyncio.to_thread(services.runner.discard, job_id)


def _export(asked: _NewExport) -> Export:
    """What was asked for, if the format takes all the options that were given."""
    export = Export(**asked.model_dump(exclude_unset=True))
    row = FORMATS[export.format]
    if "encoding" in asked.model_fields_set and not row.has_encoding(export.encoding):
        raise InputError(
            f"isn't for format {row.name}, whose files are {', '.join(row.media_types)}",
            where="encoding",
            remedy="leave it out, or give another format",
        )
    for option, refusal in row.refusals_of(asked.model_fields_set):
        raise InputError(
            f"isn't for format {export.format}, which {refusal.why}",
            where=option,
            remedy=refusal.remedy.replace("--format", "format"),
        )
    return export


@router.post(
    "/scenes/{scene_id}/exports", status_code=202, response_model=Job, responses=responses(404, 409), tags=["scenes"]
)
async def export_scene(
    scene_id: SceneId,
    asked: NewExport,  # type: ignore[valid-type]
    services: AppServices,
) -> Response:
    """Render a scene to a file. The answer is the job that does it; the file is at the job's /file when it is done."""
    export = _export(asked)
    job = await services.scenes.submit(export, scene_id=scene_id)
    services.runner.wake()
    return job_response(job)


@router.get(
    "/jobs/{job_id}/file",
    response_class=Response,
    responses=responses(404, 409) | file_responses(*_MEDIA_TYPES),
)
def read_file(
    job_id: JobId,
    request: Request,
    services: AppServices,
    _: Range = None,
) -> Response:
    """The file that an export made."""
    job = services.store.job(job_id)
    export = services.store.request(job_id)
    if not isinstance(export, Export):
        raise NotFoundError("makes no file", where=f"job {job_id}", remedy="ask for an export's file")
    if job.state != "done":
        raise ConflictError(f"is {job.state}", where=f"job {job_id}", remedy="wait until it is done")
    path = services.runner.export_path(job_id, export.suffix)
    try:
        etag = content_digest(path)
    except OSError as error:
        raise NotFoundError("has lost its file", where=f"job {job_id}", remedy="export again") from error
    name = f"{job.scene_id}-{export.format}{export.suffix}"
    media_type = FORMATS[export.format].media_types[export.suffix]
    return file_response(request, path, etag=etag, media_type=media_type, filename=name, immutable=False)
