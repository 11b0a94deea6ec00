"""JSON as language models write it: among prose and code fences, a comma too many, a quote too few, cut off at the end.

The standard library reads whatever is well-formed. Only the rest is read by the loose rules here.
"""

from __future__ import annotations

import json
import re
from typing import Any

# No answer to the question nests deeper; what does is nonsense, and must not exhaust the stack.
_DEEPEST = 12

_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "”": "”", "„": "“", "‘": "’", "「": "」", "«": "»"}
_CLOSERS = {'"': '"“”', "'": "'’", "`": "`'", "“": '”"', "”": '”"', "„": '“”"', "‘": "’'", "「": "」", "«": "»"}
_ASSIGN = ":=："
_COMMAS = ",;，、；"
_ENDS = "}]"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_WORDS = {"true": True, "false": False, "null": None, "none": None, "nan": None}
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$")
_UNICODE = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_NEXT_KEY = re.compile(r"\s+[\"'“][\w -]{1,40}[\"'”]\s*[:：]")
_SKIPPED = re.compile(r"(\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)


class TruncatedObject(dict[str, Any]):
    """An object whose end is missing: it holds the pairs that are whole."""


def json_values(text: str) -> tuple[list[Any], bool]:
    r"""Every object and array that stands in a text, in order, and whether the text ends within the last of them.

    An object that is cut off is a :class:`TruncatedObject`; an array that is cut off holds its whole elements and,
    last, the one that is cut off. Of a pair that is cut off nothing is kept. Never raises, whatever the text.

    >>> json_values("Sure! ```json\n{'thing': 'dog', 'level_db': 90,}\n```")
    ([{'thing': 'dog', 'level_db': 90}], False)
    >>> json_values('[{"thing": "dog"}, {"thing": "cat", "sou')
    ([[{'thing': 'dog'}, {'thing': 'cat'}]], True)
    """
    found: list[Any] = []
    at, is_truncated = 0, False
    strict = json.JSONDecoder()
    while True:
        starts = [place for place in (text.find("{", at), text.find("[", at)) if place >= 0]
        if not starts:
            return found, is_truncated
        at = min(starts)
        try:
            value, at = strict.raw_decode(text, at)
        except (ValueError, RecursionError):
            reader = _Reader(text, at)
            value = reader.value(0)
            at, is_truncated = max(reader.at, at + 1), reader.is_truncated
        found.append(value)


class _TextEnds(Exception):  # noqa: N818 -- no error, but the end of the text
    """The text ends within a value."""


class _Reader:
    """Reads one value from a position on; afterwards ``at`` is the position behind it."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.is_truncated = False

    def value(self, depth: int) -> Any:
        """The value here.

        Raises:
            _TextEnds: the text ends within it, and nothing of it can be kept.
        """
        self._skip()
        here = self._here()
        if here in "{[":
            if depth >= _DEEPEST:
                self.at = len(self.text)
                raise _TextEnds
            self.at += 1
            return self._object(depth) if here == "{" else self._array(depth)
        return self._string(here) if here in _QUOTES else self._bare()

    def _object(self, depth: int) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        try:
            while True:
                self._skip(_COMMAS)
                here = self._here()
                if here == "}":
                    self.at += 1
                    return pairs
                if here == "]":  # its own brace was forgotten
                    return pairs
                if here in "{[":
                    pairs.setdefault("", []).append(self.value(depth + 1))  # the empty key is for what has none
                    continue
                key = self.value(depth + 1)
                self._skip()
                if self._here() in _ASSIGN:
                    self.at += 1
                    pairs[str(key) or "_"] = self.value(depth + 1)
        except _TextEnds:
            self.is_truncated = True
            return TruncatedObject(pairs)

    def _array(self, depth: int) -> list[Any]:
        elements: list[Any] = []
        try:
            while True:
                self._skip(_COMMAS + _ASSIGN)
                here = self._here()
                if here in _ENDS:
                    self.at += here == "]"  # a brace closes what is around an array whose bracket was forgotten
                    return elements
                elements.append(self.value(depth + 1))
        except _TextEnds:
            self.is_truncated = True
            return elements

    def _string(self, opener: str) -> str:
        """A string ends at a quote that punctuation or the line's end follows: other quotes in it were not escaped."""
        self.at += 1
        letters: list[str] = []
        while True:
            here = self._here()
            self.at += 1
            if here == "\\":
                letters.append(self._escape())
            elif here in _CLOSERS[opener] and self._ends_here():
                return "".join(letters)
            elif here == "\n" and re.match(r"\s*[\"'}\]]", self.text[self.at : self.at + 200]):
                return "".join(letters).rstrip(", ")  # its quote was forgotten
            else:
                letters.append(here)

    def _escape(self) -> str:
        run = _UNICODE.match(self.text, self.at - 1)
        if run:  # several together, since two halves make a letter beyond the first 65,536
            self.at = run.end()
            halves = bytes.fromhex(run.group().replace("\\u", ""))
            return halves.decode("utf-16-be", "replace")
        here = self._here()
        self.at += 1
        return _ESCAPES.get(here, here)

    def _ends_here(self) -> bool:
        following = self.text[self.at : self.at + 40].lstrip(" \t\r")
        if not following or following[0] in "\n" + _ENDS + _ASSIGN + _COMMAS or following.startswith(("//", "{")):
            return True
        return _NEXT_KEY.match(self.text, self.at) is not None  # its comma was forgotten

    def _bare(self) -> Any:
        """A number, a word such as ``true`` or ``None``, or a string without quotes."""
        start = self.at
        while self._here() not in '\n{}[]"“' + _ASSIGN + _COMMAS:
            self.at += 1
        word = self.text[start : self.at].strip()
        if not word:
            self.at += self.at == start
            return ""
        if _NUMBER.match(word) and len(word) < 32:
            return float(word) if set(word) & set(".eE") else int(word)
        return _WORDS.get(word.lower(), word.strip("\"'"))

    def _skip(self, also: str = "") -> None:
        while True:
            match = _SKIPPED.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text) and self.text[self.at] in also:
                self.at += 1
                continue
            return

    def _here(self) -> str:
        if self.at >= len(self.text):
            raise _TextEnds
        return self.text[self.at]
