"""What was fetched: the record that lies beside a model's files, and against which they are verified."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from protocol.errors import InputError
from server.extras import program
from server.files.atomic import replacing
from server.files.digest import sha256_of

NAME = "sonorama-model.json"
_FORMAT = "sonorama.model"
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a model."""

    path: str
    """Inside the model's folder, with slashes."""
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All files of a model, of one revision."""

    name: str
    source: str
    revision: str
    """The commit that they are of; for a model that is no repository, sha256- and the start of its file's hash."""
    files: tuple[File, ...]

    @property
    def size_bytes(self) -> int:
        """What they take on disk."""
        return sum(file.size_bytes for file in self.files)


def read(folder: Path) -> Manifest | None:
    """The record of a model's folder; None where nothing was ever fetched whole.

    Raises:
        InputError: the record is damaged.
    """
    path = folder / NAME
    try:
        record = json.loads(path.read_bytes())
        if record["format"] != _FORMAT or record["version"] != _VERSION:
            raise _damaged(path, "it was written by another version")
        files = tuple(
            File(path=inside(str(file["path"])), size_bytes=int(file["size_bytes"]), sha256=str(file["sha256"]))
            for file in record["files"]
        )
        return Manifest(name=record["name"], source=record["source"], revision=record["revision"], files=files)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, str(error) or type(error).__name__) from error


def write(folder: Path, manifest: Manifest) -> None:
    """Put the record beside the files.

    Raises:
        InputError: it can't be written.
    """
    record: dict[str, Any] = {"format": _FORMAT, "version": _VERSION, **asdict(manifest)}
    with replacing(folder / NAME) as scratch:
        scratch.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def short(revision: str) -> str:
    """Enough of a revision to tell it from others.

    >>> short("sha256-0123456789abcdef0123")
    '0123456789ab'
    """
    return revision.removeprefix("sha256-")[:12]


def damaged(folder: Path, manifest: Manifest) -> dict[str, str]:
    """What is wrong with each file that isn't as it was fetched; every byte is read."""
    faults = {}
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file():
            faults[file.path] = "is missing"
        elif path.stat().st_size != file.size_bytes:
            faults[file.path] = f"has {path.stat().st_size} bytes in place of {file.size_bytes}"
        elif sha256_of(path) != file.sha256:
            faults[file.path] = "has changed since it was fetched"
    return faults


def missing(folder: Path, manifest: Manifest) -> tuple[str, ...]:
    """The files that aren't there or are of another size; their content is not read."""
    return tuple(file.path for file in manifest.files if not _has_size(folder / file.path, file.size_bytes))


def _has_size(path: Path, size_bytes: int) -> bool:
    return path.is_file() and path.stat().st_size == size_bytes


def inside(path: str) -> str:
    """A path that stays inside the folder that it is joined to.

    Raises:
        ValueError: it would leave it.

    >>> inside("vae/config.json")
    'vae/config.json'
    """
    pure = PurePosixPath(path)
    if not pure.parts or pure.is_absolute() or ".." in pure.parts or "\\" in path or ":" in path:
        raise ValueError(f"{path!r} leads out of the model's folder")
    return path


def git_hash_of(path: Path) -> str:
    """The hash by which git, and so the hub, knows a small file: SHA-1 over ``blob SIZE``, a zero byte, the content."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _damaged(path: Path, reason: str) -> InputError:
    return InputError(
        f"is no record of a fetched model ({reason})",
        where=str(path),
        remedy=f"remove its folder and fetch it again with: {program()} models pull",
    )
