"""A place as a folder that any tool can read.

.. code-block:: text

    place.json             what sounds where in the world; written last, so a folder that has one is whole
    clips/*.wav            one clip for each source, as a scene's
    viewpoints/NAME/       a scene folder for each panorama: what the place sounds like from there
    viewpoints/NAME/work/*.npz   what the panorama told, and points of its picture, for the next run
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from protocol.errors import InputError, SceneError, os_reason
from protocol.place import Place
from protocol.scene import Clip
from server.extras import program
from server.files.atomic import replacing
from server.files.json_text import utf8_json
from server.library.folder import SceneFolder

_PLACE = TypeAdapter(Place)


def is_place(path: Path) -> bool:
    """Whether a folder is a place, whole or in the making."""
    return (path / "place.json").is_file() or (path / "viewpoints").is_dir()


class PlaceFolder:
    """One place's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clips = SceneFolder(path)
        """The cache of its clips."""

    def prepare(self) -> None:
        """Make the folder, or go on in one of ours.

        Raises:
            InputError: it can't be made, or holds something else.
        """
        remedy = "choose another --out"
        if self.path.exists() and not self.path.is_dir():
            raise InputError("is a file, not a folder", where=str(self.path), remedy=remedy)
        try:
            if self.path.is_dir() and any(self.path.iterdir()) and not is_place(self.path):
                raise InputError("holds something else than a place", where=str(self.path), remedy=remedy)
            (self.path / "viewpoints").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"can't be made ({os_reason(error)})", where=str(self.path), remedy=remedy) from error

    def viewpoint(self, name: str) -> SceneFolder:
        """The scene folder of a viewpoint."""
        return SceneFolder(self.path / "viewpoints" / name)

    def place(self) -> Place:
        """The finished place.

        Raises:
            SceneError: there is none, or it isn't what this version understands.
        """
        path = self.path / "place.json"
        try:
            return _PLACE.validate_json(utf8_json(path.read_bytes()))
        except OSError as error:
            raise SceneError(
                "there is no finished place here",
                where=str(self.path),
                remedy=f"make one with: {program()} place FOLDER --out PLACE",
            ) from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise SceneError(
                f"{where}: {first['msg']}" if where else first["msg"],
                where=str(path),
                remedy="mend the file, or make the place again",
            ) from error

    def save(self, place: Place) -> None:
        """Write place.json."""
        with replacing(self.path / "place.json") as scratch:
            scratch.write_bytes(_PLACE.dump_json(place, indent=1) + b"\n")

    def lend(self, name: str, clips: Iterable[Clip]) -> None:
        """Have the clips of the place in a viewpoint's folder too, without another copy where the disk can do that."""
        folder = self.viewpoint(name).path
        for clip in clips:
            target = folder / clip.path
            if target.exists():
                continue
            with replacing(target) as scratch:
                try:
                    os.link(self.path / clip.path, scratch)
                except OSError:
                    shutil.copyfile(self.path / clip.path, scratch)

    def forget(self, kept: Iterable[str]) -> None:
        """Remove the folders of viewpoints that the place has no more; scenes of other origin stay."""
        names = set(kept)
        for told in (self.path / "viewpoints").glob("*/work/found.npz"):
            if told.parents[1].name not in names:
                shutil.rmtree(told.parents[1], ignore_errors=True)
