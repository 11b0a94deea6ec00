"""From free text to a recipe: which of the sounds that can be made is meant, if any.

A noun phrase is about its head: a "car horn" is a horn, and a "fire hydrant" is nothing that sounds. So a thing
counts fully only as the head of a phrase, phrases after the first count less, and a text whose first phrase names
nothing known matches nothing: a xylophone in a park is not a park.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from server.sound.recipes import RECIPES, Recipe
from server.sound.words import Word, head, named_by, phrases, stem, words

# Weights, set by the phrases of the test's table: a sounding word tells more than a thing, a thing more than a hint.
_SOUND, _THING, _TIED, _HINT = 1.5, 1.0, 1.6, 0.4
_LATER_PHRASE = 0.6
_BOTH = 2.6
# The prompt describes the sound; the label names the thing, and bounds what the prompt may refine.
_LABEL = 0.3


@dataclass(frozen=True, slots=True)
class Match:
    """A recipe that a text calls for, and how strongly; 1 is one plain word for it."""

    recipe: Recipe
    score: float


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """A recipe's words as stems; a tie is a run of stems."""

    things: frozenset[str]
    sounds: frozenset[str]
    hints: frozenset[str]
    ties: tuple[tuple[str, ...], ...]
    both: tuple[frozenset[str], frozenset[str]] | None

    @property
    def all(self) -> frozenset[str]:
        both = self.both[0] | self.both[1] if self.both else frozenset()
        return self.things | self.sounds | self.hints | both | {part for tie in self.ties for part in tie}

    def is_mixture_of(self, stems: set[str]) -> bool:
        """Whether the recipe is a mixture, and these stems call for both its parts."""
        return self.both is not None and all(stems & group for group in self.both)


def nearest_recipe(label: str, prompt: str = "") -> Match | None:
    """The recipe that a label and a prompt call for, or None where nothing fits.

    Args:
        label: what the source is: "water".
        prompt: what it sounds like: "gentle waves lapping on a quay". It refines the label among the recipes that
            have to do with it; where the label says nothing, the prompt alone decides.

    >>> nearest_recipe("a small dog barking").recipe.name
    'dog'
    >>> nearest_recipe("water", "gentle waves lapping on a quay").recipe.name
    'lapping water'
    >>> nearest_recipe("xylophone") is None
    True
    >>> nearest_recipe("an electric hum").recipe.name
    'electric hum'
    """
    named, described = phrases(label), phrases(prompt)
    exact = _called(label, prompt, opening=described[0] if described else ())
    if exact is not None:
        vocabulary = _vocabulary(exact)
        return Match(exact, max(_score(described, vocabulary) + _LABEL * _score(named, vocabulary), _LABEL * _HINT))
    knows_label = _is_known(named)
    if not knows_label and not _is_known(described):
        return None
    about = {word.stem for phrase in named for word in phrase}
    stems = about | {word.stem for phrase in described for word in phrase}
    best: Match | None = None
    for recipe in RECIPES:
        vocabulary = _vocabulary(recipe)
        if knows_label and not about & vocabulary.all:
            continue
        score = _score(described, vocabulary) + (_LABEL * _score(named, vocabulary) if knows_label else 0.0)
        if vocabulary.is_mixture_of(stems):
            score = max(score, _BOTH)
        if score > 0 and (best is None or score > best.score):
            best = Match(recipe, score)
    return best


def _is_known(text: Sequence[Sequence[Word]]) -> bool:
    """Whether the text's first phrase names something known."""
    return bool(text) and any(_phrase_score(text[0], _vocabulary(recipe)) > 0 for recipe in RECIPES)


def _score(text: Sequence[Sequence[Word]], vocabulary: _Vocabulary) -> float:
    """How strongly a text calls for a recipe; hints count only beside something that suffices."""
    scores = [
        (_LATER_PHRASE if place else 1.0) * _phrase_score(phrase, vocabulary) for place, phrase in enumerate(text)
    ]
    if not any(scores):
        return 0.0
    named = {word.stem for phrase in text for word in phrase}
    spent = {part for tie in vocabulary.ties if named.issuperset(tie) for part in tie}
    return sum(scores) + _HINT * len(named & (vocabulary.hints | vocabulary.things) - spent) * 0.5


def _phrase_score(phrase: Sequence[Word], vocabulary: _Vocabulary) -> float:
    """What the head and the sounding words of one phrase say."""
    stems = tuple(word.stem for word in phrase)
    about = head(phrase, _nouns())
    place = phrase.index(about) if about is not None else -1
    for tie in vocabulary.ties:
        # A tie must hold the head: a "church bell tower clock" is no church bell.
        if any(stems[start : start + len(tie)] == tie for start in range(max(0, place - len(tie) + 1), place + 1)):
            return _TIED
    score = _THING if about is not None and about.stem in vocabulary.things else 0.0
    return score + _SOUND * any(each in vocabulary.sounds for each in stems)


@cache
def _vocabulary(recipe: Recipe) -> _Vocabulary:
    ties = [tuple(map(stem, term.split("_"))) for term in f"{recipe.things} {recipe.sounds}".split() if "_" in term]
    return _Vocabulary(
        things=_stems(recipe.things),
        sounds=_stems(recipe.sounds),
        hints=_stems(recipe.hints),
        ties=tuple(sorted(ties, key=len, reverse=True)),
        both=(_stems(recipe.both[0]), _stems(recipe.both[1])) if recipe.both else None,
    )


def _stems(terms: str) -> frozenset[str]:
    return frozenset(stem(word) for term in terms.split() if "_" not in term for word in words(term))


def _called(label: str, prompt: str, *, opening: Sequence[Word]) -> Recipe | None:
    """The recipe that is called by its own name: by the prompt, or by a label that the prompt is about, too."""
    names, text, name = _by_name(), named_by(prompt or label), named_by(label)
    if text in names:
        return names[text]
    if name not in names or not name <= text or not any(word.stem in name for word in opening):
        return None
    # "Rain" may be told to be "heavy rain on leaves".
    longer = [other for other in names if name <= other <= text]
    return names[max(longer, key=len)]


@cache
def _by_name() -> dict[frozenset[str], Recipe]:
    return {named_by(recipe.name): recipe for recipe in RECIPES}


@cache
def _nouns() -> frozenset[str]:
    """Every thing's word as written, so that "paving" is known to be a noun."""
    return frozenset(
        word for recipe in RECIPES for term in recipe.things.split() if "_" not in term for word in words(term)
    )
