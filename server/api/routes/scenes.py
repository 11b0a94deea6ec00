"""Scenes: listed, read, followed, deleted, with their pictures and clips."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from protocol.scene import Scene
from server.api.answers import responses
from server.api.problems import NotFoundError
from server.api.routes.events import scene_events
from server.api.routes.files import file_response, file_responses, is_known
from server.api.routes.parameters import Range, SceneId, Sha256
from server.api.scenes import SCENE, SceneSummary
from server.api.services import Used

router = APIRouter(prefix="/v1/scenes", tags=["scenes"])

PictureName = Literal["panorama", "annotated", "radar", "depth"]
_PICTURES: dict[PictureName, tuple[str, str]] = {
    "panorama": ("picture.jpg", "image/jpeg"),
    "annotated": ("annotated.jpg", "image/jpeg"),
    "radar": ("radar.png", "image/png"),
    "depth": ("depth.png", "image/png"),
}


class SceneList(BaseModel):
    """All scenes."""

    scenes: list[SceneSummary]


@router.get("", responses=responses())
def list_scenes(services: Used) -> SceneList:
    """All scenes, by id."""
    return SceneList(scenes=services.scenes.summaries())


@router.get(
    "/{scene_id}",
    response_model=Scene,
    responses=responses(404, 409) | {304: {"description": "as you have it"}},
)
def read_scene(scene_id: SceneId, request: Request, services: Used) -> Response:
    """A finished scene, as it stands in its scene.json; its ETag goes into If-Match of a change."""
    scene, etag = services.scenes.scene(scene_id)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if is_known(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(SCENE.dump_json(scene), media_type="application/json", headers=headers)


@router.delete("/{scene_id}", status_code=204, responses=responses(404, 409))
async def delete_scene(scene_id: SceneId, services: Used) -> None:
    """Delete a scene with all that was made for it. Its jobs must have ended."""
    for job in await services.scenes.deleted(scene_id):
        await asyncio.to_thread(services.runner.discard, job.job_id)


def _known_scene(scene_id: SceneId, services: Used) -> str:
    services.scenes.check(scene_id)
    return scene_id


@router.get("/{scene_id}/events", response_class=EventSourceResponse, responses=responses(404))
async def follow_scene(
    scene_id: Annotated[str, Depends(_known_scene)], services: Used
) -> AsyncIterable[ServerSentEvent]:
    """What happens to a scene, as server-sent events, until it is deleted: first what its making has brought so far.

    Of two events about the same thing, one who falls behind gets the newer.
    """
    async for event in scene_events(services, scene_id):
        yield event


@router.get(
    "/{scene_id}/pictures/{picture}",
    response_class=Response,
    responses=responses(404) | file_responses("image/jpeg", "image/png"),
)
def read_picture(
    scene_id: SceneId,
    picture: PictureName,
    request: Request,
    services: Used,
    _: Range = None,
) -> Response:
    """The panorama, or a picture of what was found in it when the scene was made."""
    name, media_type = _PICTURES[picture]
    path = services.scenes.folder(scene_id) / name
    try:
        with path.open("rb") as file:
            etag = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise NotFoundError("there is no such picture", where=f"scene {scene_id}", remedy="list the scenes") from error
    return file_response(request, path, etag=etag, media_type=media_type, filename=name, immutable=False)


@router.get(
    "/{scene_id}/clips/{sha256}",
    response_class=Response,
    responses=responses(404) | file_responses("audio/wav"),
)
def read_clip(
    scene_id: SceneId,
    sha256: Sha256,
    request: Request,
    services: Used,
    _: Range = None,
) -> Response:
    """A clip by the SHA-256 of its bytes, as soon as it is made: mono, 48 kHz, 24 bit. It never changes."""
    path = services.scenes.clip(scene_id, sha256)
    return file_response(request, path, etag=sha256, media_type="audio/wav", filename=path.name, immutable=True)
