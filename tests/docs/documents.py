"""What people read: the documents at the root and the pages of the documentation."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from tools.reference_pages import commands

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / "protocol" / name for name in ("PROTOCOL.md", "OSC.md")),
]
OF_OTHER_PROGRAMS = {
    "--all-extras",
    "--extra",
    "--group",
    "--no-sync",
    "--strict",
    "--check",
    "--experimental-websocket",
    "--now",
    "--rm",
    "--secret",
    "--ulimit",
}
# What a how-to page has its reader write.
TO_BE_WRITTEN = {"server.export.csv"}


def named(path: Path) -> str:
    """How a failed test calls a document."""
    return str(path.relative_to(ROOT))


def code_of(text: str) -> list[str]:
    """Whatever stands in backticks, inline or as a block."""
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    rest = re.sub(r"^```[^\n]*\n.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [*blocks, *re.findall(r"`([^`]+)`", rest)]


@cache
def options_of_the_program() -> frozenset[str]:
    """Every option of every command, as its parser knows it."""
    found = {"--help", "--version", "--debug"}
    for name, command in commands():
        for parameter in command.get_params(command.context_class(command, info_name=name)):
            found |= {name for name in (*parameter.opts, *parameter.secondary_opts) if name.startswith("--")}
    return frozenset(found)
