"""Extras: packages that only some people need, and the command that brings one to where this program runs."""

from __future__ import annotations

from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[1]


def install_advice(extra: str) -> str:
    """What to do for an extra of ours that isn't installed, as the remedy of an error.

    Beside a checkout's ``pyproject.toml`` uv brings it; an installed program has pip, and a name to install.
    """
    if (_CHECKOUT / "pyproject.toml").is_file():
        return f"run it with: uv run --extra {extra} sonorama …"
    return f"install it with: pip install 'sonorama[{extra}]'"
