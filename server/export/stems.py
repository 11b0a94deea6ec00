"""A folder of sources, each in a file of its own."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from binaural.loudness.levelling import GainCurve
from protocol.scene import Source
from server.export.programme import Mix, write_programme
from server.export.report import Report
from server.files.atomic import replacing
from server.files.digest import sha256_of

MANIFEST = "stems.json"
_FORMAT = "sonorama.stems"


class Stems:
    """WAV files named by their sources' ids, and a list of them, ``stems.json``, for whoever imports them.

    Rendered again, the folder holds the sources of the new scene and no leftovers: what an earlier list names and the
    new scene lacks is removed, unless it has been changed since. Nothing else in the folder is touched.

    A context manager: the list is written, and leftovers go, once all went well.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, dict[str, str]] = {}

    def __enter__(self) -> Self:
        return self

    def add(self, source: Source, stem: Mix, gain: GainCurve, report: Report) -> None:
        """Write one source's file.

        Args:
            source: whose id names the file.
            stem: left and right at 48 kHz.
            gain: of all sources.
            report: told how far it is.

        Raises:
            InputError: the place can't be written to.
        """
        name = f"{source.id}.wav"
        write_programme(self._folder / name, stem, gain, report=report)
        self._files[name] = {"path": name, "label": source.label, "sha256": sha256_of(self._folder / name)}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            return
        for name, sha256 in self._listed().items():
            with suppress(OSError):
                if name not in self._files and sha256_of(self._folder / name) == sha256:
                    (self._folder / name).unlink()
        manifest = {"format": _FORMAT, "version": 1, "files": list(self._files.values())}
        with replacing(self._folder / MANIFEST) as scratch:
            scratch.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def _listed(self) -> dict[str, str]:
        """Names and checksums of the files that an earlier render wrote here; none where the list is no such list."""
        try:
            manifest: Any = json.loads((self._folder / MANIFEST).read_text(encoding="utf-8"))
            if manifest["format"] != _FORMAT:
                return {}
            files = {str(file["path"]): str(file["sha256"]) for file in manifest["files"]}
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        # Only names that this program gives, so that no list leads out of the folder.
        return {name: sha256 for name, sha256 in files.items() if re.fullmatch(r"[a-z0-9-]+\.wav", name)}
