"""Phrases as a Grounding DINO reads them: one text in which a dot ends each, and the tokens of each phrase."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# A dot and a question mark end a phrase for the model, so neither may stand within a phrase.
_ENDS_A_PHRASE = re.compile(r"[.?。？]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialTokens:
    """The tokens before, between and after phrases, as numbers of the tokenizer."""

    start: int
    dot: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundingPrompt:
    """One text for the model: tokens of several phrases.

    Attributes:
        tokens: all of them, from the start token to the end token.
        phrases: indices of its phrases in the list of all phrases.
        spans: for each of these the half-open range of its own tokens, without its dot.
    """

    tokens: tuple[int, ...]
    phrases: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


def phrase_of(label: str) -> str:
    """The phrase of a label: lower case, single blanks, nothing that would end it early; may be empty.

    >>> phrase_of(" Who's  there? A St. Bernard ")
    "who's there a st bernard"
    """
    unified = _ENDS_A_PHRASE.sub(" ", unicodedata.normalize("NFKC", label))
    return " ".join(unified.lower().split())


def grounding_prompts(
    phrases: Sequence[str], tokens_of: Callable[[str], Sequence[int]], *, special: SpecialTokens, limit: int
) -> list[GroundingPrompt]:
    """Prompts that together hold every phrase once, in order, each of at most ``limit`` tokens.

    A phrase too long for a prompt of its own loses its last tokens; one without tokens is left out.

    Args:
        phrases: as :func:`phrase_of` makes them.
        tokens_of: the tokens of a phrase, without the special ones.
        special: the tokens around phrases.
        limit: how many tokens the model reads, at least 4.
    """
    prompts: list[GroundingPrompt] = []
    tokens: list[int] = [special.start]
    members: list[int] = []
    spans: list[tuple[int, int]] = []

    def close() -> None:
        if members:
            prompts.append(GroundingPrompt(tokens=(*tokens, special.end), phrases=tuple(members), spans=tuple(spans)))

    for index, phrase in enumerate(phrases):
        own = [token for token in tokens_of(phrase) if token not in (special.start, special.dot, special.end)]
        own = own[: limit - 3]
        if not own:
            continue
        if len(tokens) + len(own) + 2 > limit:
            close()
            tokens, members, spans = [special.start], [], []
        members.append(index)
        spans.append((len(tokens), len(tokens) + len(own)))
        tokens += [*own, special.dot]
    close()
    return prompts
