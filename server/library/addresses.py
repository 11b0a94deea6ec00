"""The addresses of scenes: an id for each folder, made from its name, that stays the same from run to run."""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from server.files.atomic import replacing

SCENE_ID_PATTERN = "^[a-z0-9]+(-[a-z0-9]+)*$"
"""An id of at most 64 characters. It stands in addresses, in messages and on command lines."""

LONGEST_ID = 64

_SCENE_ID = re.compile(SCENE_ID_PATTERN.removesuffix("$"), re.ASCII)
_OTHER = re.compile(r"[^a-z0-9]+", re.ASCII)
# Letters that Unicode does not take apart into a letter of ASCII and a mark.
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


def is_scene_id(text: str) -> bool:
    """Whether a text is an id, whatever it stands for."""
    return len(text) <= LONGEST_ID and _SCENE_ID.fullmatch(text) is not None


def slug(name: str) -> str:
    """A name in the letters of an address; empty where it has none of them.

    >>> [slug(name) for name in ("venice_sunset", "My Street", "Ökohaus", "street.v2", "東京")]
    ['venice-sunset', 'my-street', 'okohaus', 'street-v2', '']
    """
    letters = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _OTHER.sub("-", plain).strip("-")[:LONGEST_ID].strip("-")


class Addresses:
    """Which folder has which id: its name where that is an id, else a slug of it, with a hash where another has that.

    Once given, an id stays for as long as its folder does, whatever folders come beside it.

    Args:
        path: the file that remembers them; None remembers nothing beyond the run.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._names = {} if path is None else _read(path)

    @property
    def names(self) -> Mapping[str, str]:
        """The name of each folder by its id."""
        return self._names

    def assign(self, names: Collection[str]) -> None:
        """Give each of these names an id, and forget all others.

        Raises:
            InputError: the ids can't be remembered.
        """
        present = set(names)
        assigned = {scene_id: name for scene_id, name in self._names.items() if name in present}
        known = set(assigned.values())
        # Those whose name is an id come first, so that they get it.
        for name in sorted(present - known, key=lambda name: (not is_scene_id(name), name)):
            assigned[next(scene_id for scene_id in _candidates(name) if scene_id not in assigned)] = name
        if assigned == self._names:
            return
        self._names = assigned
        if self._path is not None:
            with replacing(self._path) as scratch:
                scratch.write_text(json.dumps(assigned, indent=1) + "\n", encoding="ascii")


def _candidates(name: str) -> Iterator[str]:
    """Ids for a name, the plainest first."""
    plain = slug(name)
    if plain:
        yield plain
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()
    for length in range(6, len(digest) - len("scene-")):
        yield f"{(plain or 'scene')[: LONGEST_ID - length - 1].strip('-')}-{digest[:length]}"


def _read(path: Path) -> dict[str, str]:
    """The remembered ids; what is damaged is forgotten, since ids can be made again."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    kept: dict[str, str] = {}
    for scene_id, name in content.items():
        if is_scene_id(scene_id) and isinstance(name, str) and name not in kept.values():
            kept[scene_id] = name
    return kept
