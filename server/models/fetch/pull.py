"""A model brought to this machine whole, with a record of what came."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.errors import InputError, SonoramaError, UnavailableError
from server.models import manifest
from server.models.catalogue import Model
from server.models.fetch.listing import Listing, listing, offline
from server.models.fetch.transfer import PART, Remote, Tell, fetch, part_of
from server.models.manifest import File, Manifest, short

if TYPE_CHECKING:
    import httpx

_YES = ("1", "on", "yes", "true")
_LOCK = ".lock"
# Of torch's checkpoints: a zip archive, or a bare pickle of old.
_CHECKPOINT_STARTS = (b"PK\x03\x04", b"\x80")


def pull(
    model: Model,
    model_dir: Path,
    *,
    revision: str | None = None,
    reread: bool = False,
    tell: Tell,
    pause_s: float = 1.0,
) -> Manifest:
    """Fetch what is missing of a model; no server is asked where all of it is here.

    Once fetched, a model stays at its commit, whatever becomes of its branch, until another revision is asked for.

    Args:
        model: of the catalogue.
        model_dir: the folder of all models.
        revision: a commit, tag or branch; None: the commit that is here, else what the catalogue says.
        reread: read all that is here and fetch again what has changed; else sizes alone are looked at.
        tell: hears how far each file is.
        pause_s: before trying again after a cut connection.

    Raises:
        UnavailableError: no network, offline, gated, the disk is full, or another process is at it.
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
        raise offline(model)
    with _writing(folder), _alone(folder, model):
        client = _client()
        wanted = listing(model, revision or (held.revision if held else model.revision), client)
        lacking = [remote for remote in wanted.files if not _is_here(remote, folder)]
        _check_space(folder, lacking)
        # From here on the old record would lie.
        (folder / manifest.NAME).unlink(missing_ok=True)
        for remote in lacking:
            fetch(
                client,
                remote,
                folder,
                headers=wanted.headers,
                refusal=wanted.refusal,
                tell=tell,
                pause_s=pause_s,
            )
            if not model.on_hub:
                _check_start(folder / remote.path, model)
        made = _manifest(model, wanted, folder)
        _tidy(folder, made, held)
        manifest.write(folder, made)
    return made


def _manifest(model: Model, wanted: Listing, folder: Path) -> Manifest:
    files = tuple(
        File(
            path=remote.path,
            size_bytes=remote.size_bytes,
            sha256=remote.sha256 or manifest.sha256_of(folder / remote.path),
        )
        for remote in wanted.files
    )
    revision = wanted.revision or f"sha256-{files[0].sha256[:40]}"
    return Manifest(name=model.name, source=model.source, revision=revision, files=files)


def _is_here(remote: Remote, folder: Path) -> bool:
    place = folder / remote.path
    if not place.is_file() or place.stat().st_size != remote.size_bytes:
        return False
    if remote.sha256:
        return manifest.sha256_of(place) == remote.sha256
    return remote.git_hash is not None and manifest.git_hash_of(place) == remote.git_hash


def _check_space(folder: Path, lacking: list[Remote]) -> None:
    to_come = 0
    for remote in lacking:
        part = part_of(remote, folder)
        to_come += remote.size_bytes - (part.stat().st_size if part.exists() else 0)
    free = shutil.disk_usage(folder).free
    if to_come > free:
        raise UnavailableError(
            f"{to_come / 1e9:.1f} GB are to come, and {free / 1e9:.1f} GB are free",
            where=str(folder),
            remedy="make space, or choose another place with --model-dir",
        )


def _check_start(place: Path, model: Model) -> None:
    with place.open("rb") as file:
        start = file.read(4)
    if not start.startswith(_CHECKPOINT_STARTS):
        place.unlink()
        raise InputError(
            "sent something that is no checkpoint",
            where=model.source,
            remedy="open the address in a browser: a proxy may ask for a login, or the file may have moved",
        )


def _tidy(folder: Path, made: Manifest, former: Manifest | None) -> None:
    """Remove what other revisions have left, whole or in part, and nothing else."""
    kept = {file.path for file in made.files}
    for file in former.files if former else ():
        if file.path not in kept:
            (folder / file.path).unlink(missing_ok=True)
    for path in folder.rglob(".*"):
        if PART.fullmatch(path.name):
            path.unlink()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn what a disk refuses into one line."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except SonoramaError:
        raise
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        kind = UnavailableError if error.errno in (errno.ENOSPC, errno.EDQUOT) else InputError
        raise kind(
            f"can't be written to ({reason})",
            where=str(folder),
            remedy="make space, or choose another place with --model-dir",
        ) from error


@contextmanager
def _alone(folder: Path, model: Model) -> Iterator[None]:
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
            remedy="install it with: pip install 'sonorama[models]'",
        ) from None
    client: httpx.Client = get_session()
    return client
