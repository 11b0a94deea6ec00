"""Address patterns of OSC 1.0: which addresses a message is for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from protocol.errors import WireError

MAX_PATTERN_CHARACTERS = 256

Characters = tuple[bool, frozenset[str]]
"""Whether one of the characters is wanted, or one of all others; and the characters."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Any one of these."""

    words: tuple[str, ...]


Token = str | Characters | _Words


class AddressPattern:
    """A pattern, ready to be held against addresses.

    ``?`` is any one character, ``*`` any run of them, ``[a-c]`` one of these, ``[!a-c]`` one of all others, and
    ``{foo,bar}`` one of these words. None of them goes beyond a slash. The work of a match grows with the length of the
    pattern times that of the address, whatever the pattern: it walks through the set of all places where a match may
    stand, and never goes back.

    Args:
        pattern: as it stands in a message.

    Attributes:
        parts: what stands between the slashes, the first of them empty.

    Raises:
        WireError: brackets or braces aren't closed, or it's too long (``bad_message``).

    >>> AddressPattern("/adm/obj/[1-3]/{aed,gain}").matches("/adm/obj/2/gain")
    True
    """

    def __init__(self, pattern: str) -> None:
        if len(pattern) > MAX_PATTERN_CHARACTERS:
            raise _bad(pattern, f"has more than {MAX_PATTERN_CHARACTERS} characters")
        self.parts = tuple(PatternPart(part) for part in pattern.split("/"))

    @property
    def is_plain(self) -> bool:
        """Whether it can only be for one address."""
        return all(part.plain is not None for part in self.parts)

    def matches(self, address: str) -> bool:
        """Whether the message is for this address."""
        parts = address.split("/")
        return len(parts) == len(self.parts) and all(
            pattern.matches(part) for pattern, part in zip(self.parts, parts, strict=True)
        )


@lru_cache(maxsize=512)
def pattern_of(pattern: str) -> AddressPattern:
    """The same as ``AddressPattern(pattern)``, kept for the next time.

    Raises:
        WireError: it is no pattern (``bad_message``).
    """
    return AddressPattern(pattern)


class PatternPart:
    """What stands between two slashes.

    Attributes:
        plain: the text, where it's no pattern but itself.
    """

    def __init__(self, pattern: str) -> None:
        self.plain = None if any(sign in pattern for sign in "?*[]{}") else pattern
        self._tokens = tuple(_tokens(pattern))

    def matches(self, text: str) -> bool:
        """Whether it's for this part of an address."""
        if self.plain is not None:
            return text == self.plain
        places = {0}
        for token in self._tokens:
            places = _moved(places, token, text)
        return len(text) in places


def _moved(places: set[int], token: Token, text: str) -> set[int]:
    """Where a match may stand after a token."""
    match token:
        case "*":
            return set(range(min(places), len(text) + 1)) if places else places
        case "?":
            return {place + 1 for place in places if place < len(text)}
        case str():
            return {place + 1 for place in places if text[place : place + 1] == token}
        case _Words(words=words):
            return {place + len(word) for place in places for word in words if text.startswith(word, place)}
        case wanted, characters:
            return {place + 1 for place in places if place < len(text) and (text[place] in characters) == wanted}


def _tokens(pattern: str) -> list[Token]:
    tokens: list[Token] = []
    index = 0
    while index < len(pattern):
        sign = pattern[index]
        if sign in "[{":
            end = pattern.find("]" if sign == "[" else "}", index)
            if end < 0:
                raise _bad(pattern, f"opens {sign} and doesn't close it")
            inside = pattern[index + 1 : end]
            tokens.append(_characters(inside) if sign == "[" else _Words(tuple(inside.split(","))))
            index = end + 1
            continue
        if sign in "]}":
            raise _bad(pattern, f"closes {sign} and didn't open it")
        tokens.append(sign)
        index += 1
    return tokens


def _characters(inside: str) -> Characters:
    wanted = not inside.startswith("!")
    inside = inside if wanted else inside[1:]
    characters: set[str] = set()
    index = 0
    while index < len(inside):
        first, dash, last = inside[index : index + 1], inside[index + 1 : index + 2], inside[index + 2 : index + 3]
        # A minus at the end of the brackets stands for itself; addresses are ASCII, so a range is at most 128 long.
        if dash == "-" and last:
            characters.update(chr(code) for code in range(ord(first), min(ord(last), 127) + 1))
            index += 3
        else:
            characters.add(first)
            index += 1
    return wanted, frozenset(characters)


def _bad(pattern: str, what: str) -> WireError:
    return WireError(what, where=f"OSC address {pattern[:64]!r}", remedy="mend the address", code="bad_message")
