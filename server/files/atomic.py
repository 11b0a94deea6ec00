"""Files that are whole or not there: written beside their place, then renamed into it."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from protocol.errors import InputError, os_reason

_SCRATCH = re.compile(r"\..*\.[0-9a-f]{8}(\.\w+)?")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of ``path`` once the block ends without an error.

    The scratch name keeps the suffix, by which many libraries choose a format. Missing folders are made.

    Raises:
        InputError: the place can't be written to.
    """
    scratch = path.with_name(f".{path.stem}.{secrets.token_hex(4)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield scratch
        _flush(scratch)
        scratch.replace(path)
        _flush(path.parent)
    except OSError as error:
        raise InputError(
            f"can't be written ({os_reason(error)})", where=str(path), remedy="choose a place that you may write to"
        ) from error
    finally:
        with suppress(OSError):
            scratch.unlink()


@contextmanager
def replacing_content(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, as :func:`replacing`, for what takes long: where the system can, even a kill leaves nothing.

    On Linux the file has no name until it is whole (``O_TMPFILE``), so it is gone with the process that wrote it.

    Raises:
        InputError: the place can't be written to.
    """
    with replacing(path) as scratch:
        try:
            descriptor = os.open(path.parent, os.O_RDWR | os.O_TMPFILE, 0o666)
        except (OSError, AttributeError):
            # Neither every file system nor every system has them.
            with scratch.open("wb") as file:
                yield file
            return
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            # Only with a folder's descriptor does Python follow the link to the file itself.
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.link(f"/proc/self/fd/{file.fileno()}", scratch, src_dir_fd=folder, follow_symlinks=True)
            finally:
                os.close(folder)


def _flush(path: Path) -> None:
    """Have a file's content, or a folder's names, outlive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, as far as that can be done."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    with suppress(OSError):
        path.unlink()


def sweep(folder: Path) -> None:
    """Remove what killed writers left half-written in a folder and below; nobody else may be writing there."""
    for path in folder.rglob(".*"):
        if _SCRATCH.fullmatch(path.name) and path.is_file():
            with suppress(OSError):
                path.unlink()
