"""The sources of a scene: added, changed, deleted, and given other clips."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from protocol.errors import SonoramaError
from protocol.scene import STRICT, Scene, Source
from server.api.http.answers import responses
from server.api.http.routes.generation import job_response
from server.api.http.routes.parameters import IfMatch, SceneId, SourceId
from server.api.jobs.job import Job
from server.api.jobs.orders import Voice
from server.api.scenes.editing import NewSource, NewVoice, SourceChange, added, changed, removed, source_of
from server.api.services import AppServices, Services

router = APIRouter(prefix="/v1/scenes/{scene_id}/sources", tags=["sources"])


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class AddedSource:
    """A source without a clip, and the job that makes it one."""

    source: Source
    job: Job


_SOURCE = TypeAdapter(Source)
_ADDED = TypeAdapter(AddedSource)


@router.post("", status_code=202, response_model=AddedSource, responses=responses(404, 409, 412, 507))
async def add_source(scene_id: SceneId, new: NewSource, services: AppServices, if_match: IfMatch = None) -> Response:
    """Add a source. It is in the scene at once, and sounds as soon as its clip is made."""
    sources: list[Source] = []

    def change(scene: Scene) -> Scene:
        after, source = added(scene, new, retired=services.store.retired(scene_id))
        sources.append(source)
        return after

    _, etag = await services.scenes.change(scene_id, change, if_match=if_match)
    voice = Voice(
        preset=_preset_of(scene_id, services),
        source_id=sources[0].id,
        prompt=sources[0].prompt,
        duration_s=new.duration_s,
        seed=new.seed,
    )
    try:
        job = await services.scenes.submit(voice, scene_id=scene_id)
    except SonoramaError:
        # All of it or nothing.
        await services.scenes.change(scene_id, lambda scene: removed(scene, voice.source_id))
        raise
    services.runner.wake()
    return Response(
        _ADDED.dump_json(AddedSource(source=sources[0], job=job)),
        status_code=202,
        media_type="application/json",
        headers={"Location": f"/v1/jobs/{job.job_id}", "ETag": etag},
    )


@router.patch("/{source_id}", response_model=Source, responses=responses(404, 409, 412, 507))
async def change_source(
    scene_id: SceneId, source_id: SourceId, change: SourceChange, services: AppServices, if_match: IfMatch = None
) -> Response:
    """Move, mute or rename a source, or change how loud and how wide it is."""
    scene, etag = await services.scenes.change(
        scene_id, lambda scene: changed(scene, source_id, change), if_match=if_match
    )
    body = _SOURCE.dump_json(source_of(scene, source_id))
    return Response(body, media_type="application/json", headers={"ETag": etag})


@router.delete("/{source_id}", status_code=204, responses=responses(404, 409, 412, 507))
async def delete_source(
    scene_id: SceneId, source_id: SourceId, services: AppServices, if_match: IfMatch = None
) -> None:
    """Take a source out of the scene."""

    def edit(scene: Scene) -> Scene:
        after = removed(scene, source_id)
        services.store.retire(scene_id, source_id)
        return after

    await services.scenes.change(scene_id, edit, if_match=if_match)


@router.post("/{source_id}/voice", status_code=202, response_model=Job, responses=responses(404, 409, 507))
async def voice_source(scene_id: SceneId, source_id: SourceId, new: NewVoice, services: AppServices) -> Response:
    """Make another clip for a source. Until that is done, the source keeps the one that it has."""
    scene, _ = services.scenes.scene(scene_id)
    voice = Voice(
        preset=_preset_of(scene_id, services),
        source_id=source_id,
        prompt=new.prompt or source_of(scene, source_id).prompt,
        duration_s=new.duration_s,
        seed=new.seed,
    )
    job = await services.scenes.submit(voice, scene_id=scene_id)
    services.runner.wake()
    return job_response(job)


def _preset_of(scene_id: str, services: Services) -> str:
    """The preset that made a scene; the server's first one where that isn't known, or isn't offered here."""
    presets = services.settings.presets
    made_with = services.library.folder(scene_id).preset()
    return made_with if made_with is not None and made_with in presets else presets[0]
