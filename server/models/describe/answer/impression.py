"""The impression of a view, read out of what a model wrote about it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from protocol.scene import Kind, Surroundings
from server.models.describe.answer.fields import (
    Field,
    evidence_of,
    field_of,
    fields_of,
    kind_of,
    level_db_of,
    plain,
    printable,
    surroundings_of,
)
from server.models.describe.answer.listed import listed_items
from server.models.describe.answer.loose_json import TruncatedObject, json_values
from server.models.describe.answer.soundless import is_soundless
from server.models.describe.question import EXAMPLE
from server.models.describe.vocabulary import nearest_entry, stems
from server.pipeline.stages import Impression, Proposal

# A model states no probabilities. It is surer of what it saw than of what it infers; a box later brings its own number.
_SEEN_CONFIDENCE, _INFERRED_CONFIDENCE = 0.6, 0.4
_SURROUNDINGS_CONFIDENCE = 0.7
# Where neither the model nor the vocabulary has a level.
_USUAL_DB: dict[Kind, float] = {"point": 65.0, "line": 75.0, "area": 55.0, "ambient": 45.0}

# A level farther from the usual one is a mistake, and not a louder or a quieter dog.
_FARTHEST_DB = 20.0
_SILENT = ("silent", "silence", "quiet", "soundless", "no sound")
_EXAMPLE = {(item["thing"], item["sound"]) for item in json.loads(EXAMPLE)["sounds"]}

_MOST_PROPOSALS = 24
_LONGEST_LABEL, _LONGEST_SOUND = 64, 300
_MOST_TEXT = 100_000
_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:a|an|the|some|several|many|two|three|four|\d+)\s+(?=\w)")
# "person 1", "person 2": a model that counts names one label.
_NUMBER = re.compile(r"\s*(?:#|no\.?\s*)?\d+$")
_PLACEHOLDER = re.compile(r"<[^<>]*>|^\W*$|^(?:noun phrase|thing|caption|object|name)$")


def impression(text: str, *, where: str) -> Impression:
    """The impression in an answer to the question.

    Whatever a model writes is read as well as possible, and nothing raises: code fences, prose around, trailing commas,
    single quotes, numbers as words, repeated items, a missing end. Objects that make no sound are left out, and the
    notes say so.

    Args:
        text: the answer.
        where: the name of the view, for the notes.
    """
    answer = _THOUGHT.sub(" ", text[:_MOST_TEXT])
    found, is_truncated = json_values(answer)
    proposals: dict[str, Proposal] = {}
    silent: dict[str, None] = dict.fromkeys(_silent(found))
    named_silent = {stems(name) for name in silent}
    foreign: dict[str, None] = {}
    listed = [] if found else listed_items(answer)
    items = [item for item in (*_items(found), *listed) if not _is_of_example(item)]
    for item in items:
        proposal = _proposal(item)
        if proposal is None or proposal.label in proposals:
            continue
        if not _is_latin(proposal.label):
            foreign[proposal.label] = None
        elif (
            stems(proposal.label) in named_silent
            or level_db_of(item.get("level")) == 0.0
            or is_soundless(
                proposal.label, plain(_text(item.get("sound")) or proposal.prompt), ambient=proposal.kind == "ambient"
            )
        ):
            silent[proposal.label] = None
        elif len(proposals) < _MOST_PROPOSALS:
            proposals[proposal.label] = proposal
    named = (surroundings_of(value) for value in _surroundings(found))
    surroundings: Surroundings = next((name for name in named if name != "unknown"), "unknown")
    return Impression(
        proposals=tuple(proposals.values()),
        surroundings=surroundings,
        surroundings_confidence=0.0 if surroundings == "unknown" else _SURROUNDINGS_CONFIDENCE,
        notes=(
            *_left_out(where, silent=list(silent), foreign=list(foreign)),
            *([f"{where}: {_unreadable(text)}"] if not (found or listed) else []),
            *([f"{where}: the model's answer was cut off, so what it would have named last is missing"] * is_truncated),
        ),
    )


def _left_out(where: str, *, silent: list[str], foreign: list[str]) -> Iterator[str]:
    if silent:
        yield f"{where}: left out, since it makes no sound: {', '.join(silent)}"
    if foreign:
        yield f"{where}: left out, since it is not named in English: {', '.join(foreign)}"


def _unreadable(text: str) -> str:
    line = " ".join(printable(text).split())
    quoted = f"{line[:80]!r}{' and so on' if len(line) > 80 else ''}" if line else "nothing"
    # So answers a model whose numbers overflow: always with its first token.
    advice = "; try --dtype float32" if len(line) > 3 and len(set(line)) == 1 else ""
    return f"the model did not answer in JSON, but wrote {quoted}{advice}"


def _items(value: Any, key: str = "") -> Iterator[dict[Field, Any]]:
    """The fields, by their meaning, of every whole item in a nested value, in order."""
    if isinstance(value, list):
        for element in value:
            if isinstance(element, str) and field_of(key) in ("sound", "thing"):
                yield {"thing": element, "sound": element}
            else:
                yield from _items(element, key)
    elif isinstance(value, dict):
        fields = fields_of(value)
        if isinstance(fields.get("thing"), str) or (_is_text(fields.get("thing")) and "sound" in fields):
            if not isinstance(value, TruncatedObject):
                yield fields
            yield from _items(value.get(""))  # items that stand in it since its brace was forgotten
        elif not isinstance(value, TruncatedObject) and key and field_of(key) is None and _describes(fields):
            yield {**fields, "thing": key}  # {"fountain": {"sound": "splashing water"}}
        else:
            for name, member in value.items():
                if isinstance(member, str) and name and field_of(name) is None and field_of(key) in ("sound", "thing"):
                    yield {"thing": name, "sound": member}  # {"sounds": {"fountain": "splashing water"}}
                else:
                    yield from _items(member, name)


def _describes(fields: dict[Field, Any]) -> bool:
    """Whether an object describes a sound itself, rather than holding objects that do."""
    return any(isinstance(fields.get(field), str | int | float) for field in ("sound", "kind", "level"))


def _surroundings(value: Any) -> Iterator[Any]:
    """Everything that stands under a key that means the surroundings."""
    if isinstance(value, list):
        for element in value:
            yield from _surroundings(element)
    elif isinstance(value, dict):
        for key, member in value.items():
            if isinstance(member, str) and field_of(key) == "setting":
                yield f"{key} {member}" if plain(member) in ("yes", "true") else member
            elif member is True and field_of(key) == "setting":
                yield key
            yield from _surroundings(member)


def _silent(value: Any) -> Iterator[str]:
    """The names under a key that says that they make no sound."""
    if isinstance(value, list):
        for element in value:
            yield from _silent(element)
    elif isinstance(value, dict):
        for key, member in value.items():
            if plain(key) in _SILENT and isinstance(member, list):
                yield from (label for each in member if (label := _label(_text([each]))))


def _is_of_example(item: dict[Field, Any]) -> bool:
    """Whether an item is one of the question's own example: small models repeat it."""
    return (_text(item.get("thing")), _text(item.get("sound"))) in _EXAMPLE


