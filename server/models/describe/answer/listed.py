"""An answer that is no JSON but a list, numbered or with bullets: a thing a line, and behind it what is heard of it."""

from __future__ import annotations

import re
from typing import Any

from server.models.describe.answer.fields import Field

_LINE = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.):])\s+(?P<words>\S.*)$", re.MULTILINE)
# What parts a thing from its sound: a colon, a dash with blanks around it, or a bracket.
_PARTED = re.compile(r"\s*[:：]\s+|\s+[-–—]\s+|\s*[(（]")
_LONGEST_THING = 6


def listed_items(text: str) -> list[dict[Field, Any]]:
    r"""The items of a list; nothing where no line begins like one.

    >>> listed_items("I hear:\n1. **Dog**: a dog barking\n2) bus - its engine idling\n- pigeons")[:2]
    [{'thing': 'Dog', 'sound': 'a dog barking'}, {'thing': 'bus', 'sound': 'its engine idling'}]
    """
    items: list[dict[Field, Any]] = []
    for line in _LINE.finditer(text):
        words = re.sub(r"[*_`]", "", line["words"]).strip()
        thing, *heard = _PARTED.split(words, maxsplit=1)
        if 0 < len(thing.split()) <= _LONGEST_THING:
            items.append({"thing": thing, "sound": heard[0].rstrip(" .)）") if heard else ""})
    return items
