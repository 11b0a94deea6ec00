"""Writes what other languages and tools need from the declarations in this package.

``python -m protocol.generators`` writes; with ``--check`` it only says what is stale, and exits with 1 if anything is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from protocol.generators.asyncapi import asyncapi_document
from protocol.generators.csharp import csharp_source
from protocol.generators.csharp_rules import message_rules_source
from protocol.generators.json_schema import messages_schema, place_schema, scene_schema
from protocol.generators.typescript import typescript_source

_ROOT = Path(__file__).parents[2]


def generated() -> dict[Path, str]:
    """Every generated file and what it should hold."""
    schema = _ROOT / "protocol" / "schema"
    csharp = _ROOT / "unity_client" / "Runtime" / "Core" / "Generated"
    return {
        schema / "scene.schema.json": scene_schema(),
        schema / "place.schema.json": place_schema(),
        schema / "messages.schema.json": messages_schema(),
        schema / "asyncapi.json": asyncapi_document(),
        schema / "messages.d.ts": typescript_source(),
        csharp / "Messages.cs": csharp_source(),
        csharp / "MessageRules.cs": message_rules_source(),
    }


def main(arguments: list[str]) -> int:
    """Write the files, or check them; returns the exit status."""
    wanted = generated()
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            sys.stderr.write(f"stale: {path.relative_to(_ROOT)}; run: python -m protocol.generators\n")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
