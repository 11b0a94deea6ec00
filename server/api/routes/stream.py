"""The WebSocket at ``/v1/stream``: see protocol/PROTOCOL.md."""

from __future__ import annotations

from fastapi import APIRouter, WebSocket

from server.api.guard import carried_token
from server.api.services import services_of
from server.api.stage.abortable import socket_of
from server.api.stage.connection import Connection

router = APIRouter(prefix="/v1")


@router.websocket("/stream")
async def stream(websocket: WebSocket) -> None:
    """Positioned sources, live."""
    services = services_of(websocket)
    token = services.serving.token
    authorised = token is None or token.is_right(carried_token(websocket.headers))
    connection = Connection(websocket, services.stage, authorised=authorised, socket=socket_of(websocket.scope))
    await connection.run()