def _proposal(item: dict[Field, Any]) -> Proposal | None:
    """The proposal of one item; None where it names nothing."""
    label = _label(_text(item.get("thing")))
    if not any(letter.isalpha() for letter in label) or _PLACEHOLDER.search(label):
        return None
    sound = " ".join(printable(_text(item.get("sound"))).split())[:_LONGEST_SOUND].strip()
    known = nearest_entry(label)
    kind = kind_of(item.get("kind")) or (known.kind if known else "point")
    level_db = level_db_of(item.get("level"))
    if known and level_db and abs(level_db - known.level_db_spl_1m) > _FARTHEST_DB:
        level_db = known.level_db_spl_1m
    evidence = evidence_of(item)
    return Proposal(
        label=label,
        prompt=sound if sound and not _PLACEHOLDER.search(sound) else known.caption if known else label,
        kind=kind,
        level_db_spl_1m=level_db or (known.level_db_spl_1m if known else _USUAL_DB[kind]),
        evidence=evidence,
        confidence=_SEEN_CONFIDENCE if evidence == "seen" else _INFERRED_CONFIDENCE,
    )


def _label(text: str) -> str:
    """A noun phrase to look for: lower case, no article, no number, no mark-up, not too long.

    >>> _label("**A Red Car 2**.")
    'red car'
    """
    bare = plain(re.sub(r"[*_`\"]", " ", text)).strip(" .,:;!?-–()[]'")
    bare = _NUMBER.sub("", _ARTICLE.sub("", bare)) or bare
    while len(bare) > _LONGEST_LABEL and " " in bare:
        bare = bare.rpartition(" ")[0]
    return bare[:_LONGEST_LABEL].strip()


def _text(value: Any) -> str:
    """A value as text; of a list its first element."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def _is_text(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], str)


def _is_latin(text: str) -> bool:
    """Whether most letters are Latin: the models that ground and voice understand English only."""
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters) > len(letters)
