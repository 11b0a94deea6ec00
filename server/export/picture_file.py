"""The picture of a scene, as the formats that hold the whole place take it along."""

from __future__ import annotations

import hashlib
from pathlib import Path

from protocol.errors import SceneError, os_reason
from protocol.scene import Scene

_REMEDY = "generate the scene again"


def picture_bytes(scene: Scene, folder: Path) -> bytes:
    """The picture of a scene in a folder.

    Raises:
        SceneError: it is missing, or isn't what the scene was made with.
    """
    path = folder / scene.image.path
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SceneError(f"can't be read ({os_reason(error)})", where=str(path), remedy=_REMEDY) from error
    if hashlib.sha256(content).hexdigest() != scene.image.sha256:
        raise SceneError("isn't what the scene was made with", where=str(path), remedy=_REMEDY)
    return content
