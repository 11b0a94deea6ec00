"""Which files a folder really holds."""

from __future__ import annotations

import stat
from pathlib import Path


def is_inside(folder: Path, path: Path) -> bool:
    """Whether a path is a regular file of a folder: no pipe to wait at, and no link that leads out of it."""
    try:
        return stat.S_ISREG(path.stat().st_mode) and path.resolve().is_relative_to(folder.resolve())
    except OSError:
        return False
