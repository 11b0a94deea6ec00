"""How this program runs here: the command that calls it, and the command that brings an extra to where it runs.

Extras are packages that only some people need. What is said here works as it is typed: in a checkout that uv runs, and
in an environment of pip's, of uv's or of pipx's.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

_NAME = "sonorama"
_CHECKOUT = Path(__file__).resolve().parents[1]


def program() -> str:
    """The command that calls this program from the shell that called it."""
    if _is_run_by_uv():
        return f"uv run {_project()}{_NAME}"
    called = Path(sys.argv[0])
    if called.name != _NAME:
        return _NAME
    found = shutil.which(_NAME)
    is_on_path = found is not None and called.exists() and Path(found).resolve() == called.resolve()
    return _NAME if is_on_path else shlex.quote(sys.argv[0])


def install_advice(extra: str) -> str:
    """What to do for an extra of ours that isn't installed, as the remedy of an error."""
    if _is_run_by_uv() or (_is_checkout() and _is_made_by_uv()):
        return f"run it with: uv run {_project()}--extra {extra} {_NAME} {_arguments()}"
    return f"install it with: {_installer()} {shlex.quote(f'{_NAME}[{extra}]')}"


def _installer() -> str:
    """What installs packages to where this program runs."""
    prefix = Path(sys.prefix)
    if (prefix / "uv-receipt.toml").is_file():
        return "uv tool install"
    if (prefix / "pipx_metadata.json").is_file():
        return "pipx install --force"
    is_active = os.environ.get("VIRTUAL_ENV") == sys.prefix
    python = shlex.quote(sys.executable)
    if _is_made_by_uv():
        return "uv pip install" if is_active else f"uv pip install --python {python}"
    beside = Path(sys.executable).with_name("pip")
    return "pip install" if is_active or shutil.which("pip") == str(beside) else f"{python} -m pip install"


def _is_run_by_uv() -> bool:
    """Whether ``uv run`` has called this, and not something that it called in another environment."""
    return _is_checkout() and "UV_RUN_RECURSION_DEPTH" in os.environ and os.environ.get("VIRTUAL_ENV") == sys.prefix


def _is_checkout() -> bool:
    return (_CHECKOUT / "pyproject.toml").is_file()


def _is_made_by_uv() -> bool:
    try:
        return "\nuv = " in (Path(sys.prefix) / "pyvenv.cfg").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def _project() -> str:
    """What uv must be told outside the checkout."""
    here = Path.cwd()
    return "" if here == _CHECKOUT or _CHECKOUT in here.parents else f"--project {shlex.quote(str(_CHECKOUT))} "


def _arguments() -> str:
    """What was asked for, to ask for it again."""
    return shlex.join(sys.argv[1:]) if Path(sys.argv[0]).name == _NAME else "…"
