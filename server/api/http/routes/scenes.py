"""Scenes: listed, read, followed, deleted, with their pictures and clips."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from protocol.scene import Scene
from server.api.http.answers import responses
from server.api.http.problems import NotFoundError
from server.api.http.routes.events import scene_events
from server.api.http.routes.files import bytes_response, content_digest, file_response, file_responses, is_known
from server.api.http.routes.parameters import Range, SceneId, Sha256
from server.api.scenes.store import SCENE, SceneSummary
from server.api.services import AppServices
from server.api.streaming.clips import wav_of_16_bits
from server.files.inside import is_inside

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
def list_scenes(services: AppServices) -> SceneList:
    """All scenes, by id."""
    return SceneList(scenes=services.scenes.summaries())


@router.get(
    "/{scene_id}",
    response_model=Scene,
    responses=responses(404, 409) | {304: {"description": "as you have it"}},
)
def read_scene(scene_id: SceneId, request: Request, services: AppServices) -> Response:
    """A finished scene, as in its scene.json: what is kept. Send its ETag as If-Match with a change."""
    scene, etag = services.scenes.scene(scene_id)
    if is_known(request, etag):
        return Response(status_code=304, headers=_scene_headers(etag))
    return scene_response(scene, etag)


def scene_response(scene: Scene, etag: str) -> Response:
    """An answer with a scene."""
    return Response(SCENE.dump_json(scene), media_type="application/json", headers=_scene_headers(etag))


def _scene_headers(etag: str) -> dict[str, str]:
    return {"ETag": etag, "Cache-Control": "private, no-cache"}


@router.delete("/{scene_id}", status_code=204, responses=responses(404, 409))
async def delete_scene(scene_id: SceneId, services: AppServices) -> None:
    """Delete a scene and everything that was made for it. Its jobs must have ended."""
    for job in await services.scenes.delete(scene_id):
        await asyncio.to_thread(services.runner.discard, job.job_id)


def _known_scene(scene_id: SceneId, services: AppServices) -> str:
    services.scenes.check(scene_id)
    return scene_id


@router.get("/{scene_id}/events", response_class=EventSourceResponse, responses=responses(404))
async def follow_scene(
    scene_id: Annotated[str, Depends(_known_scene)], services: AppServices
) -> AsyncIterable[ServerSentEvent]:
    """The events of a scene, as server-sent events, until it is deleted; first those of its making so far.

    A client that falls behind gets only the newest of several events about the same source, stage or job.
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
    services: AppServices,
    _: Range = None,
) -> Response:
    """The panorama, or a picture of what was found in it when the scene was made."""
    name, media_type = _PICTURES[picture]
    folder = services.scenes.folder(scene_id)
    path = folder / name
    if not is_inside(folder, path):
        raise NotFoundError("there is no such picture", where=f"scene {scene_id}", remedy="list the scenes")
    etag = content_digest(path)
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
    services: AppServices,
    bits: Annotated[Literal["16", "24"], Query(description="of a sample; with 16 it comes whole")] = "24",
    _: Range = None,
) -> Response:
    """A clip by the SHA-256 of its bytes, as soon as it is made: a WAV file, mono, 48 kHz, 24 bit. It never changes."""
    path = services.scenes.clip(scene_id, sha256)
    if content_digest(path) != sha256:
        raise NotFoundError("the clip's file is another one now", where=f"clip {sha256}", remedy="make the clip again")
    if bits == "16":
        return bytes_response(
            request, lambda: wav_of_16_bits(path, sha256), etag=f"{sha256}-16", media_type="audio/wav"
        )
    return file_response(request, path, etag=sha256, media_type="audio/wav", filename=path.name, immutable=True)
