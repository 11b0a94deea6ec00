"""Free text cut into words that can be compared: phrases, heads and stems."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_IRREGULAR = {
    "leaves": "leaf",
    "children": "child",
    "kids": "kid",
    "men": "man",
    "women": "woman",
    "persons": "person",
    "geese": "goose",
    "calves": "calf",
    "oxen": "ox",
    "ponies": "pony",
    "hooves": "hoof",
    "wolves": "wolf",
    "blew": "blow",
    "sang": "sing",
    "ran": "run",
}


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that begin another phrase: what follows tells where or with what, not what.
_JOINTS = _listed(
    """
    on in with by near at beside behind over under from through against along across around into past and or while
    that which as before after above below between of for to amid among inside outside onto upon
    """
)
_ARTICLES = _listed(
    """
    a an the some several many few two three four five this these its his her their
    """
)
# Words about sound or the picture in general, which say nothing of what sounds.
_EMPTY = _listed(
    """
    sound sounds noise noises noisy ambience ambient atmosphere background scene there is are be being very quite
    recording audio hum loud nearby overhead up down away back out off it them s
    """
)
_GENERAL = _listed("sound sounds noise noises")
# Before "of", these words only count what follows: a group of people is people.
_COUNTERS = _listed(
    """
    group row flock herd lot pair bunch line stand patch couple cluster swarm choir burst body
    """
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as written, and as compared."""

    raw: str
    stem: str

    @property
    def is_participle(self) -> bool:
        """Whether it looks like "barking" or "parked", which may follow a noun without being its head."""
        return self.raw != self.stem and self.raw.endswith(("ing", "ed"))


def stem(word: str) -> str:
    """A word without its plural, participle or silent ending.

    >>> [stem(word) for word in ("dogs", "churches", "flies", "rustling", "lapping", "waves", "grass", "ring")]
    ['dog', 'church', 'fly', 'rustl', 'lap', 'wav', 'grass', 'ring']
    """
    word = _IRREGULAR.get(word, word)
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif re.search(r"(ch|sh|x|ss|us)es$", word):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 2 and re.search("[aeiouy]", root) and not word.endswith("eed"):
            # The consonant that was doubled, as in "lapping", but not the double l or s of "calling" and "hissing".
            word = re.sub(r"([bdgmnprt])\1$", r"\1", root)
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def words(text: str) -> list[str]:
    """Words in lower case without accents.

    >>> words("Café, l'été!")
    ['cafe', 'l', 'ete']
    """
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.findall("[a-z]+", plain)


def named_by(text: str) -> frozenset[str]:
    """The stems of all words of a name, in whatever order, without articles, joints and talk of sound in general.

    >>> named_by("the sound of leaves in the wind") == named_by("wind in leaves")
    True
    """
    return frozenset(stem(word) for word in words(text) if word not in _JOINTS | _ARTICLES | _GENERAL)


def phrases(text: str) -> list[list[Word]]:
    """The text's noun phrases in order, without empty words.

    >>> [[word.raw for word in phrase] for phrase in phrases("the sound of a small dog barking on the street")]
    [['small', 'dog', 'barking'], ['street']]
    """
    cut: list[list[Word]] = [[]]
    sequence = words(text)
    for word, following in pairwise([*sequence, ""]):
        if word in _JOINTS or (word in _ARTICLES and cut[-1]):
            cut.append([])
        elif word in _ARTICLES or word in _EMPTY or (following == "of" and stem(word) in _COUNTERS):
            continue
        else:
            cut[-1].append(Word(word, stem(word)))
    return [phrase for phrase in cut if phrase]


def head(phrase: Sequence[Word], nouns: frozenset[str]) -> Word | None:
    """The noun that a phrase is about: its last word that is no participle, unless the participle is a known noun."""
    for word in reversed(phrase):
        if not word.is_participle or word.raw in nouns:
            return word
    return None
