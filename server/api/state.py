"""Where a server keeps what is its own: not in the folder that it serves, which may be read-only and is others'."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from server.library.addresses import slug

_VARIABLE = "SONORAMA_STATE_DIR"


def state_dir(given: Path | None = None) -> Path:
    """The folder of all servers' state: the given one, else SONORAMA_STATE_DIR, else one in the user's home.

    By the XDG Base Directory Specification 0.8, that is ``sonorama`` in ``$XDG_STATE_HOME``, or in ``~/.local/state``.
    """
    if given is not None:
        return given
    if from_environment := os.environ.get(_VARIABLE):
        return Path(from_environment)
    home = os.environ.get("XDG_STATE_HOME", "")
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".local" / "state") / "sonorama"


def private_folder(state_dir: Path, served: Path) -> Path:
    """The folder for the jobs, uploads, exports, addresses and the lock of one served folder, by its real path."""
    real = os.path.realpath(served)
    return state_dir / f"{slug(Path(real).name)[:32]}-{hashlib.sha256(os.fsencode(real)).hexdigest()[:16]}"
