"""The files that the page consists of."""

from __future__ import annotations

from pathlib import Path

_PAGE = Path(__file__).parent / "page"
_PROTOCOL = Path(__file__).parents[2] / "protocol" / "javascript"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
}

FILES: dict[str, tuple[Path, str]] = {
    path.name: (path, _TYPES[path.suffix])
    for folder in (_PROTOCOL, _PAGE)
    for path in sorted(folder.iterdir())
    if path.suffix in _TYPES
}
"""Path and media type of each file, by its name in the address; the names are unique."""
