"""Reads tokens from files."""

from __future__ import annotations

import codecs
from pathlib import Path

from protocol.errors import InputError, os_reason

_SHORTEST = 16


def read_token(path: Path) -> str:
    """Read the token in a file.

    Raises:
        InputError: the file can't be read, or doesn't contain a token.
    """
    try:
        # Notepad may have put a byte order mark in front.
        secret = path.read_bytes().removeprefix(codecs.BOM_UTF8).decode("ascii").strip()
    except OSError as error:
        raise InputError(f"can't be read ({os_reason(error)})", where=str(path), remedy="check the path") from error
    except ValueError as error:
        raise InputError("isn't plain text", where=str(path), remedy="write letters and digits") from error
    if len(secret) < _SHORTEST or any(character.isspace() for character in secret):
        raise InputError(
            f"holds no token of {_SHORTEST} characters or more in one word",
            where=str(path),
            remedy=f"make one with: openssl rand -hex 32 > {path}",
        )
    return secret
