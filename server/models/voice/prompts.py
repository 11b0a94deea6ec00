"""From what a thing is called, and how its sound is described, to words that a model makes one clean sound of.

Text-to-audio models learned from captions of whole recordings, and give whole recordings back: a dog, the street that
it barks in and the hall of its echo. A scene places every source by itself and adds the room later, so what is asked
for is the one thing, close and dry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from server.models.voice.sounding import is_music, is_noise_like, is_people, is_sudden
from server.pipeline.stages import VoiceRequest

WORDING = "words1"
"""Raised whenever the same request is worded in another way, since that makes other clips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """A request as a model is told it.

    Attributes:
        prompt: what to make.
        unwanted: what to leave out, for models that take a second prompt for that.
        subject: the sound alone, to judge by what was made.
        goes_on: whether the sound goes on, rather than happening once or a few times.
        may_be_noise: whether a steady noise is what such a thing sounds like.
    """

    prompt: str
    unwanted: str
    subject: str
    goes_on: bool
    may_be_noise: bool


# Several birds of a scene differ in their words too, since some models answer the same words much the same way.
_CLOSE = (
    "close-miked, isolated, no background",
    "recorded close up, isolated, no background",
    "isolated close-up recording, dry, no background",
    "close and dry, a single source, no background",
)
_WIDE = (
    "continuous and even",
    "steady field recording, continuous",
    "even and continuous, recorded in the open",
    "continuous, without single events",
)
_ALWAYS_UNWANTED = ("low quality", "distortion", "clipping")

_OPENING = re.compile(
    r"^(?:(?:there (?:is|are)|(?:we|you) (?:can )?hear|hearing)\s+)?"
    r"(?:(?:(?:the|a|an)\s+)?(?:sound|noise|audio|recording|photo|picture|image|view)s?\s+(?:of|from)\s+)?",
    re.IGNORECASE,
)
_PICTURED = re.compile(
    r"\s*(?:\bas seen )?\b(?:(?:in|on|at|to|from) (?:the |its )?(?:image|picture|photo|photograph|scene|foreground|"
    r"frame|panorama|view|(?:far )?left(?: side)?|(?:far )?right(?: side)?)|visible|seen here)\b",
    re.IGNORECASE,
)
_JOINT = r"[,;.:()]|\b(?:while|whilst|as|and|with|over|against|amid|amidst)\b"
_PART = re.compile(rf"(?!\s|{_JOINT})(?:(?!\s*(?:{_JOINT})).)+", re.IGNORECASE)
_SURROUNDINGS = re.compile(
    r"\b(?:background|backdrop|distan(?:t|ce)|far away|faint(?:ly)?|echo\w*|reverb\w*|resonat\w+|ambien(?:t|ce)|"
    r"atmosphere|acoustics?)\b",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"\s*\b(?:in|inside|through|across|around|throughout|within) (?:a |an |the |its )?(?:\w+ ){0,2}"
    r"(?:room|hall|hallway|corridor|church|cathedral|cave|tunnel|studio|background|distance|space|courtyard|canyon)\b",
    re.IGNORECASE,
)


def worded(request: VoiceRequest) -> Worded:
    """How a model is asked for the clip of a request; the seed alone chooses among equal wordings.

    >>> dog = VoiceRequest(label="dog", prompt="The sound of a small dog barking in a reverberant hall, with music "
    ...                    "in the background", duration_s=10.0, seed=0)
    >>> worded(dog).prompt
    'a small dog barking, close-miked, isolated, no background'
    """
    named = request.label.strip() or request.prompt
    talks, plays, wide = is_people(named), is_music(named), request.kind == "ambient"
    subject = _subject(request, talks=talks, plays=plays)
    manners = _WIDE if wide else _CLOSE
    unwanted = [
        *([] if plays else ["music"]),
        *([] if talks else ["speech", "voices"]),
        *([] if wide else ["reverberation", "echo", "background noise"]),
        *_ALWAYS_UNWANTED,
    ]
    return Worded(
        prompt=f"{subject}, {manners[request.seed % len(manners)]}",
        unwanted=", ".join(unwanted),
        subject=subject,
        goes_on=request.kind != "point" or not is_sudden(request.label, request.prompt),
        may_be_noise=wide or is_noise_like(f"{request.label} {subject}"),
    )


def _subject(request: VoiceRequest, *, talks: bool, plays: bool) -> str:
    """The description without what surrounds the sound; the label where nothing is left of it."""
    label = " ".join(request.label.split())
    text = _PICTURED.sub("", " ".join(request.prompt.split()) or label)
    if request.kind != "ambient":
        # In an ambience many things are heard at once, some far away: it stays as it is.
        text = _foreground(_INSIDE.sub("", text), talks=talks, plays=plays)
    return _OPENING.sub("", text.strip(" ,;.:-")) or label or "a sound"


def _foreground(text: str, *, talks: bool, plays: bool) -> str:
    """The first run of a text's parts that speak of no surroundings, no music and no voices of others."""
    begin = end = None
    for part in _PART.finditer(text):
        words = part[0]
        # A person in the first part makes the sound, as whoever rides the bicycle does; another is heard besides.
        besides = begin is not None and not talks and is_people(words)
        foreign = besides or (not plays and is_music(words)) or _SURROUNDINGS.search(words)
        if not foreign:
            begin, end = part.start() if begin is None else begin, part.end()
        elif begin is not None:
            break
    return text[begin:end] if begin is not None else ""
