"""The files that a scene refers to, as they were when it was made."""

from __future__ import annotations

import hashlib
from pathlib import Path

from protocol.errors import SceneError
from protocol.scene import Scene, Source

_REMEDY = "generate the scene again"


def picture_bytes(scene: Scene, folder: Path) -> bytes:
    """The picture of a scene in a folder.

    Raises:
        SceneError: it is missing, or isn't what the scene was made with.
    """
    return _bytes(folder / scene.image.path, scene.image.sha256)


def clip_file(source: Source, folder: Path) -> tuple[str, bytes]:
    """The clip of a source whose scene lies in a folder: its path within the folder, and its content.

    Raises:
        SceneError: there is none yet, it is missing, or isn't what the scene was made with.
    """
    if source.clip is None:
        raise SceneError("has no clip yet", where=f"{folder}: source {source.id}", remedy=_REMEDY)
    return source.clip.path, _bytes(folder / source.clip.path, source.clip.sha256)


def _bytes(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SceneError(f"can't be read ({reason})", where=str(path), remedy=_REMEDY) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SceneError("isn't what the scene was made with", where=str(path), remedy=_REMEDY)
    return content
