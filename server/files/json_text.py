"""JSON as people's editors save it: Notepad and PowerShell put a byte order mark in front, or write UTF-16."""

from __future__ import annotations

import json


def utf8_json(raw: bytes) -> bytes:
    r"""A JSON text in UTF-8 without a byte order mark, which RFC 8259 (section 8.1) lets a reader skip.

    Args:
        raw: the file's bytes, in UTF-8, UTF-16 or UTF-32. What can't be decoded is handed on, for the parser to refuse.

    >>> utf8_json(b"\xef\xbb\xbf{}"), utf8_json("[1]".encode("utf-16"))
    (b'{}', b'[1]')
    """
    encoding = json.detect_encoding(raw)
    if encoding == "utf-8":
        return raw
    try:
        return raw.decode(encoding).encode()
    except UnicodeError:
        return raw
