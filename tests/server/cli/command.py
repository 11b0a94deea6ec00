"""The command line as a person meets it, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.timing import PATIENCE_S

SONORAMA = str(Path(sys.executable).with_name("sonorama"))


def sonorama(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [SONORAMA, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=5 * PATIENCE_S
    )
