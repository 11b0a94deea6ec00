"""Many scenes in one folder, each by its id."""

from __future__ import annotations

import re
import secrets
import shutil
from pathlib import Path

from protocol.errors import InputError, SceneError
from server.library.folder import SceneFolder

SCENE_ID_PATTERN = "^[a-z0-9]+(-[a-z0-9]+)*$"
"""An id of at most 64 characters; it is the name of the scene's folder, and no such name leads out of the library."""

_SCENE_ID = re.compile(SCENE_ID_PATTERN.removesuffix("$"), re.ASCII)
_LONGEST_ID = 64


class Library:
    """A folder whose folders are scenes. What is not a scene, or has no id for a name, is left alone.

    Args:
        path: the folder.
        private: a folder in the same file system, for what is on its way out.
    """

    def __init__(self, path: Path, *, private: Path) -> None:
        self.path = path
        self._private = private

    def ids(self) -> list[str]:
        """The ids of all scenes, whole or in the making, in alphabetical order.

        Raises:
            InputError: the folder can't be read.
        """
        try:
            return sorted(one.name for one in self.path.iterdir() if _is_id(one.name) and _is_scene(one))
        except OSError as error:
            raise _unusable(self.path, error) from error

    def folder(self, scene_id: str) -> SceneFolder:
        """The folder of a scene.

        Raises:
            SceneError: there is none by that id.
        """
        if not _is_id(scene_id) or not _is_scene(self.path / scene_id):
            raise SceneError("there is no such scene", where=f"scene {scene_id[:64]!r}", remedy="list the scenes")
        return SceneFolder(self.path / scene_id)

    def begin(self) -> str:
        """The id of a new scene, whose folder is there and waits to be filled.

        Raises:
            InputError: the folder can't be made.
        """
        scene_id = secrets.token_hex(8)
        SceneFolder(self.path / scene_id).prepare()
        return scene_id

    def delete(self, scene_id: str) -> None:
        """Take a scene away, all at once: a kill in between leaves rubbish, never half a scene.

        Raises:
            SceneError: there is none by that id.
            InputError: the folder can't be changed.
        """
        folder = self.folder(scene_id).path
        rubbish = self._private / f"rubbish-{secrets.token_hex(8)}"
        try:
            folder.rename(rubbish)
        except OSError as error:
            raise _unusable(folder, error) from error
        shutil.rmtree(rubbish, ignore_errors=True)

    def clear_rubbish(self) -> None:
        """Remove what a killed deletion left."""
        for rubbish in self._private.glob("rubbish-*"):
            shutil.rmtree(rubbish, ignore_errors=True)


def _is_id(name: str) -> bool:
    return len(name) <= _LONGEST_ID and _SCENE_ID.fullmatch(name) is not None


def _is_scene(path: Path) -> bool:
    return (path / "scene.json").is_file() or (path / "work").is_dir()


def _unusable(path: Path, error: OSError) -> InputError:
    reason = (error.strerror or str(error)).lower()
    return InputError(f"can't be used ({reason})", where=str(path), remedy="check the folder and its permissions")
