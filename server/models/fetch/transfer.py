"""The download of one file over HTTP, which is resumed where it was cut off, in this run or in a later one.

The hub's own downloader starts a file anew once its process has died, which is too slow for 16 GB over a home line.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.errors import InputError, SonoramaError
from server.files.digest import sha256_of
from server.models.fetch.errors import unreachable_error
from server.models.manifest import git_hash_of

if TYPE_CHECKING:
    import httpx

OnProgress = Callable[[str, int, int], None]
"""Called with a file's path, how many of its bytes have come, and how many it has."""

PARTIAL_NAME = re.compile(r"\..*\.[0-9a-f]{12}\.part")
"""The name of a file that is not whole."""

TIMEOUT_S = 20.0
"""Of silence, after which a server counts as unreachable."""
_TRIES = 4  # Without a single new byte.
_PARTIAL = 206
_FIRST_REFUSAL = 400
_BUSY = (408, 429, 500, 502, 503, 504)


class _ConnectionCutError(Exception):
    """The server was too busy, or stopped early, in ways that HTTP allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file as its server describes it."""

    url: str
    path: str
    """Where it goes, inside the model's folder."""
    size_bytes: int
    version: str
    """Changes with the content: a hash, an entity tag or a date. A partial file of another version is not resumed."""
    sha256: str | None = None
    git_hash: str | None = None


def partial_path(remote: RemoteFile, folder: Path) -> Path:
    """The path of a file while it is not whole."""
    place = folder / remote.path
    version = hashlib.sha256(remote.version.encode()).hexdigest()
    return place.with_name(f".{place.name}.{version[:12]}.part")


def download(
    client: httpx.Client,
    remote: RemoteFile,
    folder: Path,
    *,
    headers: Mapping[str, str],
    refusal: Callable[[httpx.Response], SonoramaError],
    on_progress: OnProgress,
    pause_s: float = 1.0,
) -> None:
    """Download a file into a folder; its name appears there once it is whole and has the promised content.

    Args:
        client: follows redirects.
        remote: what to fetch.
        folder: of the model.
        headers: of the request, such as an authorization; not sent on to another host.
        refusal: the error that an answer of status 400 or above means.
        on_progress: called as bytes come.
        pause_s: before a second try; each further one without a new byte waits twice as long.

    Raises:
        UnavailableError: the server can't be reached, or stays silent.
        InputError: the file is not what was promised.
        SonoramaError: what ``refusal`` makes of an answer.
        OSError: the folder can't be written to, or the disk is full.
    """
    import httpx

    part = partial_path(remote, folder)
    part.parent.mkdir(parents=True, exist_ok=True)
    part.touch()
    tries = 0
    while (came_bytes := part.stat().st_size) != remote.size_bytes:
        if came_bytes > remote.size_bytes:
            part.unlink()
            raise _mismatch(remote, "is longer than its server said")
        try:
            _resume(client, remote, part, headers=headers, refusal=refusal, on_progress=on_progress)
        except (httpx.RequestError, _ConnectionCutError) as error:
            tries = 1 if part.stat().st_size > came_bytes else tries + 1
            if tries == _TRIES:
                raise unreachable_error(remote.url, error) from error
            time.sleep(pause_s * 2 ** (tries - 1))
    on_progress(remote.path, remote.size_bytes, remote.size_bytes)
    if remote.sha256 not in (None, sha256_of(part)) or remote.git_hash not in (None, git_hash_of(part)):
        part.unlink()
        raise _mismatch(remote, "has another checksum than its server said")
    part.replace(folder / remote.path)


def _resume(
    client: httpx.Client,
    remote: RemoteFile,
    part: Path,
    *,
    headers: Mapping[str, str],
    refusal: Callable[[httpx.Response], SonoramaError],
    on_progress: OnProgress,
) -> None:
    """Download the missing end of a partial file, as far as the connection lasts."""
    start = part.stat().st_size
    asked = {**headers, "Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    with client.stream("GET", remote.url, headers=asked, timeout=TIMEOUT_S) as response:
        if response.status_code in _BUSY:
            raise _ConnectionCutError(f"status {response.status_code}")
        if response.status_code >= _FIRST_REFUSAL:
            response.read()
            raise refusal(response)
        is_resumed = response.status_code == _PARTIAL
        if is_resumed and not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            raise _ConnectionCutError("another part came than was asked for")
        # A server that knows no ranges sends the whole file again.
        came_bytes = start if is_resumed else 0
        with part.open("ab" if is_resumed else "wb", buffering=0) as file:
            on_progress(remote.path, came_bytes, remote.size_bytes)
            # In chunks as they come: bytes that are collected into larger ones are lost when the connection is cut.
            for chunk in response.iter_bytes():
                file.write(chunk)
                came_bytes += len(chunk)
                on_progress(remote.path, came_bytes, remote.size_bytes)
    if came_bytes < remote.size_bytes:
        raise _ConnectionCutError(f"only {came_bytes} of {remote.size_bytes} bytes came")


def _mismatch(remote: RemoteFile, what: str) -> InputError:
    return InputError(
        what,
        where=remote.url,
        remedy="it was thrown away; run the same command again, and if that doesn't help, look for a proxy in between",
    )
