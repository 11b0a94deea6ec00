"""What is live of a scene: read, changed, and kept."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, TypeAdapter

from protocol.errors import WireError
from protocol.scene import AzimuthDeg, DistanceM, ElevationDeg, LevelDbSpl, Scene
from protocol.wire import Command, Keep, Mute, SceneSnapshot, SetSource
from protocol.wire.base import GainDb
from protocol.wire.sources import Label, SourceState
from server.api.http.answers import responses
from server.api.http.problems import ConflictError, NotFoundError
from server.api.http.routes.parameters import SceneId, SourceId
from server.api.http.routes.scenes import scene_response
from server.api.services import AppServices, Services

router = APIRouter(prefix="/v1/scenes/{scene_id}", tags=["live"])

_SNAPSHOT = TypeAdapter(SceneSnapshot)
_STATE = TypeAdapter(SourceState)


class LiveChange(BaseModel):
    """What to change about a source for those who listen now; what is left out stays."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)

    label: Label | None = None
    azimuth_deg: AzimuthDeg | None = None
    elevation_deg: ElevationDeg | None = None
    distance_m: DistanceM | None = None
    level_db_spl_1m: LevelDbSpl | None = None
    gain_db: GainDb | None = None
    muted: bool | None = None


@router.get("/live", response_model=SceneSnapshot, responses=responses(404))
async def read_live_scene(scene_id: SceneId, services: AppServices) -> Response:
    """A scene as it is heard now, as PROTOCOL.md has it: with what was moved, muted and turned up live."""
    live = await services.live_scenes.open(scene_id)
    snapshot = live.snapshot(services.live_scenes.now_s())
    return Response(_SNAPSHOT.dump_json(snapshot), media_type="application/json")


@router.patch("/live/sources/{source_id}", response_model=SourceState, responses=responses(404, 409))
async def change_live_source(
    scene_id: SceneId, source_id: SourceId, change: LiveChange, services: AppServices
) -> Response:
    """Move, mute or rename a source, or turn it up, until the server stops: its scene.json stays as it is."""
    values = change.model_dump(exclude_none=True)
    muted = values.pop("muted", None)
    if values:
        await _carry_out(SetSource(scene_id=scene_id, source_id=source_id, **values), services)
    if muted is not None:
        await _carry_out(Mute(scene_id=scene_id, source_id=source_id, muted=muted), services)
    live = await services.live_scenes.open(scene_id)
    if source_id not in live.state.sources:
        raise NotFoundError("there is no such source", where=f"source {source_id}", remedy="read the scene")
    return Response(_STATE.dump_json(live.state.sources[source_id]), media_type="application/json")


@router.post("/keep", response_model=Scene, responses=responses(404, 409, 507))
async def keep_scene(scene_id: SceneId, services: AppServices) -> Response:
    """Write what is live of all sources to scene.json: label, place, level with its trim, and mute."""
    await _carry_out(Keep(scene_id=scene_id), services)
    return scene_response(*services.scenes.scene(scene_id))


@router.post("/sources/{source_id}/keep", response_model=Scene, responses=responses(404, 409, 507))
async def keep_source(scene_id: SceneId, source_id: SourceId, services: AppServices) -> Response:
    """Write what is live of a source to scene.json: label, place, level with its trim, and mute."""
    await _carry_out(Keep(scene_id=scene_id, source_id=source_id), services)
    return scene_response(*services.scenes.scene(scene_id))


async def _carry_out(command: Command, services: Services) -> None:
    try:
        await services.live_scenes.carry_out(command)
    except WireError as error:
        refusal = NotFoundError if error.code == "not_found" else ConflictError
        raise refusal(error.what, where=error.where, remedy=error.remedy) from error
