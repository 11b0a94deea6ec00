"""The page that shows and plays a scene."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from server.api.guard import PAGE_PREFIX
from server.api.routes.files import file_response
from server.web import FILES

router = APIRouter(include_in_schema=False)

_HEADERS = {
    # All that the page needs comes from here, and no other page may frame it.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}


@router.get("/")
def page(request: Request) -> Response:
    """The page itself."""
    return page_file("index.html", request)


@router.get(PAGE_PREFIX + "{name}")
def page_file(name: str, request: Request) -> Response:
    """A style sheet or module of the page, by its name alone."""
    if name not in FILES:
        raise HTTPException(404)
    path, media_type = FILES[name]
    etag = hashlib.sha256(path.read_bytes()).hexdigest()
    response = file_response(request, path, etag=etag, media_type=media_type, filename=name, immutable=False)
    response.headers.update(_HEADERS)
    return response
