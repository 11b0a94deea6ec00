"""One file over HTTP, which goes on where it was cut off, in this run or in a later one.

The hub's own downloader starts a file anew once its process has died; 16 GB over a home line want better.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.errors import InputError, SonoramaError, UnavailableError
from server.models.manifest import git_hash_of, sha256_of

if TYPE_CHECKING:
    import httpx

Tell = Callable[[str, int, int], None]
"""Hears a file's path, how many of its bytes have come, and how many it has."""

TIMEOUT_S = 20.0  # Of silence.
_TRIES = 4  # Without a single new byte.
_PARTIAL = 206
_FIRST_REFUSAL = 400
_BUSY = (408, 429, 500, 502, 503, 504)


class _CutOffError(Exception):
    """The server was too busy, or stopped early, without breaking a rule of HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A file as its server tells of it."""

    url: str
    path: str
    """Where it goes, inside the model's folder."""
    size_bytes: int
    version: str
    """Other content has another: a hash, an entity tag or a date. Parts of another version are not gone on with."""
    sha256: str | None = None
    git_hash: str | None = None


def part_of(remote: Remote, folder: Path) -> Path:
    """Where a file lies while it is not whole."""
    import hashlib

    place = folder / remote.path
    version = hashlib.sha256(remote.version.encode()).hexdigest()
    return place.with_name(f".{place.name}.{version[:12]}.part")


def fetch(
    client: httpx.Client,
    remote: Remote,
    folder: Path,
    *,
    headers: Mapping[str, str],
    refusal: Callable[[httpx.Response], SonoramaError],
    tell: Tell,
    pause_s: float = 1.0,
) -> None:
    """Bring a file into a folder: its name appears when it is whole and of the promised content.

    Args:
        client: follows redirects.
        remote: what to fetch.
        folder: of the model.
        headers: of the request, such as an authorization; not sent on to another host.
        refusal: the error that an answer of status 400 or above means.
        tell: hears how far it is.
        pause_s: before a second try; each further one without a new byte waits twice as long.

    Raises:
        UnavailableError: the server is away or stays silent.
        InputError: the file is not what was promised.
        SonoramaError: what ``refusal`` makes of an answer.
        OSError: the folder can't be written to, or the disk is full.
    """
    import httpx

    part = part_of(remote, folder)
    part.parent.mkdir(parents=True, exist_ok=True)
    part.touch()
    tries = 0
    while (came_bytes := part.stat().st_size) != remote.size_bytes:
        if came_bytes > remote.size_bytes:
            part.unlink()
            raise _wrong(remote, "is longer than its server said")
        try:
            _go_on(client, remote, part, headers=headers, refusal=refusal, tell=tell)
        except (httpx.TransportError, _CutOffError) as error:
            tries = 1 if part.stat().st_size > came_bytes else tries + 1
            if tries == _TRIES:
                raise away(remote.url, error) from error
            time.sleep(pause_s * 2 ** (tries - 1))
    tell(remote.path, remote.size_bytes, remote.size_bytes)
    if remote.sha256 not in (None, sha256_of(part)) or remote.git_hash not in (None, git_hash_of(part)):
        part.unlink()
        raise _wrong(remote, "has another checksum than its server said")
    part.replace(folder / remote.path)


def away(url: str, error: Exception) -> UnavailableError:
    """The error of a server that doesn't answer."""
    host = url.split("/")[2]
    reason = str(error) or type(error).__name__
    return UnavailableError(
        f"can't be reached, or fell silent ({reason})",
        where=host,
        remedy="check the network and run the same command again, which goes on from here; "
        "or bring the model's folder from a machine that has it",
    )


def _go_on(
    client: httpx.Client,
    remote: Remote,
    part: Path,
    *,
    headers: Mapping[str, str],
    refusal: Callable[[httpx.Response], SonoramaError],
    tell: Tell,
) -> None:
    """Fetch what is missing of a part, as far as the connection lasts."""
    start = part.stat().st_size
    asked = {**headers, "Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    with client.stream("GET", remote.url, headers=asked, timeout=TIMEOUT_S) as response:
        if response.status_code in _BUSY:
            raise _CutOffError(f"status {response.status_code}")
        if response.status_code >= _FIRST_REFUSAL:
            response.read()
            raise refusal(response)
        goes_on = response.status_code == _PARTIAL and response.headers.get("Content-Range", "").startswith(
            f"bytes {start}-"
        )
        # A server that knows no ranges sends the whole file again.
        came_bytes = start if goes_on else 0
        with part.open("ab" if goes_on else "wb") as file:
            tell(remote.path, came_bytes, remote.size_bytes)
            # In chunks as they come: what waits for a full one is lost when the connection is cut.
            for chunk in response.iter_bytes():
                file.write(chunk)
                came_bytes += len(chunk)
                tell(remote.path, came_bytes, remote.size_bytes)
    if came_bytes < remote.size_bytes:
        raise _CutOffError(f"only {came_bytes} of {remote.size_bytes} bytes came")


def _wrong(remote: Remote, what: str) -> InputError:
    return InputError(
        what,
        where=remote.url,
        remedy="it was thrown away; run the same command again, and if that doesn't help, look for a proxy in between",
    )
