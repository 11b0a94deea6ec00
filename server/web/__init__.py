"""The page that shows and plays a scene in a browser: plain modules, nothing to build and nothing from elsewhere."""

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
"""Path and media type of each file by its name in an address; no two have the same."""
