"""The files of a folder of recordings: which may be played, and which only look so."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from protocol.errors import InputError
from server.sound.recordings import ffmpeg

READ = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff")
"""What can be read."""

DECODED = (".m4a", ".aac", ".mp4", ".wma", ".caf", ".mka", ".webm", ".amr", ".3gp", ".ape", ".wv")
"""Sound that only an extra can read; without it, that is told where it would fit."""


@dataclass(frozen=True, slots=True)
class RecordingFolder:
    """What a folder and its folders hold, by path.

    Attributes:
        path: the folder.
        files: recordings that can be read.
        unread: recordings that can't.
        identity: changes with the name, the size or the time of any recording, and with whether all can be read.
    """

    path: Path
    files: tuple[Path, ...] = field(repr=False)
    unread: tuple[Path, ...] = field(repr=False)
    identity: str

    @classmethod
    def opened(cls, path: Path) -> RecordingFolder:
        """Look through a folder. No file is opened: a library may have thousands, and of gigabytes each.

        Raises:
            InputError: the folder is missing or holds no recording.
        """
        if not path.is_dir():
            raise InputError("there is no such folder", where=str(path), remedy="check the path of --clips")
        # What begins with a dot is a system's own: "._dog.wav" holds no sound.
        every = sorted(
            file
            for file in path.rglob("*")
            if not any(part.startswith((".", "__MACOSX")) for part in file.relative_to(path).parts) and file.is_file()
        )
        readable = (*READ, *DECODED) if ffmpeg.is_installed() else READ
        files = tuple(file for file in every if file.suffix.lower() in readable)
        unread = tuple(file for file in every if file.suffix.lower() in {*DECODED} - {*readable})
        if not files and not unread:
            raise InputError(
                "holds no recordings", where=str(path), remedy=f"put sound files there ({', '.join(sorted(READ))})"
            )
        total = hashlib.sha256(b"" if unread else b"all read\n")
        for file in (*files, *unread):
            state = file.stat()
            total.update(f"{file.relative_to(path)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
        return cls(path, files, unread, total.hexdigest()[:12])
