"""Many scenes in one folder, each by its id."""

from __future__ import annotations

import re
import secrets
import shutil
from pathlib import Path

from protocol.errors import InputError, SceneError, os_reason
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
            return sorted(path.name for path in self.path.iterdir() if _is_id(path.name) and _is_scene(path))
        except OSError as error:
            raise _unusable(self.path, error) from error

    def folder(self, scene_id: str) -> SceneFolder:
        """The folder of a scene.

        Raises:
            SceneError: there is none by that id.
        """
        if not self.has(scene_id):
            raise _no_such(scene_id)
        return self.place(scene_id)

    def has(self, scene_id: str) -> bool:
        """Whether there is such a scene, whole or in the making."""
        return _is_id(scene_id) and _is_scene(self.path / scene_id)

    def place(self, scene_id: str) -> SceneFolder:
        """Where a scene is, or will be.

        Raises:
            SceneError: the id is none.
        """
        if not _is_id(scene_id):
            raise _no_such(scene_id)
        return SceneFolder(self.path / scene_id)

    def delete(self, scene_id: str) -> None:
        """Take a scene away, all at once: a kill in between leaves trash, never half a scene.

        Raises:
            SceneError: there is none by that id.
            InputError: the folder can't be changed.
        """
        folder = self.folder(scene_id).path
        trash = self._private / f"trash-{secrets.token_hex(8)}"
        try:
            folder.rename(trash)
        except OSError as error:
            raise _unusable(folder, error) from error
        shutil.rmtree(trash, ignore_errors=True)

    def clear_trash(self) -> None:
        """Remove what a killed deletion left."""
        for trash in self._private.glob("trash-*"):
            shutil.rmtree(trash, ignore_errors=True)


def new_scene_id() -> str:
    """An id that nobody guesses and nothing has had."""
    return secrets.token_hex(8)


def _is_id(name: str) -> bool:
    return len(name) <= _LONGEST_ID and _SCENE_ID.fullmatch(name) is not None


def _is_scene(path: Path) -> bool:
    return (path / "scene.json").is_file() or (path / "work").is_dir()


def _no_such(scene_id: str) -> SceneError:
    return SceneError("there is no such scene", where=f"scene {scene_id[:_LONGEST_ID]!r}", remedy="list the scenes")


def _unusable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"can't be used ({os_reason(error)})", where=str(path), remedy="check the folder and its permissions"
    )
