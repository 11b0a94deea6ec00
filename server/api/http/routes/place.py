"""The place whose viewpoints are served, where it is one."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from protocol.place import Origin, PositionM
from server.api.http.answers import responses
from server.api.services import AppServices

router = APIRouter(prefix="/v1/place", tags=["place"])


class ServedViewpoint(BaseModel):
    """Where a scene's panorama was taken, and whom one can step to from there."""

    scene_id: str
    name: str
    position_m: PositionM
    """East, north and up of the origin."""
    heading_deg: float
    links: list[str]
    """Ids of neighbouring scenes."""


class ServedPlace(BaseModel):
    """A place: its viewpoints are scenes of this server."""

    origin: Origin | None
    viewpoints: list[ServedViewpoint]


@router.get("", responses=responses(404))
def read_place(services: AppServices) -> ServedPlace:
    """The viewpoints of the place that is served, each with its scene; none where the scenes are no place's."""
    if services.place is None:
        return ServedPlace(origin=None, viewpoints=[])
    place = services.place.place()
    ids = {name: scene_id for scene_id, name in services.library.names().items()}
    return ServedPlace(
        origin=place.origin,
        viewpoints=[
            ServedViewpoint(
                scene_id=ids[viewpoint.name],
                name=viewpoint.name,
                position_m=viewpoint.position_m,
                heading_deg=viewpoint.heading_deg,
                links=[ids[name] for name in viewpoint.links if name in ids],
            )
            for viewpoint in place.viewpoints
            if viewpoint.name in ids
        ],
    )
