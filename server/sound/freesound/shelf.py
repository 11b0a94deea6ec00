"""Previews on this machine: each is fetched once, and kept by the sound's id."""

from __future__ import annotations

import os
from pathlib import Path

from server.files.atomic import replacing
from server.sound.freesound.client import FoundSound, FreesoundClient

FOLDER_VARIABLE = "SONORAMA_FREESOUND_DIR"
"""The environment variable that names another folder for previews."""


def previews_folder() -> Path:
    """Where previews are kept: of ``SONORAMA_FREESOUND_DIR``, else in the user's cache."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen) if chosen else Path.home() / ".cache" / "sonorama" / "freesound"


class PreviewShelf:
    """A folder of previews.

    Args:
        folder: where they lie; it is made when it is needed.
        client: fetches what isn't there.
    """

    def __init__(self, folder: Path, client: FreesoundClient) -> None:
        self._folder, self._client = folder, client

    def path(self, sound: FoundSound) -> Path:
        """The preview of a sound, fetched if it isn't here.

        Raises:
            UnavailableError: it can't be fetched.
            InputError: the folder can't be written to.
        """
        path = self._folder / f"{sound.id}.ogg"
        if not path.exists():
            content = self._client.preview(sound)
            with replacing(path) as scratch:
                scratch.write_bytes(content)
        return path
