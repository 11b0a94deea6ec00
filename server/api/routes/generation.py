"""A picture in, a scene to come."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from protocol.errors import InputError
from server.api.answers import responses
from server.api.jobs import Job, new_job_id
from server.api.services import Services, Used
from server.api.uploads import keep_upload
from server.api.work import Generate
from server.library import new_scene_id
from server.pipeline.given import GivenSource, read_sources
from server.pipeline.settings import Settings

router = APIRouter(prefix="/v1/scenes", tags=["scenes"])


class NewScene(BaseModel):
    """A picture and the options of ``sonorama generate``."""

    model_config = ConfigDict(extra="forbid")

    image: UploadFile
    """A JPEG, PNG, TIFF, WebP or Radiance HDR picture; 2:1 is a panorama, anything else a photograph."""
    preset: str | None = None
    views: Annotated[int, Field(ge=4, le=64)] = 8
    top: Annotated[int, Field(ge=0, le=64)] = 4
    """How many of the sources found to keep."""
    camera_height_m: Annotated[float, Field(ge=0.01, le=1000)] = 2.5
    hfov_deg: Annotated[float, Field(ge=1, le=179)] | None = None
    """Of a photograph; else its EXIF data tell."""
    duration_s: Annotated[float, Field(ge=1, le=120)] = 10.0
    """Of each clip."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    sources: Annotated[str, Field(max_length=65536)] | None = None
    """Sources by hand, as JSON text: what ``sonorama generate --sources`` reads from a file."""


@router.post("", status_code=202, response_model=Job, responses=responses(507))
async def generate_scene(form: Annotated[NewScene, Form(media_type="multipart/form-data")], services: Used) -> Response:
    """Make a scene of a picture. The answer is the job that does it; its scene_id is the new scene's."""
    request = _request(form, services)
    job_id = new_job_id()
    upload = services.runner.upload(job_id)
    await asyncio.to_thread(keep_upload, form.image.file, upload)
    try:
        job = await services.scenes.submitted(request, scene_id=new_scene_id(), job_id=job_id)
    except BaseException:
        upload.unlink(missing_ok=True)
        raise
    services.runner.wake()
    return job_response(job)


def _request(form: NewScene, services: Services) -> Generate:
    presets = services.serving.presets
    preset = form.preset or presets[0]
    if preset not in presets:
        raise InputError(f"there is no preset {preset[:64]!r}", where="preset", remedy=f"choose: {', '.join(presets)}")
    given: tuple[GivenSource, ...] = () if form.sources is None else read_sources(form.sources.encode(), "sources")
    return Generate(
        preset=preset,
        settings=Settings(
            views=form.views,
            top=form.top,
            camera_height_m=form.camera_height_m,
            duration_s=form.duration_s,
            seed=form.seed,
        ),
        hfov_deg=form.hfov_deg,
        sources=given,
    )


_JOB = TypeAdapter(Job)


def job_response(job: Job, status: int = 202) -> Response:
    """A job that was accepted, and where to ask for it."""
    return Response(
        _JOB.dump_json(job),
        status_code=status,
        media_type="application/json",
        headers={"Location": f"/v1/jobs/{job.job_id}"},
    )
