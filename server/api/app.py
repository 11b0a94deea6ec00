"""The app: all routes, behind one guard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from server.api import answers
from server.api.guard import OPEN_PATHS, Guard
from server.api.hub import Hub
from server.api.metrics import Metrics
from server.api.problems import Problem
from server.api.routes import generation, health, jobs, page, scenes, sources, stream
from server.api.services import Services, Serving

API_VERSION = "1.0.0"
_DESCRIPTION = (
    "Scenes made of pictures: sources with directions, metric distances and a clip each. Whatever takes longer than an "
    "answer may is a job; follow it, or the scene, by server-sent events."
)


def create_app(serving: Serving) -> FastAPI:
    """The server's ASGI app; it works on its folder between the start and the stop of its lifespan.

    ``app.state.hub`` and ``app.state.metrics`` are there at once, ``app.state.services`` from the start on.
    """
    hub, metrics = Hub(), Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = Services(serving, hub=hub, metrics=metrics)
        app.state.services = services
        try:
            yield
        finally:
            hub.close()
            await services.stop()

    app = FastAPI(
        title="Sonorama",
        version=API_VERSION,
        lifespan=lifespan,
        # Their pages would load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        form_limits={"max_files": 1, "max_fields": 16, "max_part_size": 256 * 1024},
    )
    app.state.hub = hub
    app.state.metrics = metrics
    for part in (scenes, generation, sources, jobs, health, stream, page):
        app.include_router(part.router)
    answers.install(app, root=serving.folder)
    app.add_middleware(Guard, token=serving.token, names=serving.names, limits=serving.limits, metrics=metrics)
    app.openapi = lambda: _openapi(app, serving)  # type: ignore[method-assign]
    return app


def _openapi(app: FastAPI, serving: Serving) -> dict[str, Any]:
    """What FastAPI knows of the routes, and what this server's start has settled."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
        schema["components"]["schemas"][answers.PROBLEM_NAME] = TypeAdapter(Problem).json_schema()
        form = schema["components"]["schemas"]["NewScene"]["properties"]
        form["preset"] = {"type": "string", "enum": list(serving.presets), "default": serving.presets[0]}
        for parameter in _parameters(schema):
            # FastAPI says that what may be left out may be null, which nobody can write in a header or a query.
            parameter["schema"] = next(
                one for one in parameter["schema"].get("anyOf", [parameter["schema"]]) if one != {"type": "null"}
            )
        if serving.token is not None:
            schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            for path, operations in schema["paths"].items():
                for operation in operations.values():
                    operation["security"] = [] if path in OPEN_PATHS else [{"token": []}]
        app.openapi_schema = schema
    return app.openapi_schema


def _parameters(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in schema["paths"].values():
        for operation in operations.values():
            yield from operation.get("parameters", ())
