"""A picture in, a scene to come."""

from __future__ import annotations

import asyncio
from dataclasses import fields
from typing import Annotated

from fastapi import APIRouter, Form, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from protocol.errors import InputError
from server.api.http.answers import responses
from server.api.http.bodies import body_model
from server.api.http.uploads import keep_upload
from server.api.jobs.job import Job, new_job_id
from server.api.jobs.orders import Generate
from server.api.services import AppServices, Services
from server.library import new_scene_id
from server.pipeline.attitude import asked_attitude
from server.pipeline.given import GivenSource, read_sources
from server.pipeline.picture.formats import KINDS
from server.pipeline.settings import GenerateOptions

router = APIRouter(prefix="/v1/scenes", tags=["scenes"])


class _NewScene(BaseModel):
    """A picture and the options of ``sonorama generate``."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    image: Annotated[
        UploadFile,
        Field(description=f"A{KINDS[1:]}; a notice says what it is taken for."),
    ]
    preset: Annotated[str | None, Field(description="Which stages run.")] = None
    sources: Annotated[
        str | None,
        Field(
            max_length=65536,
            description="Sources by hand, as JSON text: what `sonorama generate --sources` reads from a file.",
        ),
    ] = None


NewScene = body_model("NewScene", GenerateOptions, base=_NewScene)


@router.post("", status_code=202, response_model=Job, responses=responses(409, 507))
async def generate_scene(
    asked: Annotated[NewScene, Form(media_type="multipart/form-data")],  # type: ignore[valid-type]
    services: AppServices,
) -> Response:
    """Make a scene of a picture. The answer is the job that does it; its scene_id is the new scene's."""
    form: _NewScene = asked
    services.scenes.require_many()
    request = _request(form, services)
    job_id = new_job_id()
    upload = services.runner.upload_path(job_id)
    await asyncio.to_thread(keep_upload, form.image.file, upload)
    try:
        job = await services.scenes.submit(request, scene_id=new_scene_id(), job_id=job_id)
    except BaseException:
        upload.unlink(missing_ok=True)
        raise
    services.runner.wake()
    return job_response(job)


def _request(form: _NewScene, services: Services) -> Generate:
    presets = services.settings.presets
    preset = form.preset or presets[0]
    if preset not in presets:
        raise InputError(f"there is no preset {preset[:64]!r}", where="preset", remedy=f"choose: {', '.join(presets)}")
    unused_options = services.settings.unused_options
    for option in sorted(form.model_fields_set & {*unused_options.get(preset, ())}):
        others = [name for name in presets if option not in unused_options.get(name, ())]
        raise InputError(
            f"isn't for preset {preset}, which has no use for it",
            where=option,
            remedy=", ".join(["leave it out", *([f"or choose preset {' or '.join(others)}"] if others else [])]),
        )
    given: tuple[GivenSource, ...] = () if form.sources is None else read_sources(form.sources.encode(), "sources")
    options = GenerateOptions(**{field.name: getattr(form, field.name) for field in fields(GenerateOptions)})
    # A worker would find out, too, but after the answer.
    asked_attitude(options.level)
    return Generate(
        preset=preset,
        settings=options.settings,
        projection=options.projection,
        hfov_deg=options.hfov_deg,
        level=options.level,
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
