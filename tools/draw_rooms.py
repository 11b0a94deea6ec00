"""Draws the rooms of the house, out of the layers that import-linter keeps: ``docs/pictures/rooms.svg``.

``python -m tools.draw_rooms`` writes it; with ``--check`` it only says whether it is stale, and exits with 1 if so.
"""

from __future__ import annotations

import sys
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "pictures" / "rooms.svg"

# What each room of the server is for, in as many words as its box holds.
CAPTIONS = {
    "cli": "commands: words only",
    "worker": "one job, a process of its own",
    "operations": "make_scene, render_scene",
    "presets": "which stages, which models",
    "api": "http, jobs, scenes, streaming, rendering",
    "client": "of the stream",
    "streetview": "Google's panoramas",
    "synthetic": "drawn streets",
    "export": "a table of formats",
    "models": "learned models",
    "place": "one world of many",
    "perception": "land cover, ground",
    "sound": "synthesis",
    "library": "scenes on disk",
    "web": "the page",
    "pipeline": "flow.py: the journey, step by step; stages, views, locate, merge, select",
    "audio": "loop, downmix, levelling",
    "files": "atomic writing, JSON of any editor",
    "extras": "how to install one here",
    "interrupts": "Ctrl-C",
}
BELOW = {
    "binaural": (
        "positioned mono signals in, two ears out",
        ("hrtf", "propagation", "room", "live", "mix", "loudness", "evaluation"),
    ),
    "protocol": (
        "the words that everyone shares: scene, events, coordinates, levels, errors",
        ("wire", "session", "osc", "generators", "javascript", "schema", "vectors"),
    ),
}
_WIDTH, _MARGIN, _GAP, _ROW, _TITLE = 1040, 20, 10, 52, 34


def drawing(layers: list[list[str]]) -> str:
    """The picture of the server's layers, highest first, and of the two packages below."""
    shapes: list[str] = []
    top = _MARGIN
    height = _TITLE + len(layers) * (_ROW + _GAP) + _GAP
    shapes += _house("server", "the program: each row imports only from rows below it", top, height, "#e8f3f1")
    for row, rooms in enumerate(layers):
        shapes += _row(rooms, [CAPTIONS[room] for room in rooms], top + _TITLE + row * (_ROW + _GAP))
    top += height + 30
    for package, (caption, rooms) in BELOW.items():
        shapes.append(_arrow(top - 30))
        shapes += _house(package, caption, top, _TITLE + _ROW - 8, "#eef0f8" if package == "binaural" else "#f8f1e6")
        shapes += _row(list(rooms), [""] * len(rooms), top + _TITLE, height=_ROW - 18)
        top += _TITLE + _ROW - 8 + 30
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top - 10}" font-family="sans-serif">',
            "<title>The rooms of Sonorama, and who may import whom: from above to below only</title>",
            f'<rect width="{_WIDTH}" height="{top - 10}" fill="#ffffff"/>',
            *shapes,
            "</svg>",
            "",
        ]
    )


def _house(name: str, caption: str, top: int, height: int, colour: str) -> list[str]:
    return [
        f'<rect x="{_MARGIN}" y="{top}" width="{_WIDTH - 2 * _MARGIN}" height="{height}" rx="8" fill="{colour}" '
        'stroke="#4b5b6b"/>',
        f'<text x="{_MARGIN + 14}" y="{top + 23}" font-size="17" font-weight="bold" fill="#1d2b36">{name}/</text>',
        f'<text x="{_MARGIN + 120}" y="{top + 23}" font-size="14" fill="#3c4a56">{escape(caption)}</text>',
    ]


def _row(rooms: list[str], captions: list[str], top: int, *, height: int = _ROW) -> list[str]:
    """Boxes side by side, each as wide as the others."""
    inside = _WIDTH - 2 * _MARGIN - 2 * _GAP
    width = (inside - (len(rooms) - 1) * _GAP) / len(rooms)
    shapes = []
    for number, (room, caption) in enumerate(zip(rooms, captions, strict=True)):
        left = _MARGIN + _GAP + number * (width + _GAP)
        middle = left + width / 2
        name_y = top + (21 if caption else height / 2 + 5)
        shapes.append(
            f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{height}" rx="5" fill="#ffffff" '
            'stroke="#8798a8"/>'
        )
        shapes.append(
            f'<text x="{middle:.1f}" y="{name_y:g}" font-size="14" font-weight="bold" text-anchor="middle" '
            f'fill="#1d2b36">{room}</text>'
        )
        if caption:
            shapes.append(
                f'<text x="{middle:.1f}" y="{top + 40}" font-size="12" text-anchor="middle" fill="#3c4a56">'
                f"{escape(caption)}</text>"
            )
    return shapes


def _arrow(top: int) -> str:
    middle = _WIDTH // 2
    return (
        f'<path d="M{middle} {top + 3}v22m-6 -7l6 8l6 -8" fill="none" stroke="#4b5b6b" stroke-width="2"/>'
        f'<text x="{middle + 14}" y="{top + 20}" font-size="12" fill="#3c4a56">imports</text>'
    )


def server_layers() -> list[list[str]]:
    """The rooms of the server as ``pyproject.toml`` layers them, highest first."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (rule["layers"] for rule in rules if rule.get("containers") == ["server"])
    return [[room.strip(" ()") for room in layer.replace(":", "|").split("|")] for layer in layers]


def main(arguments: list[str]) -> int:
    """Write the picture, or check it; returns the exit status."""
    wanted = drawing(server_layers())
    if FILE.exists() and FILE.read_text("utf-8") == wanted:
        return 0
    if "--check" in arguments:
        sys.stderr.write(f"stale: {FILE.relative_to(ROOT)}; run: python -m tools.draw_rooms\n")
        return 1
    FILE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
