"""Whose recordings a scene plays: ``ATTRIBUTION.md``, made of what the files of its clips say.

A credit lies in its clip's own file (the copyright text of WAV, ``ICOP``), so that it goes wherever the clip goes.
"""

from __future__ import annotations

from pathlib import Path

import soundfile

from protocol.scene import Clip, Scene
from server.files.atomic import remove, replacing
from server.interrupts import deferred_interrupts

ATTRIBUTION = "ATTRIBUTION.md"
_HEAD = """# Attribution

Recordings in this scene that others made. Whoever passes the scene on passes this on, too.

"""


def write_attribution(scene: Scene, folder: Path) -> None:
    """Write a line for each source whose clip is somebody's, or no file where there is none.

    Args:
        scene: whose clips.
        folder: where they are, and where the file goes.

    Raises:
        InputError: the file can't be written.
    """
    credited = [(source.id, credit) for source in scene.sources if (credit := credit_of(source.clip, folder))]
    if not credited:
        remove(folder / ATTRIBUTION)
        return
    lines = "".join(f"- {source_id}: {credit}\n" for source_id, credit in credited)
    with replacing(folder / ATTRIBUTION) as scratch:
        scratch.write_text(_HEAD + lines, encoding="utf-8")


def credit_of(clip: Clip | None, folder: Path) -> str:
    """What a clip's file says of whose work it is; empty where it says nothing, or can't be read."""
    if clip is None:
        return ""
    try:
        # Python opens it: a name of bytes that are no text is none to libsndfile's binding.
        with (folder / clip.path).open("rb") as raw, deferred_interrupts(), soundfile.SoundFile(raw) as file:
            return str(file.copyright)
    except (soundfile.SoundFileError, OSError):
        return ""
