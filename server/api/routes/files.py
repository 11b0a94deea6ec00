"""Files as answers: with ranges, and with an ETag that tells whether the client has them already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import FileResponse

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
    """
    headers = {"ETag": f'"{etag}"', "Cache-Control": _IMMUTABLE if immutable else _REVALIDATED}
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(
        path, headers=headers, media_type=media_type, filename=filename, content_disposition_type="inline"
    )


def is_known(request: Request, etag: str) -> bool:
    """Whether the client has said that it has the content with this ETag (RFC 9110, section 13.1.2)."""
    given = request.headers.get("if-none-match", "")
    return any(one.strip().removeprefix("W/") in ("*", etag) for one in given.split(","))


def file_responses(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that serves files, for OpenAPI."""
    content: dict[str, Any] = {one: {"schema": {"type": "string", "format": "binary"}} for one in media_types}
    words: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}
    return {
        200: {"description": "all of it", "content": content},
        206: {"description": "a part", "content": content | {"multipart/byteranges": {"schema": {"type": "string"}}}},
        304: {"description": "as you have it"},
        400: {"description": "the range can't be read", "content": words},
        416: {"description": "the range lies outside the file", "content": words},
    }
