"""The server's health and counters, for monitoring."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from server.api.http.answers import problem_response, responses
from server.api.http.problems import Problem
from server.api.metrics import CONTENT_TYPE
from server.api.services import AppServices

router = APIRouter(tags=["health"])

_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"description": "counters", "content": {"text/plain": {"schema": {"type": "string"}}}}
}


class Health(BaseModel):
    """All is well."""

    status: Literal["ok"] = "ok"


@router.get("/healthz", responses=responses())
async def health() -> Health:
    """Whether the server answers at all."""
    return Health()


@router.get("/readyz", response_model=Health, responses=responses())
def readiness(services: AppServices) -> Response:
    """Whether the server can do its work: jobs are being done, and the folder can be read."""
    faults = services.faults()
    if not faults:
        return JSONResponse({"status": "ok"})
    problem = Problem(code="unavailable", what="; ".join(faults), where="server", remedy="see the server's log")
    return problem_response(503, problem)


@router.get(
    "/metrics",
    response_class=Response,
    responses=responses() | _TEXT,
)
def metrics(services: AppServices) -> Response:
    """Counters in Prometheus' text format."""
    return Response(services.metrics.text(), headers={"Content-Type": CONTENT_TYPE})
