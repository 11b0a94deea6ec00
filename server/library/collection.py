"""Many scenes in one folder, each by its id."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path

from protocol.errors import InputError, SceneError, os_reason
from server.library.addresses import LONGEST_ID, Addresses, is_scene_id
from server.library.folder import SceneFolder, is_scene

_TRASH = ".sonorama-trash-"


class Library:
    """A folder whose folders are scenes, whatever their names. What is not a scene is left alone.

    It is safe to use from threads.

    Args:
        path: the folder.
        addresses: which id each scene has.
        only: the name of the one folder that counts; None for all.
    """

    def __init__(self, path: Path, *, addresses: Addresses, only: str | None = None) -> None:
        self.path = path
        self.only = only
        self._addresses = addresses
        self._lock = threading.Lock()

    def names(self) -> Mapping[str, str]:
        """The name of each scene's folder by its id, in the ids' order; whole scenes, and those in the making.

        Raises:
            InputError: the folder can't be read, or the ids can't be remembered.
        """
        try:
            found = [path.name for path in self._folders() if is_scene(path) and not path.name.startswith(_TRASH)]
        except OSError as error:
            raise _unusable(self.path, error) from error
        with self._lock:
            self._addresses.assign(found)
            return dict(sorted(self._addresses.names.items()))

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
        return is_scene_id(scene_id) and self._name(scene_id) is not None

    def place(self, scene_id: str) -> SceneFolder:
        """Where a scene is, or will be.

        Raises:
            SceneError: the id is none.
        """
        if not is_scene_id(scene_id):
            raise _no_such(scene_id)
        return SceneFolder(self.path / (self._name(scene_id) or scene_id))

    def delete(self, scene_id: str) -> None:
        """Take a scene away, all at once: a kill in between leaves trash, never half a scene.

        Raises:
            SceneError: there is none by that id.
            InputError: the folder can't be changed.
        """
        folder = self.folder(scene_id).path
        trash = self.path / f"{_TRASH}{secrets.token_hex(8)}"
        try:
            folder.rename(trash)
        except OSError as error:
            raise _unusable(folder, error) from error
        shutil.rmtree(trash, ignore_errors=True)

    def clear_trash(self) -> None:
        """Remove what a killed deletion left."""
        for trash in self.path.glob(f"{_TRASH}*"):
            shutil.rmtree(trash, ignore_errors=True)

    def _folders(self) -> list[Path]:
        return list(self.path.iterdir()) if self.only is None else [self.path / self.only]

    def _name(self, scene_id: str) -> str | None:
        """The name of a scene's folder; None where there is no such scene."""
        name = self._addresses.names.get(scene_id)
        if name is None or not is_scene(self.path / name):
            # It may have come since, under a name that the command line gave it.
            try:
                name = self.names().get(scene_id)
            except InputError:
                return None
        return name


def is_single_scene(path: Path) -> bool:
    """Whether a folder is a scene, not a folder of scenes, one of which may be named work."""
    return is_scene(path) and not is_scene(path / "work")


def new_scene_id() -> str:
    """An id that nobody guesses and nothing has had."""
    return secrets.token_hex(8)


def _no_such(scene_id: str) -> SceneError:
    return SceneError("there is no such scene", where=f"scene {scene_id[:LONGEST_ID]!r}", remedy="list the scenes")


def _unusable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"can't be used ({os_reason(error)})", where=str(path), remedy="check the folder and its permissions"
    )
