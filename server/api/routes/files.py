"""Files as answers: with ranges, and with an ETag that tells whether the client has them already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from server.api.answers import responses

_IMMUTABLE = "private, max-age=31536000, immutable"
_REVALIDATED = "private, no-cache"


def file_response(
    request: Request, path: Path, *, etag: str, media_type: str, filename: str, immutable: bool
) -> Response:
    """A file, a part of it, or the news that the client has it.

    Args:
        request: its headers say what of the file is wanted.
        path: the file.
        etag: what stands for the content, without quotes.
        media_type: of the content.
        filename: what a browser is to call it.
        immutable: whether this address will always have this content.

    Raises:
        HTTPException: the range lies outside the file.
    """
    headers = {"ETag": f'"{etag}"', "Cache-Control": _IMMUTABLE if immutable else _REVALIDATED}
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range")
    # A range of another state of the file is not looked at (RFC 9110, section 13.1.5).
    if wanted is not None and request.headers.get("if-range", headers["ETag"]) == headers["ETag"]:
        _check_range(wanted, path.stat().st_size)
    return FileResponse(
        path, headers=headers, media_type=media_type, filename=filename, content_disposition_type="inline"
    )


def _check_range(given: str, size_bytes: int) -> None:
    """See that a range, whose form has been checked, holds something."""
    first, _, last = given.removeprefix("bytes=").partition("-")
    is_empty = int(last) == 0 if not first else int(first) >= size_bytes or (last != "" and int(last) < int(first))
    if is_empty:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{size_bytes}"})


def is_known(request: Request, etag: str) -> bool:
    """Whether the client has said that it has the content with this ETag (RFC 9110, section 13.1.2)."""
    given = request.headers.get("if-none-match", "")
    return any(one.strip().removeprefix("W/") in ("*", etag) for one in given.split(","))


def file_responses(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that serves files, for OpenAPI."""
    content: dict[str, Any] = {one: {"schema": {"type": "string", "format": "binary"}} for one in media_types}
    return responses(416) | {
        200: {"description": "all of it", "content": content},
        206: {"description": "a part", "content": content},
        304: {"description": "as you have it"},
    }
