"""The page that shows and plays a scene."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from server.api.http.guard import PAGE_PREFIX
from server.api.http.routes.files import file_response
from server.files.digest import sha256_of
from server.web.files import FILES

router = APIRouter(include_in_schema=False)

_HEADERS = {
    # Everything that the page needs comes from this server, and no other page may put it into a frame.
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
    etag = sha256_of(path)
    response = file_response(request, path, etag=etag, media_type=media_type, filename=name, immutable=False)
    response.headers.update(_HEADERS)
    return response
