"""Which recordings fit a source, by their names as sound libraries write them.

"Freesound 12345 - dog bark", "12345__somebody__barking-dog" and "Animals/Dogs/bark_03" are all a dog.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from server.sound.lookup import nearest_recipe
from server.sound.words import head, phrases

# Words of libraries and of recording, which say nothing of what sounds.
_BY_THE_WAY = frozenset(
    word
    for line in (
        "freesound soundbible zapsplat bbc sonniss pixabay sfx fx sound effect effects sample samples take takes",
        "loop looped stereo mono wav mp3 flac ogg aif aiff khz hz bit bits hq lq hd edit edited final master mixdown",
        "mix version ver v recording rec recorded field zoom sony tascam preview normalized normalised free cc by",
    )
    for word in line.split()
)
# Freesound's own downloads: a number, who recorded it, then the title.
_FREESOUND = re.compile(r"^\d+__[^_]+(?:_[^_]+)*?__(.+)$")


@dataclass(frozen=True, slots=True)
class Fit:
    """A recording that fits, and why, in words.

    Attributes:
        path: the file.
        rank: how well, the larger the better.
        why: what of it says so.
    """

    path: Path
    rank: tuple[int, int]
    why: str


def fitting(files: Sequence[Path], folder: Path, *, label: str, prompt: str) -> list[Fit]:
    """The recordings that fit best what a source is, or none.

    A name that the label has every word of goes first ("dog.wav", of several the one with most words), then one that
    names the same sounding thing ("barking dog.wav" for a dog, but "hot dog stand.wav" is none), then one in a folder
    that does ("Dogs/03.wav"), then one whose words all stand in the prompt, the noun that it is about included:
    wind.wav is not what "leaves in the wind" sound like.

    Args:
        files: the recordings.
        folder: the one that they lie in.
        label: what the source is.
        prompt: what it sounds like.
    """
    found = [fit for path in files if (fit := _fit(path, folder, label, prompt)) is not None]
    best = max((fit.rank for fit in found), default=(0, 0))
    return [fit for fit in found if fit.rank == best]


def title(path: Path) -> str:
    """What a file's name says of its sound, without numbers and words of libraries.

    >>> title(Path("Freesound 12345 - dog bark.flac")), title(Path("12345__some_body__barking-dog-01.wav"))
    ('dog bark', 'barking dog')
    """
    stem = path.stem if path.suffix else path.name
    freesound = _FREESOUND.match(stem)
    text = freesound.group(1) if freesound else stem
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    words = re.findall(r"[^\W\d_]+", parted.lower())
    return " ".join(word for word in words if word not in _BY_THE_WAY)


def _fit(path: Path, folder: Path, label: str, prompt: str) -> Fit | None:
    name = title(path)
    named, wanted = _stems(name), _stems(label)
    if named and named <= wanted:
        return Fit(path, (4, len(named)), "its name")
    if named and _means_the_same(name, named, label, wanted):
        return Fit(path, (3, -len(named)), "its name")
    rooms = [title(Path(part)) for part in reversed(path.relative_to(folder).parts[:-1])]
    for place, room in enumerate(rooms):
        stems = _stems(room)
        if stems and (stems <= wanted or _means_the_same(room, stems, label, wanted)) and _says_no_other(name, label):
            return Fit(path, (2, -place), f"its folder {room!r}")
    opening = next(iter(phrases(prompt)), [])
    subject = head(opening, frozenset())
    if subject is not None and subject.stem in named and named <= _stems(prompt):
        return Fit(path, (1, len(named)), "its name and the prompt")
    return None


def _means_the_same(text: str, named: set[str], label: str, wanted: set[str]) -> bool:
    """Whether a name is of the very thing that a label names, with more words about it."""
    if not wanted or not wanted <= named:
        return False
    ours, theirs = nearest_recipe(label), nearest_recipe(text)
    if ours is None or theirs is None:
        return ours is theirs
    # "hot dog stand" has the word, and means nothing that barks.
    return theirs.recipe is ours.recipe


def _says_no_other(name: str, label: str) -> bool:
    """Whether a file in a fitting folder doesn't name another thing itself."""
    ours, theirs = nearest_recipe(label), nearest_recipe(name) if name else None
    return theirs is None or (ours is not None and theirs.recipe is ours.recipe)


def _stems(text: str) -> set[str]:
    return {word.stem for phrase in phrases(text.replace("-", " ")) for word in phrase}
