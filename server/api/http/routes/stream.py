"""The WebSocket at ``/v1/stream``: see protocol/PROTOCOL.md."""

from __future__ import annotations

from fastapi import APIRouter, WebSocket

from server.api.connections.visits import visit_of
from server.api.http.token import carried_token
from server.api.services import services_of
from server.api.streaming.abortable import socket_of
from server.api.streaming.connection import Connection

router = APIRouter(prefix="/v1")


@router.websocket("/stream")
async def stream(websocket: WebSocket) -> None:
    """Positioned sources, live."""
    services = services_of(websocket)
    token = services.settings.token
    authorised = token is None or token.is_right(carried_token(websocket.headers))
    connection = Connection(
        websocket,
        services.live_scenes,
        authorised=authorised,
        socket=socket_of(websocket.scope),
        visit=visit_of(websocket.scope),
    )
    await connection.run()
