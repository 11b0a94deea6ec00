"""Files as answers, with ranges and ETags."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from server.api.http.answers import responses
from server.files.digest import sha256_of

_IMMUTABLE = "private, max-age=31536000, immutable"
_REVALIDATED = "private, no-cache"


def file_response(
    request: Request, path: Path, *, etag: str, media_type: str, filename: str, immutable: bool
) -> Response:
    """An answer with a file or a part of it, or without a body if the client has the file already.

    Args:
        request: its headers say which part of the file is wanted.
        path: the file.
        etag: the identity of the content, without quotes.
        media_type: the media type of the content.
        filename: the name under which a browser saves it.
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


def bytes_response(request: Request, content: Callable[[], bytes], *, etag: str, media_type: str) -> Response:
    """An answer with what is worked out when it is asked for, whole; or without a body if the client has it already.

    Args:
        request: its headers say what the client has.
        content: makes it.
        etag: its identity, without quotes; this address will always have this content.
        media_type: the media type of the content.
    """
    headers = {"ETag": f'"{etag}"', "Cache-Control": _IMMUTABLE, "Accept-Ranges": "none"}
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content(), headers=headers, media_type=media_type)


def content_digest(path: Path) -> str:
    """The SHA-256 of a file's content, worked out once for each state of the file and not for each range of it.

    Raises:
        OSError: the file can't be read.
    """
    state = path.stat()
    return _digest(path, state.st_ino, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=4096)
def _digest(path: Path, *_: int) -> str:
    return sha256_of(path)


def _check_range(given: str, size_bytes: int) -> None:
    """Check that a range, whose form is right already, isn't empty."""
    first, _, last = given.removeprefix("bytes=").partition("-")
    is_empty = int(last) == 0 if not first else int(first) >= size_bytes or (last != "" and int(last) < int(first))
    if is_empty:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{size_bytes}"})


def is_known(request: Request, etag: str) -> bool:
    """Whether the client has said that it has the content with this ETag (RFC 9110, section 13.1.2)."""
    given = request.headers.get("if-none-match", "")
    return any(known.strip().removeprefix("W/") in ("*", etag) for known in given.split(","))


def file_responses(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that serves files, for OpenAPI."""
    content: dict[str, Any] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media_types}
    return responses(416) | {
        200: {"description": "all of it", "content": content},
        206: {"description": "a part", "content": content},
        304: {"description": "as you have it"},
    }
