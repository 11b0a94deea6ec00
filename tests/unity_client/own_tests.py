"""The package's own tests, as Unity's test runner would run them, compiled and run by Mono."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.timing import PATIENCE_S
from tools.mono import compiled, sources

NUNIT = Path(__file__).parent / "nunit"


def fixtures(*folders: Path) -> list[str]:
    """The names of the test fixtures in these folders."""
    text = "".join(path.read_text("utf-8") for path in sources(*folders))
    return sorted(re.findall(r"\[TestFixture\]\s+public sealed class (\w+)", text))


def outcomes(out: Path, folders: Sequence[Path], references: Sequence[Path], **environment: str) -> tuple[dict, str]:
    """What became of each test (ok, FAILED or ignored), by fixture, and all that was said.

    Args:
        out: the program to compile.
        folders: where the tests are, and what they need besides ``references``.
        references: assemblies.
        environment: what the program is told besides what is set here.
    """
    compiled(out, sources(*folders, NUNIT), references=references)
    ran = subprocess.run(
        ["mono", "--debug", out],
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * PATIENCE_S,
        env=os.environ | environment,
    )
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    by_fixture: dict[str, dict[str, str]] = {name: {} for name in fixtures(*folders)}
    for outcome, fixture, test in re.findall(r"^(ok|FAILED|ignored) (\w+)\.(\w+)", ran.stdout, re.MULTILINE):
        # Several cases of a test have its name: what became of the worst one counts.
        if by_fixture[fixture].get(test, "ok") == "ok":
            by_fixture[fixture][test] = outcome
    return by_fixture, ran.stdout
