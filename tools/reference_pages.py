"""The reference pages of the documentation, made of the program itself, so that none is ever stale.

``tools/mkdocs_hooks.py`` puts them into the site; ``python -m tools.reference_pages`` prints them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from server.api.app import create_app
from server.api.settings import ServerSettings
from server.cli.app import app
from server.presets import PRESETS

ROOT = Path(__file__).parents[1]
# Every operation may answer these; what they mean is said once.
_OF_ALL = frozenset({"400", "401", "403", "408", "413", "421", "422", "429", "500", "503"})


def pages() -> dict[str, str]:
    """Each page's path in the documentation, and its Markdown."""
    return {
        "reference/cli.md": cli_page(),
        "reference/http.md": http_page(),
        "reference/protocol.md": included_page("protocol/PROTOCOL.md"),
        "reference/osc.md": included_page("protocol/OSC.md"),
    }


def cli_page() -> str:
    """Every command with its options, as ``--help`` says them."""
    lines = [
        "# Command line",
        "",
        "As `--help` says it. `sonorama --debug COMMAND …` shows the whole trace of an error.",
        "",
    ]
    for name, command in commands():
        lines += [f"## {name}", "", *_paragraphs(command.help or "")]
        panels: dict[str, list[str]] = {}
        context = command.context_class(command, info_name=name)
        for parameter in command.get_params(context):
            record = parameter.get_help_record(context)
            if record is not None and "--help" not in parameter.opts:
                panel = getattr(parameter, "rich_help_panel", None) or "Options"
                panels.setdefault(panel, []).append(f"| `{_cell(record[0])}` | {_cell(record[1])} |")
        for panel, rows in panels.items():
            title = [] if panel == "Options" else [f"**{panel}**", ""]
            lines += [*title, "| option | what for |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def commands() -> Iterator[tuple[str, Any]]:
    """Every command under its whole name, as the parser has it."""
    yield from _commands("sonorama", typer.main.get_command(app))


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """A command and those below it, each under its whole name; a group of commands is named only."""
    below: Mapping[str, Any] = getattr(command, "commands", {})
    if not below:
        yield name, command
    for child, nested in below.items():
        yield from _commands(f"{name} {child}", nested)


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a help text, commands among them as code."""
    in_code = False
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        is_code = paragraph.strip().startswith(("sonorama ", "curl "))
        if is_code != in_code:
            yield "```console" if is_code else "```\n"
            in_code = is_code
        words = " ".join(paragraph.split())
        yield words if is_code else f"{words}\n"
    if in_code:
        yield "```\n"


def http_page() -> str:
    """Every route, as the server's own OpenAPI description has it."""
    serving = ServerSettings(
        folder=Path("scenes"), state_dir=Path("scenes"), worker=(sys.executable,), presets=tuple(PRESETS)
    )
    schema = create_app(serving).openapi()
    lines = [
        "# HTTP",
        "",
        schema["info"]["description"],
        "",
        "A running server describes itself at `/openapi.json`, with every field of every answer. With a token, send",
        "`Authorization: Bearer …`. Whatever goes wrong is answered with a problem: `code`, `what`, `where`, `remedy`.",
        "",
        *_answers_of_all(schema),
    ]
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            lines += _operation(f"{method.upper()} {path}", operation, schema["components"]["schemas"])
    return "\n".join(lines)


def _answers_of_all(schema: dict[str, Any]) -> Iterator[str]:
    """What any operation may answer."""
    known = next(iter(next(iter(schema["paths"].values())).values()))["responses"]
    yield from ("Any request may be answered with:", "", "| status | meaning |", "|---|---|")
    for status in sorted(_OF_ALL & known.keys()):
        yield f"| {status} | {_cell(known[status]['description'])} |"
    yield ""


def _operation(title: str, operation: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    """One section: what it does, what it takes, and what else than the usual it answers."""
    yield from (f"## {title}", "", operation.get("description", ""), "")
    rows = [
        (
            f"{field['name']} ({field['in']})",
            field["schema"],
            field.get("required", False),
            field.get("description", ""),
        )
        for field in operation.get("parameters", ())
    ]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        body = _resolved(content["schema"], schemas)
        required = body.get("required", ())
        form = "form" if kind.startswith("multipart") else "JSON"
        rows += [
            (f"{name} ({form})", field, name in required, field.get("description", ""))
            for name, field in body.get("properties", {}).items()
        ]
    if rows:
        yield from ("| field | type | |", "|---|---|---|")
        for name, field, required, said in rows:
            yield f"| `{name}` | {_cell(_type(field, schemas))} | {_cell(_said(field, required, said))} |"
        yield ""
    own = {status: answer for status, answer in operation["responses"].items() if status not in _OF_ALL}
    for status, answer in sorted(own.items()):
        kinds = {
            f"`{_type(content['schema'], schemas)}`" if content.get("schema") else f"`{kind}`"
            for kind, content in answer.get("content", {}).items()
        }
        meaning = answer["description"].replace("Successful Response", "done")
        yield f"- **{status}** {meaning}" + (f": {', '.join(sorted(kinds))}" if kinds else "")
    yield ""


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """A schema itself, where it is only referred to."""
    found: dict[str, Any] = schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    return found


def _type(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """The type of a field, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return " or ".join(_type(choice, schemas) for choice in choices if choice != {"type": "null"})
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}), schemas)}"
    if "contentMediaType" in schema or schema.get("format") == "binary":
        return "file"
    bounds = [
        f"{sign} {schema[key]:.10g}"
        for key, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
        if key in schema
    ]
    return ", ".join([str(schema.get("type", "anything")), *bounds])


def _said(field: dict[str, Any], required: bool, said: str) -> str:
    """Whether a field is needed, what stands for it where it is left out, and what it is."""
    default = "needed" if required else f"default {json.dumps(field['default'])}" if "default" in field else ""
    return "; ".join(part for part in (default, " ".join(said.split())) if part)


def included_page(path: str) -> str:
    """A document that lies elsewhere; its links lead to where its neighbours are in the documentation."""
    text = (ROOT / path).read_text("utf-8")
    return text.replace("](PROTOCOL.md", "](protocol.md").replace("](OSC.md", "](osc.md")


def _cell(text: str) -> str:
    """Text that doesn't end a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write("\n".join(pages().values()))
