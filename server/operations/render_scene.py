"""A finished scene becomes a file of some format."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from server.export.formats import FORMATS
from server.export.options import ExportOptions
from server.export.report import QUIET, Report
from server.files.atomic import replacing
from server.library import SceneFolder


def render_scene(folder: Path, *, out: Path, format: str, options: ExportOptions, report: Report = QUIET) -> None:  # noqa: A002 - the option
    """Render the scene in a folder to a file, or to a folder where the format is one.

    Args:
        folder: of the scene.
        out: the file or folder to write.
        format: its name, of :data:`server.export.formats.FORMATS`.
        options: those that the format takes.
        report: told how far it is.

    Raises:
        SceneError: there is no finished scene or no source, or a clip or the picture is missing or damaged.
        InputError: an option isn't for this format or can't be used, or the file's name or place won't do.
    """
    FORMATS[format].render(SceneFolder(folder).scene(), folder, out=out, options=options, report=report)


def render_to_one_file(folder: Path, *, out: Path, format: str, options: ExportOptions, report: Report = QUIET) -> None:  # noqa: A002
    """Render the scene in a folder to a single file: where the format is a folder, to an archive of it.

    The file takes its place whole; beside it, nothing is left.

    Args:
        folder: of the scene.
        out: the file to write.
        format: its name, of :data:`server.export.formats.FORMATS`.
        options: those that the format takes.
        report: told how far it is.

    Raises:
        SceneError: there is no finished scene or no source, or a clip or the picture is missing or damaged.
        InputError: an option isn't for this format or can't be used, or the place can't be written to.
    """
    if not FORMATS[format].writes_folder:
        render_scene(folder, out=out, format=format, options=options, report=report)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        render_scene(folder, out=Path(scratch), format=format, options=options, report=report)
        # The samples hardly compress.
        with replacing(out) as archive, zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as content:
            for file in sorted(Path(scratch).iterdir()):
                content.write(file, file.name)
