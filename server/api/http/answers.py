"""Answers to requests that failed: one shape for all, wherever the fault was noticed."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from protocol.errors import InputError, SceneError, SonoramaError, UnavailableError
from server.api.http.problems import Problem, RefusalError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)
_READ_ONLY_PROBLEM = Problem(
    code="read_only",
    what="the server may not write to the folder",
    where="disk",
    remedy="make it writable on the server, or serve a copy",
)
_LOG = logging.getLogger("sonorama.http")

PROBLEM_NAME = "Problem"
"""The name of such answers' schema among OpenAPI's components."""

_BY_STATUS = {
    400: ("bad_request", "the request can't be read"),
    401: ("unauthorized", "this needs a token"),
    403: ("forbidden", "this isn't allowed from there"),
    404: ("not_found", "there is no such thing"),
    405: ("method_not_allowed", "this can't be done here"),
    408: ("too_slow", "the request did not arrive in time"),
    413: ("too_large", "the request is larger than this server takes"),
    416: ("bad_range", "the range lies outside the file"),
    421: ("misdirected", "this server has another name"),
    426: ("upgrade_required", "this address speaks WebSocket"),
    429: ("too_many", "too many requests"),
    500: ("error", "the server failed"),
    503: ("unavailable", "the server is busy or stopping"),
    507: ("full", "no room is left on the disk"),
}
_REMEDIES = {
    400: "read /openapi.json",
    401: "send Authorization: Bearer and the server's token",
    403: "use a page of this server's own",
    408: "try again over a better line",
    413: "send less",
    416: "ask for bytes that there are",
    421: "use the address that the server was started with",
    426: "connect with a WebSocket, as PROTOCOL.md says",
    429: "wait a moment",
    500: "see the server's log",
    503: "try again in a moment",
    507: "make room on the server",
}


def problem_of_status(status: int, *, where: str) -> Problem:
    """The problem for an HTTP status, if no more is known than that."""
    code, what = _BY_STATUS.get(status, ("error", "the request can't be answered"))
    return Problem(code=code, what=what, where=where, remedy=_REMEDIES.get(status, "read /openapi.json"))


def problem_response(status: int, problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """An answer whose body is a problem.

    Args:
        status: the HTTP status.
        problem: the problem.
        headers: further headers.
    """
    body = {"code": problem.code, "what": problem.what, "where": problem.where, "remedy": problem.remedy}
    return JSONResponse(body, status_code=status, headers=headers)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with, for OpenAPI; those that any route may have are added."""
    anywhere = {400, 401, 403, 408, 413, 421, 422, 429, 500, 503}
    descriptions = {status: what for status, (_, what) in _BY_STATUS.items()}
    descriptions |= {
        409: "not in the state that things are in",
        412: "changed since it was read",
        422: "makes no sense",
    }
    # Not as a model: FastAPI would give it the media type of the route's successful answer.
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{PROBLEM_NAME}"}}}
    return {
        status: {"content": content, "description": descriptions[status]} for status in sorted(anywhere | {*statuses})
    }


def install_handlers(app: FastAPI, *, root: Path) -> None:
    """Have the app answer every fault with a :class:`Problem`, which never contains the path ``root``."""

    @app.exception_handler(SonoramaError)
    async def _answer_sonorama_error(_: Request, error: SonoramaError) -> JSONResponse:
        cause = error.__cause__
        if isinstance(error, InputError) and isinstance(cause, OSError):
            if cause.errno in _READ_ONLY:
                return problem_response(403, _READ_ONLY_PROBLEM)
            _LOG.error("the folder can't be used: %s", error)
            status = 507 if cause.errno in _NO_ROOM else 503
            return problem_response(status, problem_of_status(status, where="disk"))
        problem = Problem.of(error)
        where = problem.where.replace(f"{root}/", "").replace(str(root), "library")
        return problem_response(_status_of(error), replace(problem, where=where).public())

    @app.exception_handler(RequestValidationError)
    async def _answer_invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])[:200]
        what = str(first["msg"]).removeprefix("Value error, ")[:500]
        problem = Problem(code="bad_input", what=what, where=where, remedy="read /openapi.json")
        return problem_response(422, problem)

    @app.exception_handler(HTTPException)
    async def _answer_http_error(request: Request, error: HTTPException) -> JSONResponse:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in _NO_ROOM:
            # A large upload is written to the disk while it arrives.
            return problem_response(507, problem_of_status(507, where="disk"))
        problem = problem_of_status(error.status_code, where=request.url.path[:200])
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_methods_of(app, request))
        return problem_response(error.status_code, problem, headers)

    @app.exception_handler(OSError)
    async def _answer_os_error(request: Request, error: OSError) -> JSONResponse:
        if error.errno in _NO_ROOM:
            return problem_response(507, problem_of_status(507, where="disk"))
        return await _answer_unexpected(request, error)

    @app.exception_handler(sqlite3.OperationalError)
    async def _answer_database_error(request: Request, error: sqlite3.OperationalError) -> JSONResponse:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            return problem_response(507, problem_of_status(507, where="disk"))
        return await _answer_unexpected(request, error)

    @app.exception_handler(Exception)
    async def _answer_unexpected(request: Request, error: Exception) -> JSONResponse:
        _LOG.error("failed", exc_info=error, extra={"fields": {"method": request.method, "path": request.url.path}})
        return problem_response(500, problem_of_status(500, where=request.url.path[:200]))


def _methods_of(app: FastAPI, request: Request) -> list[str]:
    """All methods that a path takes, whichever of its routes."""
    at_path = [route for route in _routes(app.routes) if route.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in at_path for method in getattr(route, "methods", None) or ()}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


def _routes(routes: Sequence[BaseRoute]) -> Iterator[BaseRoute]:
    """All routes, those of included routers among them."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from _routes(included.routes)


def _status_of(error: SonoramaError) -> int:
    match error:
        case RefusalError():
            return error.status
        case InputError():
            return 422
        case SceneError():
            return 404
        case UnavailableError():
            return 503
        case _:
            return 500
