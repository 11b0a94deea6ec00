"""A scene as one file for Unity: a ``.sonorama`` archive, which the Unity package imports as a prefab, with no server.

.. code-block:: text

    sonorama.json        what this is, and the SHA-256 and size of every other file
    scene.json           the scene, as its folder has it
    clips/*.wav          one for each source
    picture.jpg          the picture that it was made from

It is a ZIP archive without compression (the samples hardly shrink, and the same scene is the same bytes wherever it is
packed), with fixed dates and its names in order.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

from pydantic import TypeAdapter

from protocol.errors import InputError
from protocol.scene import Scene
from server.audio.clip_file import clip_content
from server.export.options import ExportOptions
from server.export.picture_file import picture_bytes
from server.export.report import QUIET, Report
from server.export.signals import sources_of
from server.files.atomic import replacing

SUFFIX = ".sonorama"
MANIFEST = "sonorama.json"
_FORMAT = "sonorama.bundle"
_SCENE = TypeAdapter(Scene)
_UNIX = 3
_REGULAR_FILE = 0o100644 << 16


def render(
    scene: Scene,
    folder: Path,
    out: Path,
    options: ExportOptions,  # noqa: ARG001 - it takes none
    report: Report = QUIET,  # noqa: ARG001 - it is done at once
) -> None:
    """Pack a scene with its clips and its picture. Muted sources come along, marked as such.

    Args:
        scene: what sounds where.
        folder: where the scene's clips and picture are.
        out: the file to write, named .sonorama.
        options: of which it takes none.
        report: not told.

    Raises:
        SceneError: there is no source, or a clip or the picture is missing or isn't what the scene was made with.
        InputError: the name doesn't end in .sonorama, or the place can't be written to.
    """
    if out.suffix.lower() != SUFFIX:
        raise InputError("Unity knows scenes by their suffix", where=str(out), remedy=f"name the file with {SUFFIX}")
    sources = sources_of(scene, folder)
    files = {scene.image.path: picture_bytes(scene, folder)}
    for source in sources:
        content = clip_content(source, folder)
        if source.clip is not None:
            files[source.clip.path] = content
    files["scene.json"] = _SCENE.dump_json(scene, indent=2) + b"\n"
    files[MANIFEST] = _manifest(scene, files)
    with replacing(out) as scratch, zipfile.ZipFile(scratch, "w", zipfile.ZIP_STORED) as archive:
        # The manifest stands first, for whoever reads only the beginning.
        for path in sorted(files, key=lambda path: (path != MANIFEST, path)):
            archive.writestr(_entry(path), files[path])


def _manifest(scene: Scene, files: dict[str, bytes]) -> bytes:
    listed = [
        {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
        for path, content in sorted(files.items())
    ]
    text = json.dumps({"format": _FORMAT, "version": 1, "id": scene.id, "files": listed}, indent=2)
    return text.encode() + b"\n"


def _entry(path: str) -> zipfile.ZipInfo:
    """A name in the archive with 1980 for its date and the same rights and system wherever it is written."""
    entry = zipfile.ZipInfo(path)
    entry.create_system = _UNIX
    entry.external_attr = _REGULAR_FILE
    return entry
