"""The WebSocket at ``/v1/stream``: see protocol/PROTOCOL.md."""

from __future__ import annotations

from fastapi import APIRouter, Response, WebSocket

from server.api.connections.visits import visit_of
from server.api.http.answers import problem_of_status, problem_response
from server.api.http.token import carried_token
from server.api.services import services_of
from server.api.streaming.abortable import socket_of
from server.api.streaming.connection import Connection

router = APIRouter(prefix="/v1")
nowhere = APIRouter()


@router.get("/stream", include_in_schema=False)
def no_stream() -> Response:
    """What a request without an upgrade is told (RFC 9110, section 15.5.22)."""
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    return problem_response(426, problem_of_status(426, where="/v1/stream"), headers)


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


@nowhere.websocket("/{path:path}")
async def no_such_stream(websocket: WebSocket) -> None:
    """What an upgrade at any other path is told: Starlette would forbid it."""
    problem = problem_of_status(404, where=websocket.scope["path"][:200])
    await websocket.send_denial_response(problem_response(404, problem))
