"""A whole model onto this machine, with a record of its files."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.errors import InputError, SonoramaError, UnavailableError, os_reason
from server.extras import install_advice
from server.files.digest import sha256_of
from server.models import manifest
from server.models.catalogue import Model
from server.models.fetch.errors import offline_error
from server.models.fetch.listing import Listing, list_files
from server.models.fetch.transfer import PARTIAL_NAME, OnProgress, RemoteFile, download, partial_path
from server.models.manifest import File, Manifest, short

if TYPE_CHECKING:
    import httpx

_YES = ("1", "on", "yes", "true")
_LOCK = ".lock"
# How torch's checkpoints begin: a zip archive or, from older versions, a bare pickle.
_CHECKPOINT_STARTS = (b"PK\x03\x04", b"\x80")


def pull(
    model: Model,
    model_dir: Path,
    *,
    revision: str | None = None,
    reread: bool = False,
    on_progress: OnProgress,
    pause_s: float = 1.0,
) -> Manifest:
    """Fetch the missing files of a model; where none is missing, no server is asked.

    A model stays at the commit that was fetched, even if its branch moves on, until another revision is asked for.

    Args:
        model: of the catalogue.
        model_dir: the folder of all models.
        revision: a commit, tag or branch; None: the commit that is here, else what the catalogue says.
        reread: read all files that are here, and fetch those that have changed; else only their sizes are compared.
        on_progress: called as bytes of a file come.
        pause_s: before trying again after a cut connection.

    Raises:
        UnavailableError: no network, offline, gated, the disk is full, or another process is fetching it.
        InputError: no such revision, wrong files, or the folder can't be written to.
    """
    if revision is not None and not model.on_hub:
        raise InputError("has no revisions", where=model.name, remedy="leave --revision out")
    folder = model_dir / model.name
    held = manifest.read(folder)
    if held and revision in (None, held.revision, short(held.revision)):
        faults = manifest.damaged(folder, held) if reread else manifest.missing(folder, held)
        if not faults:
            return held
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in _YES:
        raise offline_error(model)
    with _disk_errors(folder), _exclusive(folder, model):
        client = _client()
        wanted = list_files(model, revision or (held.revision if held else model.revision), client)
        lacking = [remote for remote in wanted.files if not _is_here(remote, folder)]
        _check_space(folder, lacking)
        # From here on the old record would lie.
        (folder / manifest.NAME).unlink(missing_ok=True)
        for remote in lacking:
            download(
                client,
                remote,
                folder,
                headers=wanted.headers,
                refusal=wanted.refusal,
                on_progress=on_progress,
                pause_s=pause_s,
            )
            if not model.on_hub:
                _check_signature(folder / remote.path, model)
        fetched = _manifest(model, wanted, folder)
        _remove_leftovers(folder, fetched, held)
        manifest.write(folder, fetched)
    return fetched


def _manifest(model: Model, wanted: Listing, folder: Path) -> Manifest:
    """The record of the files that now lie in a folder."""
    files = tuple(
        File(
            path=remote.path,
            size_bytes=remote.size_bytes,
            sha256=remote.sha256 or sha256_of(folder / remote.path),
        )
        for remote in wanted.files
    )
    revision = wanted.revision or f"sha256-{files[0].sha256[:40]}"
    return Manifest(name=model.name, source=model.source, revision=revision, files=files)


def _is_here(remote: RemoteFile, folder: Path) -> bool:
    place = folder / remote.path
    if not place.is_file() or place.stat().st_size != remote.size_bytes:
        return False
    if remote.sha256:
        return sha256_of(place) == remote.sha256
    return remote.git_hash is not None and manifest.git_hash_of(place) == remote.git_hash


def _check_space(folder: Path, lacking: list[RemoteFile]) -> None:
    to_come = 0
    for remote in lacking:
        part = partial_path(remote, folder)
        to_come += remote.size_bytes - (part.stat().st_size if part.exists() else 0)
    free = shutil.disk_usage(folder).free
    if to_come > free:
        raise UnavailableError(
            f"{to_come / 1e9:.1f} GB are to come, and {free / 1e9:.1f} GB are free",
            where=str(folder),
            remedy="make space, or choose another place with --model-dir",
        )


def _check_signature(place: Path, model: Model) -> None:
    """Remove a file that is no checkpoint of torch, and raise."""
    with place.open("rb") as file:
        start = file.read(4)
    if not start.startswith(_CHECKPOINT_STARTS):
        place.unlink()
        raise InputError(
            "sent something that is no checkpoint",
            where=model.source,
            remedy="open the address in a browser: a proxy may ask for a login, or the file may have moved",
        )


def _remove_leftovers(folder: Path, fetched: Manifest, former: Manifest | None) -> None:
    """Remove the files of other revisions, whole or partial, and nothing else."""
    kept = {file.path for file in fetched.files}
    for file in former.files if former else ():
        if file.path not in kept:
            (folder / file.path).unlink(missing_ok=True)
    for path in folder.rglob(".*"):
        if PARTIAL_NAME.fullmatch(path.name):
            path.unlink()


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into one line, and make the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except SonoramaError:
        raise
    except OSError as error:
        kind = UnavailableError if error.errno in (errno.ENOSPC, errno.EDQUOT) else InputError
        raise kind(
            f"can't be written to ({os_reason(error)})",
            where=str(folder),
            remedy="make space, or choose another place with --model-dir",
        ) from error


@contextmanager
def _exclusive(folder: Path, model: Model) -> Iterator[None]:
    """Let no other process fetch this model meanwhile."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(folder / _LOCK, timeout=0):
            yield
    except Timeout:
        raise UnavailableError(
            "another process is fetching this model", where=model.name, remedy="wait until it is done"
        ) from None


def _client() -> httpx.Client:
    try:
        from huggingface_hub.utils import get_session
    except ModuleNotFoundError:
        raise UnavailableError(
            "fetching models needs huggingface-hub, which is not installed",
            where="server.models",
            remedy=install_advice("models"),
        ) from None
    client: httpx.Client = get_session()
    return client
