"""Phrases as a Grounding DINO reads them: one text of all, each ended by a dot, and which tokens belong to which."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# A dot and a question mark end a phrase for the model, so neither may stand within one.
_ENDS_A_PHRASE = re.compile(r"[.?。？]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The tokens around phrases, as numbers of the tokenizer."""

    start: int
    dot: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One text for the model: tokens of several phrases.

    Attributes:
        tokens: all of them, from the start mark to the end mark.
        phrases: which phrases, as places in the list that was asked for.
        spans: for each of these the half-open range of its own tokens, without its dot.
    """

    tokens: tuple[int, ...]
    phrases: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


def cleaned(label: str) -> str:
    """A label as a phrase: lower case, single blanks, nothing that would end it early; may be empty.

    >>> cleaned(" Who's  there? A St. Bernard ")
    "who's there a st bernard"
    """
    unified = _ENDS_A_PHRASE.sub(" ", unicodedata.normalize("NFKC", label))
    return " ".join(unified.lower().split())


def prompts(
    phrases: Sequence[str], tokens_of: Callable[[str], Sequence[int]], *, marks: Marks, limit: int
) -> list[Prompt]:
    """Prompts that together hold every phrase once, in order, each of at most ``limit`` tokens.

    A phrase too long for a prompt of its own loses its last tokens; one without tokens is left out.

    Args:
        phrases: cleaned.
        tokens_of: the tokens of a phrase, without marks.
        marks: the tokens around phrases.
        limit: how many tokens the model reads, at least 4.
    """
    made: list[Prompt] = []
    tokens: list[int] = [marks.start]
    members: list[int] = []
    spans: list[tuple[int, int]] = []

    def close() -> None:
        if members:
            made.append(Prompt(tokens=(*tokens, marks.end), phrases=tuple(members), spans=tuple(spans)))

    for place, phrase in enumerate(phrases):
        own = [token for token in tokens_of(phrase) if token not in (marks.start, marks.dot, marks.end)]
        own = own[: limit - 3]
        if not own:
            continue
        if len(tokens) + len(own) + 2 > limit:
            close()
            tokens, members, spans = [marks.start], [], []
        members.append(place)
        spans.append((len(tokens), len(tokens) + len(own)))
        tokens += [*own, marks.dot]
    close()
    return made
