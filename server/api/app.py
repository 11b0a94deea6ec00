"""The ASGI app: all routes, behind one guard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from server.api.connections.visits import Door
from server.api.http import answers
from server.api.http.guard import OPEN_PATHS, Guard
from server.api.http.problems import Problem
from server.api.http.routes import generation, health, jobs, live, page, place, scenes, sources, stream
from server.api.metrics import Metrics
from server.api.scenes.hub import Hub
from server.api.services import Services
from server.api.settings import ServerSettings

API_VERSION = "1.0.0"
_DESCRIPTION = (
    "Scenes made of pictures: sources with directions, metric distances and a clip each. Whatever takes longer than an "
    "answer may is a job; follow it, or the scene, by server-sent events."
)


def create_app(settings: ServerSettings) -> FastAPI:
    """Create the server's ASGI app, which uses its folder from the start to the end of its lifespan.

    ``app.state.hub``, ``.door`` and ``.metrics`` exist at once, ``app.state.services`` only within the lifespan.
    """
    hub, metrics, door = Hub(), Metrics(), Door(settings.budgets, settings.deadlines, is_proxy=settings.reach.is_proxy)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = Services(settings, hub=hub, metrics=metrics)
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
        # FastAPI's documentation pages would load scripts from other servers.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        form_limits={"max_files": 1, "max_fields": 16, "max_part_size": 256 * 1024},
    )
    app.state.hub = hub
    app.state.metrics = metrics
    app.state.door = door
    for module in (scenes, generation, sources, live, place, jobs, health, stream, page):
        app.include_router(module.router)
    app.include_router(stream.nowhere)
    answers.install_handlers(app, root=settings.folder)
    app.add_middleware(
        Guard,
        token=settings.token,
        names=settings.names,
        limits=settings.limits,
        reach=settings.reach,
        door=door,
        metrics=metrics,
    )
    app.openapi = lambda: _openapi(app, settings)  # type: ignore[method-assign]
    return app


def _openapi(app: FastAPI, settings: ServerSettings) -> dict[str, Any]:
    """The OpenAPI schema: what FastAPI knows about the routes, and what depends on the server's settings."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
        schema["components"]["schemas"][answers.PROBLEM_NAME] = TypeAdapter(Problem).json_schema()
        body = schema["components"]["schemas"]["NewScene"]
        form = body["properties"]
        form["preset"] = {"type": "string", "enum": list(settings.presets), "default": settings.presets[0]}
        if settings.unused_options:
            body["anyOf"] = [_taken_by(preset, form, settings) for preset in settings.presets]
        for parameter in _parameters(schema):
            # FastAPI says that an optional parameter may be null, which can't be written in a header or a query.
            parameter["schema"] = next(
                kind for kind in parameter["schema"].get("anyOf", [parameter["schema"]]) if kind != {"type": "null"}
            )
        if settings.token is not None:
            schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            for path, operations in schema["paths"].items():
                for operation in operations.values():
                    operation["security"] = [] if path in OPEN_PATHS else [{"token": []}]
        app.openapi_schema = schema
    return app.openapi_schema


def _taken_by(preset: str, form: Mapping[str, Any], settings: ServerSettings) -> dict[str, Any]:
    """A schema of the forms that a preset takes; where none is given, the default one is meant."""
    unused = {option: False for option in form if option in settings.unused_options.get(preset, ())}
    schema = {"properties": {"preset": {"const": preset}, **unused}}
    return schema if preset == settings.presets[0] else {**schema, "required": ["preset"]}


def _parameters(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in schema["paths"].values():
        for operation in operations.values():
            yield from operation.get("parameters", ())
